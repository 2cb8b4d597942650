"""Callbacks: a customer who does not want to hold keeps the place and is called (R28).

A callback is a contact of its own (channel `callback`, outbound). While it waits it is queued like any other, at the
place of the contact it came from; between two tries it is `new`, out of the queue. The rules are in
`callback_rules.py`, dialling in `callback_dialling.py`, ends in `callback_ends.py`; what is due is done by
`callback_timers.py`, and `callback_handlers.py` follows offers and calls.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from app.contacts import repository as contact_rows
from app.contacts import service as contacts
from app.contacts.lifecycle import ContactState, Outcome
from app.contacts.service import NewOutbound
from app.core.db import Reader, Transaction
from app.core.errors import InvalidInput
from app.customers.dialable import DialRules, why_not_dialled
from app.routing import callback_rows, offers, promises
from app.routing.callback_dialling import dial_ended, turned_away
from app.routing.callback_ends import cancel
from app.routing.callback_hours import known_zone, rules_of
from app.routing.callback_queueing import stop_offer
from app.routing.callback_rows import CHANNEL, Callback
from app.routing.callback_rules import First
from app.routing.caller_id import number_shown
from app.routing.errors import CallbackOver
from app.routing.events import CallbackRequested
from app.routing.queueing import mark_contact
from app.touchpoints import log as touchpoints
from app.touchpoints.log import Actor

__all__ = [
    "CHANNEL",
    "Callback",
    "CallbackWish",
    "cancel",
    "dial_ended",
    "request_callback",
    "request_for_number",
    "rules_of",
    "turned_away",
]

ANY_NUMBER = DialRules()  # of any country; the channel that dials has rules of its own
LONGEST_AHEAD = timedelta(days=30)  # how far ahead a callback may be asked for


@dataclass(frozen=True, slots=True)
class CallbackWish:
    """What somebody who is not on the line asks for. `not_before`: the earliest try, at once when None; `first`: the
    queue's rule when None; `time_zone`: an IANA name, for quiet hours."""

    source: str  # web, agent
    number: str
    queue_id: UUID
    customer_id: UUID | None = None
    identification: str = "unknown"
    candidates: list[dict[str, Any]] = field(default_factory=list)
    language: str = "zh-Hant"
    topic: str | None = None
    reason: str | None = None
    priority: int = 5
    not_before: datetime | None = None
    first: First | None = None
    time_zone: str | None = None
    by: Actor = touchpoints.CUSTOMER  # who asked, for the log


async def request_callback(
    tx: Transaction,
    *,
    contact_id: UUID,
    now: datetime,
    source: str = "queue",
    number: str | None = None,
    rules: DialRules = ANY_NUMBER,
) -> Callback:
    """The waiting contact goes on as a callback at its place and is closed (`callback_requested`); its channel hears
    `CallbackRequested`. A number that waits for a call of the same queue already gets that one, at the earlier of both
    places; asked again by the same contact, it is the same.

    `number` (E.164) when it is not the one the contact came from. Raises InvalidInput naming `number` when there is
    none to call, CallbackOver when the contact does not wait any more or an agent is about to take it."""
    contact = await contact_rows.get_for_update(tx, contact_id)
    asked = await callback_rows.from_contact(tx, contact_id)
    if asked is not None:
        return asked
    if contact.state not in (ContactState.QUEUED, ContactState.OFFERED) or contact.queue_id is None:
        raise CallbackOver("this contact does not wait in a queue any more")
    if await offers.taken_of_contact(tx, contact_id) is not None:
        raise CallbackOver("an agent is taking this contact at this moment")
    number = number or contact.from_address
    if not number or contact.channel == CHANNEL:
        raise InvalidInput.of("number", "the caller's number is withheld; ask for one to call")
    if (why := why_not_dialled(number, rules)) is not None:
        raise InvalidInput.of("number", why)
    new = NewOutbound(
        channel=CHANNEL,
        to_address=number,
        from_address=await number_shown(tx, contact.queue_id, called=contact.to_address),
        customer_id=contact.customer_id,
        identification=contact.identification,
        candidates=contact.candidates,
        language=contact.language,
        queue_id=contact.queue_id,
        priority=contact.priority,
        age_credit=await tx.fetchval("select age_credit from contacts where id = $1", contact_id),
        required_skills=contact.required_skills,
        topic=contact.topic,
        summary=contact.summary,
    )
    facts = {"source": source, "from_contact_id": contact.id}
    callback = await _open(tx, new, facts, place=contact.queued_at or now, now=now)
    data = {"callback": str(callback.id), "number": callback.number}
    await touchpoints.append(
        tx, contact.subject, "callback.requested", actor=touchpoints.CUSTOMER, data=data, once="1"
    )
    await stop_offer(tx, contact, "callback_requested")
    await promises.settle(tx, contact.id, "diverted")
    closed = await contacts.close(tx, contact.id, Outcome.CALLBACK_REQUESTED, now=now)
    await mark_contact(tx, contact.id)
    await tx.publish(CallbackRequested(callback, closed or contact))
    return callback


