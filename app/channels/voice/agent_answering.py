"""An agent's telephone has been answered: who is there, and do they take the call?

The carrier asks what to do when the leg is answered, and again when a key was pressed. The first answer says what the
call is about and asks for the key; the key, or at a SIP phone the answer itself, is the agent's yes. A yes that comes
too late is told so, and hears nothing of a customer.

Source: https://www.twilio.com/docs/voice/api/call-resource (`Url`), …/voice/twiml/gather, …/voice/twiml/conference.
"""

from datetime import datetime
from uuid import UUID

from app.channels.twilio.signature import Form
from app.channels.voice import calls, life, reach, twiml
from app.channels.voice.calls import Call, Leg
from app.channels.voice.inbound import UnknownCall, call_sid_of
from app.channels.voice.reach import Reach
from app.channels.voice.urls import VoiceUrls
from app.contacts import repository as contact_rows
from app.contacts.lifecycle import ContactState
from app.contacts.models import Contact
from app.core.db import Database, Reader, Transaction
from app.core.settings import Settings
from app.routing import offers
from app.routing import service as routing
from app.routing.errors import OfferNoLongerAvailable
from app.routing.offers import OfferState
from app.selfservice.locales import Locale
from app.selfservice.prompts import message
from app.selfservice.turns import Prompt

YES = "1"  # the key that the announcements name


class AgentAnswers:
    """Answers the webhooks of an agent's telephone."""

    def __init__(self, database: Database, settings: Settings):
        self._database = database
        self._timeout = settings.accepting_timeout
        self._urls = VoiceUrls(settings.public_base_url)

    async def answered(self, form: Form, leg_id: UUID) -> str:
        """Somebody, or a machine, has answered: say what it is about and ask for the key. Where none is needed this is
        the yes. Raises UnknownCall."""
        async with self._database.transaction() as tx:
            leg, contact, call = await self._standing(tx, form, leg_id)
            found = await reach.of_agent(tx, _agent(leg))
            if not await _is_wanted(tx, leg, contact, call):
                return _goodbye("agent.too_late", found)
            if found.needs_key or not reach.is_sip(leg.address):
                words = await _announcement(tx, leg, contact, found.locale)
                return twiml.key_document((words,), url=self._urls.of_leg(twiml.AGENT_KEY_PATH, leg.id))
            return await self._take(tx, leg, contact, found)

    async def key(self, form: Form, leg_id: UUID) -> str:
        """A key, or none. Anything but 1 is no yes: goodbye, and the end of this leg ends the offer. Raises
        UnknownCall."""
        async with self._database.transaction() as tx:
            leg, contact, call = await self._standing(tx, form, leg_id)
            found = await reach.of_agent(tx, _agent(leg))
            if not await _is_wanted(tx, leg, contact, call):
                return _goodbye("agent.too_late", found)
            if form.get("Digits") != YES:
                return _goodbye("agent.not_taken", found)
            return await self._take(tx, leg, contact, found)

    async def _standing(self, tx: Transaction, form: Form, leg_id: UUID) -> tuple[Leg, Contact, Call]:
        sid = call_sid_of(form)
        found = await calls.leg(tx, leg_id)
        if found is None or not found.is_phone or (found.call_sid is not None and found.call_sid != sid):
            raise UnknownCall("there is no such call")
        now: datetime = await tx.fetchval("select switchboard_now()")
        await life.leg_status(tx, found, "in-progress", call_sid=sid, now=now)
        contact = await contact_rows.get_for_update(tx, found.contact_id)
        call = await calls.get(tx, found.contact_id)
        if call is None:
            raise UnknownCall("there is no such call")
        return await calls.leg(tx, leg_id) or found, contact, call

    async def _take(self, tx: Transaction, leg: Leg, contact: Contact, found: Reach) -> str:
        offer = await offers.get(tx, leg.offer_id) if leg.offer_id else None
        if offer is not None and offer.state == OfferState.PENDING:
            now: datetime = await tx.fetchval("select switchboard_now()")
            try:
                await routing.accept_offer(
                    tx,
                    offer_id=offer.id,
                    agent_id=offer.agent_id,
                    now=now,
                    timeout=self._timeout,
                    by_phone=True,
                )
            except OfferNoLongerAvailable:
                return _goodbye("agent.too_late", found)
        return twiml.agent_room_document(
            leg.room or "",
            label=leg.label,
            is_muted=leg.kind == "supervisor",
            url=self._urls.of_contact(contact.id),
        )


def _agent(leg: Leg) -> UUID:
    assert leg.agent_id is not None  # noqa: S101 -- a leg to a telephone of an agent's has its agent
    return leg.agent_id


async def _is_wanted(tx: Transaction, leg: Leg, contact: Contact, call: Call) -> bool:
    """Whether this telephone is still asked for: by its offer, or into a conversation that goes on."""
    if leg.is_gone:
        return False
    talks = contact.state == ContactState.ACTIVE and leg.room == call.room
    if leg.offer_id is None or leg.kind != "agent":
        return talks
    offer = await offers.get(tx, leg.offer_id)
    if offer is None:
        return False
    if offer.state == OfferState.ACCEPTED:
        return talks and (leg.is_in_room or call.alone_since is not None)
    return offer.state in (OfferState.PENDING, OfferState.ACCEPTING)


def _goodbye(key: str, found: Reach) -> str:
    return twiml.goodbye_document((Prompt(message(key, found.locale), found.locale),))


async def _announcement(reader: Reader, leg: Leg, contact: Contact, locale: Locale) -> Prompt:
    """What the call is about, short: the agent has a receiver at the ear and a customer waits."""
    return Prompt(await _words(reader, leg, contact, locale), locale)


async def _words(reader: Reader, leg: Leg, contact: Contact, locale: Locale) -> str:
    offer = await offers.get(reader, leg.offer_id) if leg.offer_id else None
    customer = await _customer(reader, contact)
    match leg.kind:
        case "guest":
            return message("agent.consult", locale, who=await _colleague(reader, contact))
        case "supervisor":
            return message("agent.supervise", locale)
        case _ if offer is not None and offer.state == OfferState.ACCEPTED:
            return message("agent.come_back", locale)
        case _ if contact.is_dial_out:
            return message("agent.dial_out", locale)
        case _:
            queue = await _queue(reader, contact, locale)
            key = "agent.offer_from" if customer else "agent.offer"
            return message(key, locale, queue=queue, who=customer)


async def _queue(reader: Reader, contact: Contact, locale: Locale) -> str:
    name: str | None = await reader.fetchval(
        "select coalesce(labels ->> $2, name) from queues where id = $1", contact.queue_id, locale.value
    )
    return name or ""


async def _customer(reader: Reader, contact: Contact) -> str:
    """The customer's name when it is certain; empty otherwise."""
    if contact.customer_id is None or contact.identification != "certain":
        return ""
    name: str | None = await reader.fetchval(
        "select display_name from customers where id = $1", contact.customer_id
    )
    return name or ""


async def _colleague(reader: Reader, contact: Contact) -> str:
    name: str | None = await reader.fetchval(
        "select display_name from agents where id = $1", contact.agent_id
    )
    return name or ""
