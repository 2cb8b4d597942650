"""A call an agent makes: the agent's leg first, then the customer's into the same room, with what the line says.

The server makes both legs. The browser sends a number or a customer, gets a task back and answers its own leg as it
answers every other; so nothing a browser sends reaches the carrier, phone and SIP agents dial alike, and a leg whose
answer was lost is found by its label like any leg.

Every function runs with the contact locked and changes nothing when it comes late or again.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.channels.voice import calls
from app.channels.voice.calls import Call, CallState, Leg
from app.channels.voice.commands import CommandKind, is_open, order, was_ordered
from app.channels.voice.show import show
from app.contacts import repository as contact_rows
from app.contacts import service as contacts
from app.contacts.events import ContactChanged
from app.contacts.lifecycle import ContactState, Outcome
from app.contacts.models import Contact
from app.contacts.service import NewOutbound
from app.core.db import Transaction
from app.routing import service as routing
from app.routing.offers import Offer
from app.touchpoints import log as touchpoints

# Why nobody was reached, by what the far end said: SIP response codes (RFC 3261 section 21; RFC 6228 for 199, Q.850
# causes in RFC 3398), else by the carrier's status.
_BY_SIP: Final = {
    "404": "not_in_service",
    "410": "not_in_service",
    "484": "not_in_service",
    "604": "not_in_service",
    "480": "not_reachable",
    "408": "not_reachable",
    "486": "busy",
    "600": "busy",
    "403": "declined",
    "603": "declined",
    "607": "declined",
}
_BY_STATUS: Final = {"busy": "busy", "no-answer": "no_answer", "canceled": "no_answer"}


def why_not_reached(status: str, sip_code: str | None) -> str:
    """busy, no_answer, declined, not_in_service, not_reachable or failed; the console has the words."""
    if status in ("busy", "failed") and sip_code in _BY_SIP:
        return _BY_SIP[sip_code]
    return _BY_STATUS.get(status, "failed")


async def begin(
    tx: Transaction, new: NewOutbound, *, task_id: UUID, agent_id: UUID, now: datetime, timeout: timedelta
) -> Offer:
    """Open the contact in the agent's hands and call the agent's leg. `new.to_address` was checked
    (`dial_check.check_dialable`). Raises AgentNotFree."""
    contact = await contacts.open_outbound(tx, new)
    await calls.begin_dial(tx, contact.id, None)
    await tx.execute(
        """insert into dial_tasks (id, contact_id, agent_id, number, expires_at) values ($1, $2, $3, $4, $5)""",
        task_id,
        contact.id,
        agent_id,
        new.to_address,
        now + timeout,
    )
    offer = await routing.take_in_hand(tx, contact.id, agent_id, now=now, timeout=timeout)
    name = await tx.fetchval("select display_name from agents where id = $1", agent_id)
    data = {"number": new.to_address}
    actor = touchpoints.agent(agent_id, name)
    await touchpoints.append(tx, contact.subject, "call.dialled", actor=actor, data=data, once=str(task_id))
    return offer


async def ring_customer(tx: Transaction, contact: Contact) -> bool:
    """The agent is in the room: ring the customer, once. False when the contact is no dial-out, or its customer is on
    the line already and only moves."""
    if not contact.is_dial_out:
        return False
    leg = calls.customer_leg(await calls.legs(tx, contact.id))
    if leg.joined_at is not None:
        return False
    used = await tx.fetchval(
        "update dial_tasks set used_at = switchboard_now() where contact_id = $1 and used_at is null returning id",
        contact.id,
    )
    if used is not None:
        await order(tx, contact.id, CommandKind.DIAL_CUSTOMER, leg_id=leg.id)
        await show(tx, contact.id, state=CallState.CONNECTING)
    return True


async def is_ringing(tx: Transaction, contact: Contact) -> bool:
    """Whether this is a dial-out whose customer has not been on the line yet."""
    if not contact.is_dial_out:
        return False
    leg = calls.customer_leg(await calls.legs(tx, contact.id))
    return leg.joined_at is None and not leg.is_over


async def customer_news(
    tx: Transaction,
    contact: Contact,
    call: Call,
    leg: Leg,
    status: str,
    *,
    call_sid: str | None,
    sip: str | None,
) -> None:
    """News of the leg to the customer: its sid becomes the call's; an end before the answer is told in words."""
    if call_sid is not None and call.call_sid == str(leg.id):
        await calls.change(tx, contact.id, call_sid=call_sid)
    if status not in calls.TERMINAL:
        await calls.note_status(tx, leg, status, call_sid=call_sid, reason=None)
        return
    if call_sid is not None:
        await calls.learn_sid(tx, leg, call_sid)
    if leg.is_over or leg.joined_at is not None or contact.state != ContactState.ACTIVE:
        return
    await not_reached(tx, contact, why_not_reached(status, sip), sip=sip)


async def not_reached(tx: Transaction, contact: Contact, why: str, *, sip: str | None = None) -> None:
    """Tell the agent and the timeline why nobody is on the line."""
    data = {"why": why, **({"sip": sip} if sip else {})}
    await touchpoints.append(tx, contact.subject, "call.not_reached", data=data, once="1")
    media = {**(await contact_rows.get(tx, contact.id)).media, "not_reached": why}
    changed = await contact_rows.change(tx, contact.id, {"media": media})
    await tx.publish(ContactChanged(changed))


async def give_up(tx: Transaction, contact: Contact, *, now: datetime) -> bool:
    """The agent does not wait for the answer: wrap-up, and with it the customer's telephone stops ringing
    (`ring_off`). False when there is nothing to give up."""
    if contact.state != ContactState.ACTIVE or not await is_ringing(tx, contact):
        return False
    await not_reached(tx, contact, "hung_up")
    await routing.start_wrap_up(tx, contact.id, now=now, ended_by="agent")
    return True


async def ring_off(tx: Transaction, contact: Contact) -> None:
    """No telephone of the customer may ring on once the agent's part is over."""
    if not contact.is_dial_out:
        return
    leg = calls.customer_leg(await calls.legs(tx, contact.id))
    if leg.is_over:
        return
    if not await was_ordered(tx, leg.id, CommandKind.DIAL_CUSTOMER):
        await calls.note_status(tx, leg, "canceled", call_sid=None, reason="not_made")
    elif not await is_open(tx, leg.id, CommandKind.END_LEG):
        await order(tx, contact.id, CommandKind.END_LEG, leg_id=leg.id)


async def offer_ended(tx: Transaction, contact: Contact) -> bool:
    """The agent's own leg came to nothing: nobody else is to call this customer. False when the customer was on the
    line already, who then waits like anybody."""
    if not await is_ringing(tx, contact) or contact.state == ContactState.CLOSED:
        return False
    now: datetime = await tx.fetchval("select switchboard_now()")
    await ring_off(tx, contact)
    await contacts.close(tx, contact.id, Outcome.FAILED, now=now)
    return True
