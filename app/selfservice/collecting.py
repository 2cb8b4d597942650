"""What a caller hears and may answer at each asking step of a flow. Pure: state in, `Collect` out."""

from collections.abc import Iterable
from functools import lru_cache
from typing import assert_never

from app.selfservice.definition import FlowDefinition
from app.selfservice.locales import Locale
from app.selfservice.nodes import AskingNode, AskNode, ChooseNode, ConfirmNode, LanguageNode, MenuNode, Text
from app.selfservice.prompts import fill, message
from app.selfservice.spoken import day_and_time, number, speakable_name
from app.selfservice.state import FoundArticle, State
from app.selfservice.turns import Choice, Collect, Prompt

NONE_KEY = "9"  # "none of these" when titles are read back
YES_KEY, NO_KEY = "1", "2"
MAX_HINTS = 100  # phrases; the recogniser takes 500, more only slow it down
_MAX_HINT = 60  # characters


def variables(flow: FlowDefinition, state: State) -> dict[str, str]:
    """The values a flow's texts may use: `name`, `company`, `opening`."""
    facts = state.facts
    opening = (
        day_and_time(facts.opens_at, facts.local_now, state.locale)
        if facts.opens_at
        else message("opening.unknown", state.locale)
    )
    return {
        "name": speakable_name(facts.name, state.locale) or "",
        "company": flow.words(flow.company, state.locale),
        "opening": opening,
    }


def worded(flow: FlowDefinition, state: State, text: Text | None, default: str, **values: str) -> str:
    """The flow's own wording when it has one, else the catalogue's message `default`, variables filled."""
    known = {**variables(flow, state), **values}
    own = flow.words(text, state.locale) if text else ""
    return fill(own, known) if own else message(default, state.locale, **known)


def collect(flow: FlowDefinition, state: State, node: AskingNode, lead: Iterable[Prompt]) -> Collect:
    """What to speak and wait for at `node`; `lead` is spoken first."""
    match node:
        case MenuNode():
            asked = _menu(flow, state, node)
        case AskNode():
            asked = _ask(flow, state, node)
        case ConfirmNode():
            asked = _confirm(flow, state, node)
        case ChooseNode():
            asked = _choose(flow, state, node)
        case LanguageNode():
            asked = _language(state, node)
        case _:
            assert_never(node)
    return Collect(
        prompts=(*lead, *asked.prompts),
        locale=state.locale,
        hints=_hints(asked.hints),
        timeout_seconds=node.timeout_seconds,
        choices=asked.choices,
        open_question=asked.open_question,
    )


def _menu(flow: FlowDefinition, state: State, node: MenuNode) -> Collect:
    text = fill(flow.words(node.prompt, state.locale), variables(flow, state))
    labels = [Choice(option.key, flow.words(option.label, state.locale)) for option in node.options]
    hints = [word for option in node.options for word in option.words.get(state.locale, ())]
    return _asked(state, text, hints=hints, choices=labels)


def _ask(flow: FlowDefinition, state: State, node: AskNode) -> Collect:
    text = worded(flow, state, node.prompt, "ask.prompt")
    topics = [flow.words(topic.label, state.locale) for topic in flow.topics.values()]
    return _asked(state, text, hints=topics, open_question=True)


def _confirm(flow: FlowDefinition, state: State, node: ConfirmNode) -> Collect:
    choices = [
        Choice(YES_KEY, message("helped.yes", state.locale)),
        Choice(NO_KEY, message("helped.no", state.locale)),
    ]
    return _asked(state, worded(flow, state, node.prompt, "confirm.prompt"), choices=choices)


def _choose(flow: FlowDefinition, state: State, node: ChooseNode) -> Collect:
    articles = state.candidates
    choices = tuple(Choice(str(place), article.title) for place, article in enumerate(articles, start=1))
    if len(articles) == 1:
        prompts = [_titled("choose.single", articles[0], state.locale)]
        return Collect(tuple(prompts), state.locale, choices=choices)
    prompts = [Prompt(worded(flow, state, node.intro, "choose.intro"), state.locale)]
    for place, article in enumerate(articles, start=1):
        prompts.append(_titled("choose.option", article, state.locale, place))
    none_key = number(int(NONE_KEY), state.locale)
    prompts.append(Prompt(message("choose.none", state.locale, key=none_key), state.locale))
    hints = tuple(article.title for article in articles)
    return Collect(tuple(prompts), state.locale, hints=hints, choices=choices)


def _titled(key: str, article: FoundArticle, locale: Locale, place: int = 1) -> Prompt:
    """A message with an article's title, in a voice that can read it. The title's own end mark would stop the voice
    in the middle of the sentence."""
    voice = article.voice(locale)
    title = article.title.rstrip("?？!！.。 ")
    return Prompt(message(key, voice, title=title, key=number(place, voice)), voice)


def _language(state: State, node: LanguageNode) -> Collect:
    prompts = tuple(
        Prompt(message("language.option", o.locale, key=number(int(o.key), o.locale)), o.locale)
        for o in node.options
    )
    hints = [word for option in node.options for word in option.words]
    choices = tuple(Choice(option.key, option.locale.value) for option in node.options)
    return Collect(prompts, state.locale, hints=tuple(hints), choices=choices)


def _asked(
    state: State,
    *texts: str,
    hints: Iterable[str] = (),
    choices: Iterable[Choice] = (),
    open_question: bool = False,
) -> Collect:
    return Collect(
        prompts=tuple(Prompt(text, state.locale) for text in texts if text.strip()),
        locale=state.locale,
        hints=tuple(hints),
        choices=tuple(choices),
        open_question=open_question,
    )


def _hints(words: Iterable[str]) -> tuple[str, ...]:
    return _clean_hints(tuple(words))


@lru_cache(maxsize=512)  # the menus of all published flows in all languages; every call meets the same few
def _clean_hints(words: tuple[str, ...]) -> tuple[str, ...]:
    """Phrases without the commas that separate them on the wire, each once."""
    clean = dict.fromkeys(" ".join(w.replace(",", " ").split())[:_MAX_HINT] for w in words)
    return tuple(word for word in clean if word)[:MAX_HINTS]
