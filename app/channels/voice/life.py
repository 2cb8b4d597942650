"""What happens to a call: its customer ends it, its agent's leg comes, fails or goes, the room reports.

Every function runs with the contact locked, may run twice and in any order, and changes nothing when its news is
old. Callbacks, REST answers and the reconciler all end here.
"""

from datetime import datetime
from uuid import UUID

from app.channels.voice import calls, dial_out, parties, phone_agents, settling
from app.channels.voice.calls import Call, CallState, Leg
from app.channels.voice.commands import CommandKind, order
from app.channels.voice.dialling import customer_comes_next
from app.channels.voice.ending import end_called_legs, end_leg
from app.channels.voice.recording import consent
from app.channels.voice.recording import life as recordings
from app.channels.voice.show import show
from app.channels.voice.survey import life as surveys
from app.contacts import repository as contact_rows
from app.contacts.events import Control
from app.contacts.lifecycle import ContactState
from app.contacts.models import Contact
from app.core.db import Transaction
from app.intake import service as intake
from app.routing import callback_rows, callbacks, offers
from app.routing import service as routing
from app.routing.callback_rules import DialResult
from app.routing.offers import OfferState
from app.touchpoints import log as touchpoints

# the agent's own phone did not take the call the agent had accepted: offering more would fail more customers
_AGENT_SIDE = frozenset({"busy", "no-answer", "failed"})
# `canceled`: rung off before anybody answered; `completed` without an answer of ours: the carrier could not ask us
_DIAL_RESULTS = {
    "busy": DialResult.BUSY,
    "no-answer": DialResult.NO_ANSWER,
    "canceled": DialResult.NO_ANSWER,
}


async def customer_status(
    tx: Transaction, contact_id: UUID, status: str, *, now: datetime, reason: str | None = None
) -> None:
    """News of the customer's own connection; only its end matters."""
    contact = await contact_rows.get_for_update(tx, contact_id)
    call = await calls.get(tx, contact_id)
    if call is None or status not in calls.TERMINAL:
        return
    own = calls.customer_leg(await calls.legs(tx, contact_id))
    if not await calls.note_status(tx, own, status, call_sid=None, reason=reason):
        return
    if contact.state == ContactState.SELF_SERVICE:
        await intake.hang_up(tx, contact_id, now=now)
    if call.state == CallState.SURVEY:
        await surveys.unanswered(tx, contact)
    ended_by = "agent" if _hang_up_ordered(contact) else "customer"
    if call.state != CallState.VOICEMAIL:  # whose contact ends with the recording
        await routing.customer_left(tx, contact_id, now=now, ended_by=ended_by)
    await end_called_legs(tx, contact_id)
    await settling.settle(tx, contact_id)
    await close_if_over(tx, contact_id)


async def customer_leg_status(
    tx: Transaction,
    leg_id: UUID,
    status: str,
    *,
    call_sid: str | None,
    now: datetime,
    reason: str | None = None,
) -> None:
    """News of a customer's leg, whoever called: of a customer we ring it decides the dialling until the answer."""
    found = await calls.leg(tx, leg_id)
    if found is None:
        return
    contact = await contact_rows.get_for_update(tx, found.contact_id)
    leg = await calls.leg(tx, leg_id) or found
    call = await calls.get(tx, contact.id)
    if call is not None and contact.is_dial_out:
        await dial_out.customer_news(tx, contact, call, leg, status, call_sid=call_sid, sip=reason)
    if call is None or leg.dial is None or call.call_sid == (call_sid or leg.call_sid):
        await customer_status(tx, contact.id, status, now=now, reason=reason)
        return
    if not await calls.note_status(tx, leg, status, call_sid=call_sid, reason=reason):
        return
    callback = await callback_rows.of_contact(tx, contact.id)
    if status in calls.TERMINAL and callback is not None:
        result = _DIAL_RESULTS.get(status, DialResult.FAILED)
        await callbacks.dial_ended(tx, callback.id, leg.dial, result, now=now)
        if calls.customer_leg(await calls.legs(tx, contact.id)).id == leg.id:
            await close_if_over(tx, contact.id)  # nobody is on the line until the next try


