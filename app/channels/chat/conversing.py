"""What a visitor does: writes, begins, ends, leaves a message. Everything in the caller's transaction, once each.

Lock order: the turns of the conversation's address, then contact → conversation, as everywhere text is written.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from app.channels.chat import files, keys, presence, visitors
from app.channels.chat.identifying import OVER, known_as
from app.channels.chat.keys import WidgetKey
from app.channels.chat.naming import CHANNEL
from app.channels.chat.opening import Opening, opened_contact, show_visitor
from app.channels.chat.schemas import Choice, NewChatMessage
from app.channels.chat.telling import tell_visitor
from app.channels.chat.visitors import Visitor
from app.channels.chat.wording import restored, shown
from app.contacts import conversations, messages
from app.contacts import repository as contact_rows
from app.contacts.conversations import Conversation
from app.contacts.lifecycle import ContactState
from app.contacts.messages import CUSTOMER, Message
from app.contacts.models import Contact
from app.core.db import Transaction
from app.core.errors import InvalidInput
from app.core.settings import Settings
from app.intake import service as intake
from app.routing import service as routing
from app.selfservice import runs
from app.selfservice.collecting import HUMAN_KEY
from app.selfservice.masking import mask_cards
from app.selfservice.turns import Collect, Digits, FlowInput, NoInput, Speech


@dataclass(frozen=True, slots=True)
class Site:
    """What every step needs to know of the installation and of the visitor's site."""

    settings: Settings
    key: WidgetKey

    @property
    def reopen(self) -> timedelta:
        """For how long a conversation is gone on with."""
        return timedelta(hours=self.settings.conversation_reopen_hours)

    @property
    def time_zone(self) -> ZoneInfo:
        """The company's."""
        return ZoneInfo(self.settings.time_zone)


async def hold(tx: Transaction, contact_id: UUID) -> Contact:
    """The contact, held until the commit."""
    return await contact_rows.get_for_update(tx, contact_id)


