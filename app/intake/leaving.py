"""What follows from a turn: a web service to ask, texts to write, a queue, or the end."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.contacts import repository as contact_rows
from app.contacts import service as contacts
from app.contacts.lifecycle import Outcome
from app.contacts.models import Contact
from app.core.db import Transaction
from app.core.errors import InvalidInput
from app.intake import classifying, mapping, outgoing_texts
from app.routing import callbacks
from app.routing import service as routing
from app.routing.errors import CallbackOver
from app.routing.service import Memory, QueueRequest
from app.selfservice import flow as flows
from app.selfservice import requests
from app.selfservice.definition import FlowDefinition
from app.selfservice.prompts import suited
from app.selfservice.state import Outcome as FlowOutcome
from app.selfservice.turns import Close, Enqueue, Prompt, Request, Turn, Way

_OUTCOMES = {
    FlowOutcome.SOLVED: Outcome.SOLVED_BY_SELF_SERVICE,
    FlowOutcome.ENDED: Outcome.ENDED_IN_SELF_SERVICE,
    FlowOutcome.OUT_OF_HOURS: Outcome.OUT_OF_HOURS,
    FlowOutcome.ABANDONED: Outcome.ABANDONED_IN_SELF_SERVICE,
}


async def apply(
    tx: Transaction, flow: FlowDefinition, contact: Contact, turn: Turn, *, now: datetime, memory: Memory
) -> Turn:
    """Do what the turn says; returns the turn as it was done. The contact is locked."""
    await outgoing_texts.send(tx, contact, turn.texts, step=turn.state.steps)
    match turn.action:
        case Request():
            await requests.ask(tx, contact.id, turn.state.steps, turn.action, now=now)
        case Enqueue():
            await _sum_up(tx, flow, contact, turn, now)
            await _enqueue(tx, contact.id, turn.action, now=now, memory=memory)
            if turn.action.way is Way.CALLBACK and not await _has_callback(tx, contact.id, now):
                return _holds_on(turn, turn.action)
        case Close():
            await _sum_up(tx, flow, contact, turn, now)
            await contacts.close(tx, contact.id, _OUTCOMES[turn.action.outcome], now=now)
        case _:
            pass
    return turn


async def _sum_up(tx: Transaction, flow: FlowDefinition, contact: Contact, turn: Turn, now: datetime) -> None:
    changes: dict[str, Any] = {
        "summary": mapping.summary(flows.summary(flow, turn.state)),
        "topic": turn.state.topic,
        "language": turn.state.locale.value,
    }
    await contact_rows.change(tx, contact.id, changes)
    state = turn.state
    if state.topic is not None and state.topic_source is not None:
        await classifying.record(
            tx,
            contact.id,
            topic=state.topic,
            source=state.topic_source,
            confidence=state.topic_confidence,
            now=now,
        )


async def _has_callback(tx: Transaction, contact_id: UUID, now: datetime) -> bool:
    """The caller goes, the place in the queue stays. False when the number turns out not to be called."""
    try:
        async with tx.savepoint():
            await callbacks.request_callback(tx, contact_id=contact_id, now=now, source="flow")
    except (CallbackOver, InvalidInput):
        return False
    return True


def _holds_on(turn: Turn, action: Enqueue) -> Turn:
    """Nothing was promised: the caller waits like any other."""
    state = turn.state
    text = suited("queue.transfer", state.locale, is_written=state.facts.is_written)
    return replace(turn, action=replace(action, way=Way.WAIT, prompts=(Prompt(text, state.locale),)))


async def _enqueue(
    tx: Transaction, contact_id: UUID, action: Enqueue, *, now: datetime, memory: Memory
) -> None:
    queue_id = await tx.fetchval("select id from queues where key = $1", action.queue)
    if queue_id is None:
        # a queue removed after the flow was published must not strand a caller
        queue_id = await tx.fetchval("select id from queues order by key limit 1")
    request = QueueRequest(
        queue_id=queue_id,
        priority=action.priority,
        required_skills=dict.fromkeys(action.skills, mapping.REQUIRED_LEVEL),
        topic=action.topic,
        reason=action.reason.value if action.reason else None,
    )
    await routing.enqueue(tx, contact_id, request, now=now, memory=memory)