async def request_for_number(tx: Transaction, wish: CallbackWish, *, now: datetime) -> Callback:
    """Somebody who is not on the line asks (web, agent): the place begins now. A number that waits for a call of this
    queue already keeps that one and its place. Raises InvalidInput naming the field."""
    if not await tx.fetchval("select exists (select from queues where id = $1)", wish.queue_id):
        raise InvalidInput.of("queue_id", "there is no such queue")
    if wish.not_before is not None and wish.not_before > now + LONGEST_AHEAD:
        raise InvalidInput.of("not_before", f"must be within {LONGEST_AHEAD.days} days")
    if wish.time_zone is not None and known_zone(wish.time_zone) is None:
        raise InvalidInput.of("time_zone", "must be an IANA name such as Asia/Taipei")
    new = NewOutbound(
        channel=CHANNEL,
        to_address=wish.number,
        from_address=await number_shown(tx, wish.queue_id),
        customer_id=wish.customer_id,
        identification=wish.identification,
        candidates=wish.candidates,
        language=wish.language,
        queue_id=wish.queue_id,
        priority=wish.priority,
        topic=wish.topic,
        summary={"question": wish.reason} if wish.reason else {},
    )
    facts: dict[str, Any] = {"source": wish.source, "due_at": max(wish.not_before or now, now)}
    if wish.time_zone is not None:
        facts["time_zone"] = wish.time_zone
    if wish.first is not None:
        facts["first"] = wish.first.value
    return await _open(tx, new, facts, place=now, now=now, by=wish.by)


async def _open(
    tx: Transaction,
    new: NewOutbound,
    facts: dict[str, Any],
    *,
    place: datetime,
    now: datetime,
    by: Actor = touchpoints.CUSTOMER,
) -> Callback:
    """The one that waits for this number and queue, or a new one that is due at once."""
    rules = await rules_of(tx, new.queue_id)
    values = {
        "customer_id": new.customer_id,
        "number": new.to_address,
        "queue_id": new.queue_id,
        "first": rules.first.value,
        "max_tries": rules.max_tries,
        "gap_seconds": rules.gap_seconds,
        "ring_seconds": rules.ring_seconds,
        "place_from": place,
        "due_at": now,
        "time_zone": await _zone_of(tx, new.customer_id),
        **facts,
    }
    while True:
        there = await callback_rows.open_of_number(tx, new.to_address, new.queue_id)
        if there is not None and (kept := await _keep(tx, there, place)) is not None:
            return kept
        try:
            async with tx.savepoint():
                contact = await contacts.open_outbound(tx, new)
                callback = await callback_rows.insert(tx, {"contact_id": contact.id, **values})
        except asyncpg.UniqueViolationError:
            continue  # somebody asked for the same at this very moment: theirs is the one
        data = {"number": callback.number, "source": callback.source}
        await touchpoints.append(tx, contact.subject, "callback.requested", actor=by, data=data, once="1")
        return callback


async def _keep(tx: Transaction, there: Callback, place: datetime) -> Callback | None:
    """The one that is there, at the earlier place; None when it has just ended."""
    contact = await contact_rows.get_for_update(tx, there.contact_id)
    found = await callback_rows.get(tx, there.id)
    if found is None or not found.is_open:
        return None
    if place >= found.place_from:
        return found
    if contact.state in (ContactState.QUEUED, ContactState.OFFERED):
        await contact_rows.change(tx, contact.id, {"queued_at": place})
        await mark_contact(tx, contact.id)
    return await callback_rows.change(tx, found.id, {"place_from": place})


async def _zone_of(reader: Reader, customer_id: UUID | None) -> str | None:
    name: str | None = await reader.fetchval(
        "select attributes ->> 'time_zone' from customers where id = $1", customer_id
    )
    return known_zone(name)