async def leg_status(
    tx: Transaction, leg: Leg, status: str, *, call_sid: str | None, now: datetime, reason: str | None = None
) -> None:
    """News of a leg that we called."""
    match leg.kind:
        case "customer":
            apply = customer_leg_status
        case "agent":
            apply = agent_leg_status
        case _:
            apply = party_leg_status
    await apply(tx, leg.id, status, call_sid=call_sid, now=now, reason=reason)


def _hang_up_ordered(contact: Contact) -> bool:
    return bool(contact.media.get("pending_command") == Control.HANG_UP.value)


async def close_if_over(tx: Transaction, contact_id: UUID) -> None:
    """closing while any leg lives, closed when none does."""
    over = all(leg.is_over for leg in await calls.legs(tx, contact_id))
    state = CallState.CLOSED if over else CallState.CLOSING
    await calls.change(tx, contact_id, state=state.value, alone_since=None)
    await show(tx, contact_id, state=state, pending=None, held_since=None)


async def agent_leg_status(
    tx: Transaction,
    leg_id: UUID,
    status: str,
    *,
    call_sid: str | None,
    now: datetime,
    reason: str | None = None,
) -> None:
    """News of an agent's leg, from a callback or a REST answer."""
    found = await calls.leg(tx, leg_id)
    if found is None:
        return
    contact = await contact_rows.get_for_update(tx, found.contact_id)
    leg = await calls.leg(tx, leg_id) or found
    if not await calls.note_status(tx, leg, status, call_sid=call_sid, reason=reason):
        return
    call = await calls.get(tx, contact.id)
    if call is None or status not in calls.TERMINAL or leg.offer_id is None:
        return
    if call.state == CallState.CLOSING:
        await close_if_over(tx, contact.id)
        return
    offer = await offers.get(tx, leg.offer_id)
    if offer is not None and offer.state == OfferState.PENDING:
        await phone_agents.not_answered(tx, leg, status)
    elif offer is not None and offer.state == OfferState.ACCEPTING:
        await routing.fail_accepting(
            tx,
            contact_id=contact.id,
            agent_id=offer.agent_id,
            reason="leg_failed",
            blame=status in _AGENT_SIDE,
        )
    elif leg.is_in_room:
        await _agent_gone(tx, contact, call, leg, now)
        await settling.settle(tx, contact.id)


async def party_leg_status(
    tx: Transaction,
    leg_id: UUID,
    status: str,
    *,
    call_sid: str | None,
    now: datetime,
    reason: str | None = None,
) -> None:
    """News of a guest's or supervisor's leg."""
    found = await calls.leg(tx, leg_id)
    if found is None:
        return
    contact = await contact_rows.get_for_update(tx, found.contact_id)
    leg = await calls.leg(tx, leg_id) or found
    if leg.kind == "agent":  # has taken the contact over in the meantime
        await agent_leg_status(tx, leg_id, status, call_sid=call_sid, now=now, reason=reason)
        return
    if not await calls.note_status(tx, leg, status, call_sid=call_sid, reason=reason):
        return
    if status in calls.TERMINAL:
        await settling.guest_gone(tx, contact, leg, status)
    call = await calls.get(tx, contact.id)
    if call is not None and call.state == CallState.CLOSING:
        await close_if_over(tx, contact.id)
        return
    await settling.settle(tx, contact.id)