async def site_of(tx: Transaction, settings: Settings, visitor: Visitor) -> Site:
    """The visitor's site. Raises WidgetUnknown."""
    return Site(settings, await keys.get(tx, visitor.widget_key))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the visitor stands: the conversation that goes on, and its contact, held."""

    conversation: Conversation | None
    contact: Contact | None

    @property
    def is_open(self) -> bool:
        return self.contact is not None and self.contact.state not in OVER


async def write(
    tx: Transaction, site: Site, visitor: Visitor, new: NewChatMessage, *, now: datetime
) -> Message:
    """Store the message where it belongs and do what follows from it. The same `client_id` again returns the message
    that is there, whatever has become of the conversation. Raises InvalidInput, FileRefused or Blocked."""
    place = await _place(tx, site, visitor, now)
    sent = await _sent_before(tx, visitor, new.client_id)
    if sent is not None:
        return sent
    body = mask_cards(new.body.replace("\x00", "")).strip()
    if not body and not new.upload_ids:
        raise InvalidInput.of("body", "write something, or name a file in upload_ids")
    await visitors.check_not_blocked(tx, visitor)
    attachments = await files.claim(tx, visitor.id, new.upload_ids)
    opening = None if place.is_open else await _open(tx, site, visitor, place, now=now)
    contact, conversation = await _handled(tx, visitor, site, place, opening, now=now)
    message = await messages.receive(
        tx, contact, conversation, client_id=str(new.client_id), body=body, attachments=attachments
    )
    await presence.seen(tx, conversation.id, visitor.id, site.key.key)
    if opening is not None:
        await _go_on(tx, site, contact, conversation, opening, is_asked=True, now=now)
        contact = await contact_rows.get_for_update(tx, contact.id)
    if contact.state == ContactState.SELF_SERVICE and await runs.get_for_update(tx, contact.id) is not None:
        event = await _reply(tx, contact.id, body, new.choice)
        await _turn(tx, site.key, contact, conversation, event, now=now)
    return message


async def start(tx: Transaction, site: Site, visitor: Visitor, *, now: datetime) -> None:
    """Begin the flow before anything is written; nothing happens where a chat is open. Raises Blocked."""
    place = await _place(tx, site, visitor, now)
    if place.is_open:
        return
    await visitors.check_not_blocked(tx, visitor)
    opening = await _open(tx, site, visitor, _Place(place.conversation, None), now=now)
    contact, conversation = await _handled(tx, visitor, site, place, opening, now=now)
    await presence.seen(tx, conversation.id, visitor.id, site.key.key)
    await _go_on(tx, site, contact, conversation, opening, is_asked=False, now=now)


async def end(tx: Transaction, site: Site, visitor: Visitor, *, now: datetime) -> None:
    """The visitor ends the chat; nothing happens where none is open."""
    place = await _place(tx, site, visitor, now)
    if place.is_open and place.contact is not None:
        await intake.hang_up(tx, place.contact.id, now=now)
        await routing.customer_left(tx, place.contact.id, now=now)


async def leave_message(
    tx: Transaction, site: Site, visitor: Visitor, *, client_id: UUID, body: str, now: datetime
) -> Message:
    """A message for when somebody is there: it waits in the queue for the opening and is never turned away."""
    place = await _place(tx, site, visitor, now)
    sent = await _sent_before(tx, visitor, client_id)
    if sent is not None:
        return sent
    await visitors.check_not_blocked(tx, visitor)
    opening = None
    if not place.is_open:
        new = await opened_contact(tx, site.key, await known_as(tx, site.settings, visitor), visitor)
        opening = Opening(new, None, None)
    contact, conversation = await _handled(tx, visitor, site, place, opening, now=now)
    text = mask_cards(body.replace("\x00", "")).strip()
    message = await messages.receive(tx, contact, conversation, client_id=str(client_id), body=text)
    await presence.seen(tx, conversation.id, visitor.id, site.key.key)
    await show_visitor(tx, contact.id, visitor, left_message=True)
    if contact.state in (ContactState.NEW, ContactState.SELF_SERVICE):
        await _queue(tx, site, contact.id, site.key.queue_id, "left_message", now=now)
    return message


async def go_on(tx: Transaction, contact_id: UUID, *, now: datetime) -> None:
    """What the flow waited for is there. The contact is held by the caller."""
    contact = await contact_rows.get_for_update(tx, contact_id)
    conversation = await conversations.of_contact(tx, contact_id)
    if conversation is None or contact.state != ContactState.SELF_SERVICE:
        return
    key = await keys.get(tx, conversation.our_address)
    await _turn(tx, key, contact, conversation, NoInput(), now=now)


async def _place(tx: Transaction, site: Site, visitor: Visitor, now: datetime) -> _Place:
    address = visitor.conversation_address
    await conversations.take_turns(tx, CHANNEL, address, site.key.key)
    found = await conversations.current(tx, CHANNEL, address, site.key.key)
    if found is None or found.contact_id is None:
        return _Place(None, None)
    contact = await contact_rows.get_for_update(tx, found.contact_id)
    if contact.state in OVER and now - found.last_at > site.reopen:
        return _Place(None, None)
    return _Place(found, contact)


async def _sent_before(tx: Transaction, visitor: Visitor, client_id: UUID) -> Message | None:
    """The message with this id, in whichever conversation of this visitor it is."""
    message_id = await tx.fetchval(
        """select m.id from conversations c join messages m on m.conversation_id = c.id
           where c.channel = $1 and c.address = $2 and c.our_address = $3 and m.sender = $4 and m.client_id = $5""",
        CHANNEL,
        visitor.conversation_address,
        visitor.widget_key,
        CUSTOMER,
        str(client_id),
    )
    return await messages.get(tx, message_id) if message_id is not None else None


async def _open(tx: Transaction, site: Site, visitor: Visitor, place: _Place, *, now: datetime) -> Opening:
    """A new contact: the agent before is asked first when a talk is opened again, the flow serves everybody else."""
    identified = await known_as(tx, site.settings, visitor)
    before = place.contact
    if before is not None and before.accepted_at is not None:
        contact = await opened_contact(tx, site.key, identified, visitor)
        changes = {"preferred_agent": before.agent_id, "topic": before.topic, "summary": before.summary}
        contact = await contact_rows.change(tx, contact.id, changes)
        return Opening(contact, None, before.queue_id or site.key.queue_id)
    if site.key.flow_id is None:
        contact = await opened_contact(tx, site.key, identified, visitor)
        return Opening(contact, None, site.key.queue_id)
    return await Opening.with_flow(tx, site.key, identified, visitor, now=now, time_zone=site.time_zone)


async def _handled(
    tx: Transaction, visitor: Visitor, site: Site, place: _Place, opening: Opening | None, *, now: datetime
) -> tuple[Contact, Conversation]:
    """The contact and its conversation: the one that is open, the one that is opened again, or a new one."""
    if opening is None:
        assert place.contact is not None and place.conversation is not None  # noqa: S101, PT018 -- it is open
        return place.contact, place.conversation
    contact = opening.contact
    if place.conversation is not None:
        conversation = await conversations.hand_to(tx, place.conversation.id, contact.id)
    else:
        conversation = await conversations.begin(
            tx,
            channel=CHANNEL,
            address=visitor.conversation_address,
            our_address=site.key.key,
            contact_id=contact.id,
        )
        await tell_visitor(tx, visitor)
    await show_visitor(tx, contact.id, visitor)
    return await contact_rows.get_for_update(tx, contact.id), conversation


async def _go_on(
    tx: Transaction,
    site: Site,
    contact: Contact,
    conversation: Conversation,
    opening: Opening,
    *,
    is_asked: bool,
    now: datetime,
) -> None:
    """What follows from the opening: the queue at once, or the flow's first turn. Who has asked already
    (`is_asked`) is not asked what it is about."""
    received = opening.received
    if received is None:
        if opening.queue_id is not None:
            await _queue(tx, site, contact.id, opening.queue_id, None, now=now)
        return
    if not (is_asked and isinstance(received.turn.action, Collect)):
        await _say(tx, contact, conversation, opening.greeting, step=received.turn.state.steps)
    await intake.settle_first_turn(tx, received, now=now)
    await _add_skills(tx, site.key, contact.id)


async def _reply(tx: Transaction, contact_id: UUID, body: str, choice: Choice | None) -> FlowInput:
    """A button of the step that is asked now is its key; everything else is words."""
    run = await runs.get_for_update(tx, contact_id)
    assert run is not None  # noqa: S101 -- the caller has looked
    offered = restored(run.answer).choices
    if choice is not None and choice.step == run.step and choice.key in {one.key for one in offered}:
        return Digits(choice.key)
    label = next((one.key for one in offered if one.label.casefold() == body.casefold()), None)
    return Digits(label) if label is not None else Speech(body or HUMAN_KEY)


async def _turn(
    tx: Transaction,
    key: WidgetKey,
    contact: Contact,
    conversation: Conversation,
    event: FlowInput,
    *,
    now: datetime,
) -> None:
    stored = await intake.advance(
        tx, contact.id, event, step=None, render=lambda turn: shown(turn).stored(), now=now
    )
    run = await runs.get_for_update(tx, contact.id)
    assert run is not None  # noqa: S101 -- it was there before the turn
    await _say(tx, contact, conversation, restored(stored).text, step=run.step)
    await _add_skills(tx, key, contact.id)


async def _say(
    tx: Transaction, contact: Contact, conversation: Conversation, text: str, *, step: int
) -> None:
    if text:
        await messages.say(tx, contact, conversation, client_id=f"turn:{contact.id}:{step}", body=text)


async def _queue(
    tx: Transaction, site: Site, contact_id: UUID, queue_id: UUID, reason: str | None, *, now: datetime
) -> None:
    contact = await contact_rows.get_for_update(tx, contact_id)
    skills = site.key.skills_for(contact.language, contact.topic)
    request = routing.QueueRequest(queue_id, contact.priority, skills, contact.topic, reason)
    memory = routing.Memory(last_agent=timedelta(hours=site.settings.last_agent_hours))
    await routing.enqueue(tx, contact_id, request, now=now, memory=memory)


async def _add_skills(tx: Transaction, key: WidgetKey, contact_id: UUID) -> None:
    """What the site asks for beside the flow, before the router sees the contact."""
    contact = await contact_rows.get_for_update(tx, contact_id)
    wanted = key.skills_for(contact.language, contact.topic)
    if contact.state == ContactState.QUEUED and not wanted.keys() <= contact.required_skills.keys():
        skills = {**wanted, **contact.required_skills}
        await contact_rows.change(tx, contact_id, {"required_skills": skills})
