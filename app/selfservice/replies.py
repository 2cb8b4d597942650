"""What a caller's reply means at the step that was asked, and what follows from it.

Keys win over words. What is not understood is asked again twice, then a human takes over.
"""

from dataclasses import replace
from typing import assert_never

from app.selfservice.collecting import NO_KEY, NONE_KEY, YES_KEY, phrase
from app.selfservice.masking import MASK, mask
from app.selfservice.nodes import (
    AskingNode,
    AskNode,
    ChooseNode,
    ConfirmNode,
    LanguageNode,
    MenuNode,
    NumberNode,
    RequestNode,
)
from app.selfservice.prompts import message
from app.selfservice.results import select
from app.selfservice.speech import (
    best_choice,
    best_title,
    clip,
    command,
    fold,
    means_none,
    normalise,
    said_key,
    yes_or_no,
)
from app.selfservice.state import (
    PathKind,
    State,
    Status,
    UnsolvedReason,
)
from app.selfservice.turns import Digits, NoInput, Search, Speech, Turn
from app.selfservice.values import entered, with_values
from app.selfservice.walk import Walk

REPROMPTS = 2  # times a step is asked again before a human takes over
MIN_CONFIDENCE = 0.4  # speech under this is asked again where the choices are closed

_NO_INPUT, _WRONG_KEY, _NOT_UNDERSTOOD = "again.no_input", "again.wrong_key", "again.not_understood"
_WRONG_NUMBER = "number.wrong"


def replied(walk: Walk, event: Digits | Speech | NoInput) -> Turn:
    """The turn that follows from keys, words or silence."""
    node = walk.flow.by_id.get(walk.state.node)
    if isinstance(node, RequestNode) and walk.state.status is Status.REQUESTING:
        is_human = isinstance(event, Digits) and fold(event.keys) == "0"
        return _asked_for_agent(walk, "0") if is_human else walk.request(node)
    if not isinstance(node, AskingNode):
        return walk.to_human(UnsolvedReason.UNAVAILABLE)
    match event:
        case Digits():
            keys = fold(event.keys)
            return _pressed(walk, node, keys) if keys else _failed(walk, node, _NO_INPUT)
        case Speech():
            return _spoke(walk, node, event) if event.text.strip() else _failed(walk, node, _NO_INPUT)
        case NoInput():
            return _silent(walk, node)
        case _:
            assert_never(event)


def _silent(walk: Walk, node: AskingNode) -> Turn:
    if walk.state.status is Status.SEARCHING:
        return _search_again(walk)
    if isinstance(node, AskNode) and node.silence in walk.flow.by_id:
        return walk.go(node.silence)
    return _failed(walk, node, _NO_INPUT)


def _pressed(walk: Walk, node: AskingNode, keys: str) -> Turn:
    if keys == "0":
        return _asked_for_agent(walk, "0")
    if walk.state.status is Status.SEARCHING:
        return _search_again(walk)
    if keys == "*":
        return _repeat(walk, node)
    return _chose(walk, node, keys) or _failed(walk, node, _WRONG_KEY)


def _spoke(walk: Walk, node: AskingNode, heard: Speech) -> Turn:
    said = normalise(heard.text)
    unsure = heard.confidence is not None and heard.confidence < MIN_CONFIDENCE
    if unsure and not isinstance(node, AskNode):
        return _failed(walk, node, _NOT_UNDERSTOOD)
    if walk.state.status is Status.SEARCHING:
        return _search_again(walk)
    asked = command(said) or command(fold(heard.text))
    key = said_key(said)
    if asked == "0":
        return _asked_for_agent(walk, "speech")
    if asked == "slow":
        walk.state = replace(walk.state, is_slow=True)
    if asked in {"*", "slow"}:
        return _repeat(walk, node)
    if not said:
        return _failed(walk, node, _NOT_UNDERSTOOD)
    if isinstance(node, AskNode):
        return _question(walk, node, heard.text)
    if isinstance(node, NumberNode):
        return _number(walk, node, heard.text)
    understood = _meant(node, said, walk.state) or key
    return (_chose(walk, node, understood) if understood else None) or _failed(walk, node, _NOT_UNDERSTOOD)


def _number(walk: Walk, node: NumberNode, said: str) -> Turn:
    """Keep the number; what is shown of it is its end."""
    digits = entered(node, said)
    if digits is None:
        return _failed(walk, node, _WRONG_NUMBER)
    _settled(walk, node)
    walk.state = with_values(walk.state, {node.value: digits})
    walk.note(
        PathKind.ENTERED,
        node.name or node.value,
        detail=f"{MASK}{digits[-3:]}" if len(digits) > 4 else digits,
    )
    return walk.go(node.next)


def _meant(node: MenuNode | ConfirmNode | ChooseNode | LanguageNode, said: str, state: State) -> str | None:
    """The key that the caller's words stand for at this step."""
    match node:
        case MenuNode():
            words = {o.key: [w for spoken in o.words.values() for w in spoken] for o in node.options}
            labels = {o.key: list(o.label.values()) for o in node.options}
            return best_choice(said, {key: [*words[key], *labels[key]] for key in words})
        case LanguageNode():
            return best_choice(said, {option.key: option.words for option in node.options})
        case ConfirmNode():
            return _yes_no_key(said)
        case ChooseNode():
            return _yes_no_key(said) if len(state.candidates) == 1 else _title_key(said, state)
        case _:
            assert_never(node)