async def joined(
    tx: Transaction, contact: Contact, call: Call, leg: Leg, *, sequence: int, now: datetime
) -> None:
    """Somebody is in the room. The agent's join is the proof that makes the offer accepted; then the customer is
    moved in, and hears nothing of attempts that failed."""
    if not await calls.note_room(tx, leg, joined=True, sequence=sequence):
        return
    if leg.kind == "customer":
        await _customer_in_room(tx, contact, call)
        return
    if leg.kind != "agent":
        await settling.settle(tx, contact.id)
        return
    offer = await offers.get(tx, leg.offer_id) if leg.offer_id else None
    if offer is not None and offer.state == OfferState.ACCEPTING and await customer_comes_next(tx, contact):
        return
    if offer is None or offer.state != OfferState.ACCEPTING:
        if offer is None or offer.state != OfferState.ACCEPTED:
            await end_leg(tx, leg)  # it joined too late
        elif call.alone_since is not None:
            await calls.change(tx, contact.id, alone_since=None)  # the agent is back within the grace
            await settling.settle(tx, contact.id)
        return
    if await routing.connected(tx, offer_id=offer.id, now=now) is None:
        return
    await calls.change(tx, contact.id, state=CallState.CONNECTING.value)
    if not await dial_out.ring_customer(tx, contact):
        await order(tx, contact.id, CommandKind.MOVE_CUSTOMER)


async def _customer_in_room(tx: Transaction, contact: Contact, call: Call) -> None:
    if call.state != CallState.CONNECTING:
        return
    await calls.change(tx, contact.id, state=CallState.TALKING.value)
    await show(tx, contact.id, state=CallState.TALKING)
    await touchpoints.append(tx, contact.subject, "call.connected", once=str(contact.routing_round))
    await recordings.conversation_began(tx, contact, has_consent=await consent.given(tx, call))


async def left(
    tx: Transaction,
    contact: Contact,
    call: Call,
    leg: Leg,
    *,
    sequence: int,
    now: datetime,
    reason: str | None = None,
) -> None:
    """Somebody left the room, for the carrier's `reason` where it told one. A customer's end is told by the call's own
    status."""
    was_in_room = leg.is_in_room
    is_news = await calls.note_room(tx, leg, joined=False, sequence=sequence)
    is_late = not is_news and sequence <= leg.room_sequence
    if leg.kind == "agent" and leg.is_phone and reason == phone_agents.HUNG_UP and not is_late:
        await _telephone_put_down(tx, contact, call, leg, now)
        return
    if not is_news:
        return
    if leg.kind == "agent" and was_in_room:
        await _agent_gone(tx, contact, call, leg, now)
        await settling.settle(tx, contact.id)
    elif leg.kind in ("guest", "supervisor"):
        await settling.guest_gone(tx, contact, leg, "left")
        await settling.settle(tx, contact.id)


async def _agent_gone(tx: Transaction, contact: Contact, call: Call, leg: Leg, now: datetime) -> None:
    """A leg that leaves without our hang-up leaves the customer alone: a grace begins (decision 14)."""
    ordered = _hang_up_ordered(contact)
    others = any(
        other.kind == "agent" and other.is_in_room and other.id != leg.id
        for other in await calls.legs(tx, contact.id)
    )
    if not others and await dial_out.give_up(tx, contact, now=now):
        await close_if_over(tx, contact.id)
        return
    if contact.state == ContactState.ACTIVE and not ordered and not others and call.alone_since is None:
        # not logged yet: the customer may just have hung up, and the news of that may come second
        await calls.change(tx, contact.id, alone_since=now)


async def _telephone_put_down(tx: Transaction, contact: Contact, call: Call, leg: Leg, now: datetime) -> None:
    """An agent at a telephone hangs up by hanging up, and nobody need wait whether they come back. The leg's own end
    may have been told before: then the customer has been taken for alone, and it is told now why."""
    alone = not any(
        other.kind == "agent" and other.is_in_room and other.id != leg.id
        for other in await calls.legs(tx, contact.id)
    )
    if alone and leg.agent_id == contact.agent_id and not _hang_up_ordered(contact):
        if await dial_out.give_up(tx, contact, now=now):
            await close_if_over(tx, contact.id)
            return
        await phone_agents.put_down(tx, contact, call)
    await settling.settle(tx, contact.id)


