"""The self-service interpreter: `start` a flow for a contact, `resume` it with what the caller did.

Pure and total: no clock, no I/O, never raises on caller input, and always ends in a queue or a close within
30 turns. Key 0 is always a human, * always repeats, and a caller who cannot answer is never hung up on.
"""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from app.selfservice.definition import FlowDefinition
from app.selfservice.replies import replied
from app.selfservice.results import requested, searched
from app.selfservice.state import Facts, Outcome, State, Status, Summary, UnsolvedReason
from app.selfservice.turns import (
    Digits,
    FlowInput,
    HungUp,
    NoInput,
    Request,
    RequestResult,
    SearchResult,
    Speech,
    Turn,
)
from app.selfservice.walk import Walk

MAX_STEPS = 30  # turns of one contact, the first included


def start(flow: FlowDefinition, facts: Facts, *, now: datetime) -> Turn:
    """Begin the flow for a new contact. `now` is aware UTC and dates the path entries."""
    locale = facts.locale if facts.locale in flow.locales else flow.default_locale
    state = State(flow.key, flow.version, facts, locale, node=flow.start, steps=1)
    return Walk(flow, state, now).go(flow.start)


def resume(
    flow: FlowDefinition, state: State, event: FlowInput, *, now: datetime, facts: Facts | None = None
) -> Turn:
    """Go on with what the caller did or the search found. `facts` replaces what was known at the start.

    `flow` must be the version the state was made with; a node it lacks leads to a human. A contact that has
    left self-service gets its last action again, so that a late or repeated input changes nothing.
    """
    if state.status is Status.CLOSED or (state.is_final and not isinstance(event, HungUp)):
        return Walk(flow, state, now).final()
    state = replace(state, steps=state.steps + 1, facts=facts or state.facts)
    walk = Walk(flow, state, now)
    turn = _handle(walk, event)
    if turn.state.is_final or state.steps < MAX_STEPS:
        return turn
    return _give_up(flow, turn, now)


def still_waiting(state: State) -> Turn:
    """What a contact does that waits for a web service: wait on, with nothing said."""
    return Turn(state, Request((), state.locale, "GET", "", {}, {}, 1))


def _give_up(flow: FlowDefinition, turn: Turn, now: datetime) -> Turn:
    """Too many steps: a human, and if the flow's way to the human asks again, its fallback queue."""
    walk = Walk(flow, turn.state, now)
    last = walk.to_human(UnsolvedReason.WRONG_INPUT)
    if not last.state.is_final:
        walk.forget_prompts()
        last = walk.go(None)
    return replace(last, log=(*turn.log, *last.log))


def _handle(walk: Walk, event: FlowInput) -> Turn:
    match event:
        case HungUp():
            return walk.close(Outcome.ABANDONED)
        case SearchResult():
            return searched(walk, event)
        case RequestResult():
            return requested(walk, event)
        case Digits() | Speech() | NoInput():
            return replied(walk, event)
        case _:
            assert_never(event)


def summary(flow: FlowDefinition, state: State) -> Summary:
    """What the agent is shown of the contact's way through self-service."""
    article = state.article
    return Summary(
        topic=state.topic,
        topic_label=flow.topic_label(state.topic),
        question=state.question,
        article_id=article.article_id if article else None,
        article_title=article.title if article else None,
        unsolved_reason=state.reason,
        path=state.path,
    )
