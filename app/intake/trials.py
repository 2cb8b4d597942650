"""Trial runs of a flow: the real interpreter and the real FAQ search, with nothing written and nobody called.

The page keeps the state between two turns and sends it back. What the caller is and what hour it is, it says itself.
"""

from dataclasses import dataclass
from datetime import datetime

from app.core.db import Reader
from app.faq import search as faq_search
from app.faq.models import Audience, Language
from app.faq.search import SearchOutcome
from app.intake import mapping
from app.selfservice import flow as flows
from app.selfservice.definition import FlowDefinition
from app.selfservice.state import Facts, PathEntry, State
from app.selfservice.turns import FlowInput, Search, Turn


@dataclass(frozen=True, slots=True)
class Tried:
    """One turn of a trial run, and the search it took."""

    turn: Turn
    log: tuple[PathEntry, ...]
    search: SearchOutcome | None = None


async def begin(reader: Reader, flow: FlowDefinition, facts: Facts, *, now: datetime) -> Tried:
    """The first turn."""
    return await _searched(reader, flow, flows.start(flow, facts, now=now), now=now)


async def go_on(
    reader: Reader, flow: FlowDefinition, state: State, event: FlowInput, *, now: datetime
) -> Tried:
    """The turn that follows from what the caller does."""
    return await _searched(reader, flow, flows.resume(flow, state, event, now=now), now=now)


async def _searched(reader: Reader, flow: FlowDefinition, turn: Turn, *, now: datetime) -> Tried:
    if not isinstance(turn.action, Search):
        return Tried(turn, turn.log)
    outcome = await faq_search.search(
        reader,
        question=turn.action.question,
        language=Language(turn.action.locale.value),
        audience=Audience.PUBLIC,
        channel="voice",
        now=now,
        limit=3,
    )
    after = flows.resume(flow, turn.state, mapping.search_result(outcome), now=now)
    return Tried(after, (*turn.log, *after.log), outcome)
