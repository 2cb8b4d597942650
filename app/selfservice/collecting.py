"""What a caller hears and may answer at each asking step of a flow. Pure: state in, `Collect` out."""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import assert_never

from app.selfservice.definition import FlowDefinition
from app.selfservice.locales import Locale
from app.selfservice.nodes import (
    AskingNode,
    AskNode,
    ChooseNode,
    ConfirmNode,
    LanguageNode,
    MenuNode,
    NumberNode,
    Text,
)
from app.selfservice.prompts import fill, message, suited
from app.selfservice.spoken import day_and_time, number, speakable_name
from app.selfservice.state import FoundArticle, State
from app.selfservice.turns import Choice, Collect, Prompt

NONE_KEY = "9"  # "none of these" when titles are read back
YES_KEY, NO_KEY = "1", "2"
HUMAN_KEY = "0"
LANGUAGE_NAMES = {Locale.EN: "English", Locale.ZH_HANT: "繁體中文", Locale.ZH_HANS: "简体中文"}
MAX_HINTS = 100  # phrases; the recogniser takes 500, more only slow it down
_MAX_HINT = 60  # characters


def variables(flow: FlowDefinition, state: State) -> dict[str, str]:
    """The values a flow's texts may use: `name`, `company`, `opening`, and what was collected on the way."""
    facts = state.facts
    opening = (
        day_and_time(facts.opens_at, facts.local_now, state.locale)
        if facts.opens_at
        else message("opening.unknown", state.locale)
    )
    return {
        **state.values,
        "name": speakable_name(facts.name, state.locale) or "",
        "company": flow.words(flow.company, state.locale),
        "opening": opening,
    }


def worded(flow: FlowDefinition, state: State, text: Text | None, default: str, **values: str) -> str:
    """The flow's own wording when it has one, else the catalogue's message `default`, variables filled."""
    known = {**variables(flow, state), **values}
    own = flow.words(text, state.locale) if text else ""
    return fill(own, known) if own else phrase(state, default, **known)


def phrase(state: State, key: str, **values: str) -> str:
    """A message of the catalogue as this contact hears or reads it."""
    return suited(key, state.locale, is_written=state.facts.is_written, **values)


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
        case NumberNode():
            asked = _number(flow, state, node)
        case _:
            assert_never(node)
    return Collect(
        prompts=paced(state, (*lead, *asked.prompts)),
        locale=state.locale,
        num_digits=asked.num_digits,
        hints=_hints(asked.hints),
        timeout_seconds=node.timeout_seconds,
        choices=(*asked.choices, *_person(state)),
        open_question=asked.open_question,
    )


def paced(state: State, prompts: Iterable[Prompt]) -> tuple[Prompt, ...]:
    """The prompts, slowly to who asked for that."""
    return tuple(replace(prompt, slow=True) if state.is_slow else prompt for prompt in prompts)


def _person(state: State) -> tuple[Choice, ...]:
    """On the telephone everybody may press 0; who sees buttons has one for that."""
    return (Choice(HUMAN_KEY, message("written.person", state.locale)),) if state.facts.is_written else ()


def _number(flow: FlowDefinition, state: State, node: NumberNode) -> Collect:
    text = fill(flow.words(node.prompt, state.locale), variables(flow, state))
    asked = _asked(state, text)
    return replace(asked, num_digits=node.max_digits)


def _menu(flow: FlowDefinition, state: State, node: MenuNode) -> Collect:
    own = node.written if node.written and state.facts.is_written else node.prompt
    text = fill(flow.words(own, state.locale), variables(flow, state))
    labels = [Choice(option.key, flow.words(option.label, state.locale)) for option in node.options]
    hints = [word for option in node.options for word in option.words.get(state.locale, ())]
    return _asked(state, text, hints=hints, choices=labels)


def _ask(flow: FlowDefinition, state: State, node: AskNode) -> Collect:
    text = worded(flow, state, node.prompt, "ask.prompt")
    topics = [flow.words(topic.label, state.locale) for topic in flow.topics.values()]
    return _asked(state, text, hints=topics, open_question=True)


def _confirm(flow: FlowDefinition, state: State, node: ConfirmNode) -> Collect:
    choices = _yes_no(state, "helped.yes", "helped.no")
    return _asked(state, worded(flow, state, node.prompt, "confirm.prompt"), choices=choices)


def _yes_no(state: State, yes: str, no: str) -> list[Choice]:
    if state.facts.is_written:
        yes, no = "written.yes", "written.no"
    return [Choice(YES_KEY, message(yes, state.locale)), Choice(NO_KEY, message(no, state.locale))]


def _choose_written(flow: FlowDefinition, state: State, node: ChooseNode) -> Collect:
    """Titles as buttons."""
    articles = state.candidates
    if len(articles) == 1:
        text = phrase(state, "choose.single", title=_without_end(articles[0].title))
        return _asked(state, text, choices=_yes_no(state, "", ""))
    titles = [Choice(str(place), article.title) for place, article in enumerate(articles, start=1)]
    none = Choice(NONE_KEY, phrase(state, "choose.none"))
    return _asked(state, worded(flow, state, node.intro, "choose.intro"), choices=[*titles, none])


def _choose(flow: FlowDefinition, state: State, node: ChooseNode) -> Collect:
    if state.facts.is_written:
        return _choose_written(flow, state, node)
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
    title = _without_end(article.title)
    return Prompt(message(key, voice, title=title, key=number(place, voice)), voice)


def _without_end(title: str) -> str:
    return title.rstrip("?？!！.。 ")


def _language(state: State, node: LanguageNode) -> Collect:
    if state.facts.is_written:
        named = [Choice(option.key, LANGUAGE_NAMES[option.locale]) for option in node.options]
        return _asked(state, message("written.language", state.locale), choices=named)
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