def _yes_no_key(said: str) -> str | None:
    answer = yes_or_no(said)
    return None if answer is None else YES_KEY if answer else NO_KEY


def _title_key(said: str, state: State) -> str | None:
    if said_key(said) is not None:
        return None
    if means_none(said):
        return NONE_KEY
    place = best_title(said, [article.title for article in state.candidates])
    return None if place is None else str(place + 1)


def _chose(walk: Walk, node: AskingNode, key: str) -> Turn | None:
    """Act on a key; None when it is not one of the choices."""
    match node:
        case MenuNode():
            return _menu_choice(walk, node, key)
        case LanguageNode():
            return _language_choice(walk, node, key)
        case ConfirmNode():
            return _confirmed(walk, node, key) if key in {YES_KEY, NO_KEY} else None
        case ChooseNode():
            return _title_choice(walk, node, key)
        case NumberNode():
            return _number(walk, node, key)
        case AskNode():
            return None
        case _:
            assert_never(node)


def _menu_choice(walk: Walk, node: MenuNode, key: str) -> Turn | None:
    option = next((option for option in node.options if option.key == key), None)
    if option is None:
        return None
    _settled(walk, node)
    walk.note(PathKind.MENU, walk.flow.words(option.label, walk.flow.default_locale), detail=key, choice=key)
    walk.take(option)
    walk.state = replace(walk.state, reason=UnsolvedReason.MENU_CHOICE)
    return walk.go(option.next)


def _language_choice(walk: Walk, node: LanguageNode, key: str) -> Turn | None:
    option = next((option for option in node.options if option.key == key), None)
    if option is None:
        return None
    _settled(walk, node)
    walk.state = replace(walk.state, locale=option.locale)
    walk.say(message("language.changed", option.locale))
    walk.note(PathKind.MENU, option.locale.value, detail=key, choice=key)
    return walk.go(node.next)


def _confirmed(walk: Walk, node: ConfirmNode, key: str) -> Turn:
    _settled(walk, node)
    helped = "yes" if key == YES_KEY else "no"
    article = walk.state.article
    walk.note(
        PathKind.HELPED,
        message(f"helped.{helped}", walk.flow.default_locale),
        detail=article.title if article else None,
        choice=helped,
        article_id=article.article_id if article else None,
    )
    if key == YES_KEY:
        return walk.go(node.yes)
    walk.state = replace(walk.state, reason=UnsolvedReason.ANSWER_DID_NOT_HELP)
    return walk.go(node.no)


def _title_choice(walk: Walk, node: ChooseNode, key: str) -> Turn | None:
    titles = len(walk.state.candidates)
    none_key = NO_KEY if titles == 1 else NONE_KEY
    if key == none_key:
        _settled(walk, node)
        walk.state = replace(walk.state, chosen=None, reason=UnsolvedReason.NO_ANSWER_FOUND)
        return walk.go(node.none)
    if not (len(key) == 1 and key in "123" and int(key) <= titles):
        return None
    _settled(walk, node)
    select(walk, int(key) - 1, 1.0)
    return walk.go(node.next)


def _question(walk: Walk, node: AskNode, heard: str) -> Turn:
    """Search for the caller's own words; only their masked form is kept, searched or logged."""
    _settled(walk, node)
    question = clip(mask(clip(heard)))
    walk.state = replace(walk.state, question=question, candidates=(), chosen=None, status=Status.SEARCHING)
    walk.note(PathKind.QUESTION, question)
    return walk.turn(Search(question, walk.state.locale))


def _search_again(walk: Walk) -> Turn:
    return walk.turn(Search(walk.state.question or "", walk.state.locale))


def _repeat(walk: Walk, node: AskingNode) -> Turn:
    """Say it again; at a confirmation that includes the answer itself."""
    article = walk.state.article
    if isinstance(node, ConfirmNode) and article is not None:
        walk.say_answer(article)
    return walk.present(node)


def _asked_for_agent(walk: Walk, how: str) -> Turn:
    label = message("path.agent", walk.flow.default_locale)
    walk.note(PathKind.MENU, label, detail=how, choice="0")
    return walk.to_human(UnsolvedReason.ASKED_FOR_AGENT)


def _failed(walk: Walk, node: AskingNode, how: str) -> Turn:
    """Ask again with words that fit what went wrong; after two re-prompts the default queue."""
    count = walk.state.attempts.get(node.id, 0) + 1
    walk.state = replace(walk.state, attempts={**walk.state.attempts, node.id: count})
    if count > REPROMPTS:
        reason = UnsolvedReason.NO_INPUT if how == _NO_INPUT else UnsolvedReason.WRONG_INPUT
        return walk.default_queue(node, reason)
    walk.say(phrase(walk.state, f"{how}.{count}"))
    return walk.present(node)


def _settled(walk: Walk, node: AskingNode) -> None:
    """The step was answered: should the caller come back to it, the re-prompts count afresh."""
    left = {step: count for step, count in walk.state.attempts.items() if step != node.id}
    walk.state = replace(walk.state, attempts=left)