async def held(
    tx: Transaction, contact: Contact, call: Call, *, on: bool, sequence: int | None, now: datetime
) -> None:
    """The customer is on hold, or off it. `sequence` is the callback's; None when the carrier's REST answer says
    so, which is never late."""
    if sequence is not None:
        if sequence <= call.hold_sequence:
            return
        call = await calls.change(tx, contact.id, hold_sequence=sequence)
    before, after = (CallState.TALKING, CallState.HELD) if on else (CallState.HELD, CallState.TALKING)
    if call.state != before:
        return
    call = await calls.change(tx, contact.id, state=after.value, reminded_at=None)
    settled = Control.HOLD if on else Control.RESUME
    since = now if on else None
    await show(tx, contact.id, state=after, settled=settled, error=None, held_since=since, is_hold_long=False)
    kind = "call.held" if on else "call.resumed"
    await touchpoints.append(tx, contact.subject, kind, once=f"{contact.routing_round}.v{call.version}")
    await settling.settle(tx, contact.id)


async def flags(
    tx: Transaction, contact: Contact, leg: Leg, *, held: bool | None, muted: bool | None, sequence: int
) -> None:
    """The room says that a participant is on hold or muted, or is not any more."""
    await parties.note_flags(tx, leg, held=held, muted=muted, sequence=sequence)
    await settling.settle(tx, contact.id)


async def remind_of_hold(tx: Transaction, contact_id: UUID) -> None:
    """Tell the agent, once a hold, that the customer has been waiting for long."""
    contact = await contact_rows.get_for_update(tx, contact_id)
    call = await calls.get(tx, contact_id)
    if call is not None and call.state == CallState.HELD and contact.state == ContactState.ACTIVE:
        now: datetime = await tx.fetchval("select switchboard_now()")
        await calls.change(tx, contact_id, reminded_at=now)
        await show(tx, contact_id, is_hold_long=True)


async def notice_lone_customer(tx: Transaction, contact: Contact, call: Call, now: datetime) -> None:
    """An agent's leg that nobody saw leave, or a hang-up that failed, must not leave the customer in silence."""
    talks = call.state in (CallState.CONNECTING, CallState.TALKING, CallState.HELD)
    if contact.state != ContactState.ACTIVE or not talks or call.alone_since is not None:
        return
    if _hang_up_ordered(contact):
        return
    if not any(leg.kind == "agent" and leg.is_in_room for leg in await calls.legs(tx, contact.id)):
        await calls.change(tx, contact.id, alone_since=now)


async def end_stray_legs(tx: Transaction, contact_id: UUID) -> None:
    """A leg whose offer is over has no reason to live: its hang-up was lost or failed, so it is ordered again."""
    for leg in await calls.legs(tx, contact_id):
        if leg.kind in ("guest", "supervisor") and leg.is_gone and not leg.is_over:
            await end_leg(tx, leg)  # it has left the room; its end was not told
        if leg.kind != "agent" or leg.is_over or leg.offer_id is None:
            continue
        offer = await offers.get(tx, leg.offer_id)
        wanted = offer is not None and (
            offer.state in (OfferState.ACCEPTING, OfferState.ACCEPTED)
            or (offer.state == OfferState.PENDING and leg.is_phone)
        )
        if not wanted:
            await end_leg(tx, leg)


async def rescue_alone(tx: Transaction, contact_id: UUID) -> None:
    """The grace is over and no agent came back: a guest who is there takes over, else the customer returns to the old
    place in the queue."""
    now: datetime = await tx.fetchval("select switchboard_now()")
    contact = await contact_rows.get_for_update(tx, contact_id)
    call = await calls.get(tx, contact_id)
    if call is None or call.alone_since is None:
        return
    if await dial_out.give_up(tx, contact, now=now):
        await close_if_over(tx, contact_id)
        return
    if contact.state == ContactState.ACTIVE:
        found = await calls.legs(tx, contact_id)
        if any(phone_agents.comes_back(leg, now) for leg in found):
            return
        if phone_agents.was_at_telephone(contact, found):
            await phone_agents.put_down(tx, contact, call)
            return
        await touchpoints.append(tx, contact.subject, "agent.dropped", once=str(contact.routing_round))
        if await settling.guest_takes_over(tx, contact):
            return
    await calls.change(tx, contact_id, alone_since=None)
    await routing.requeue_active(tx, contact_id, reason="agent_lost")
