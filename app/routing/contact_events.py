"""What an event about a contact or an offer does to the floor (contract 4.2, product events 4.8).

Each handler returns None, or why the event is refused; a refused event has changed nothing.
"""

from app.routing.effects import Connected
from app.routing.eligibility import Id
from app.routing.fields import KEEP
from app.routing.floor import PENDING, Floor
from app.routing.inputs import (
    Abandon,
    Accept,
    Accepting,
    Arrive,
    ContactUpdate,
    Done,
    Fail,
    Reject,
    Requeue,
)
from app.routing.model import VOICE, Contact, ContactState

NOT_WAITING = "not waiting"
NOT_CONNECTED = "not connected"
NOT_PENDING = "reservation not pending"


def arrive(floor: Floor, event: Arrive) -> str | None:
    """List a new contact. Its clocks count from `enqueued_at`, which may not lie in the future."""
    if event.contact in floor.contacts or event.contact in floor.ended:
        return "duplicate contact"
    if event.enqueued_at is not None and event.enqueued_at > floor.now:
        return "enqueued_at lies in the future"
    floor.enqueue(new_contact(floor, event))
    return None


def new_contact(floor: Floor, event: Arrive) -> Contact:
    """A contact with the next arrival number, known to the floor but not yet listed."""
    contact = Contact(
        id=event.contact,
        queue=event.queue,
        channel=event.channel,
        priority=event.priority,
        age_credit=event.age_credit,
        enqueued_at=floor.now if event.enqueued_at is None else event.enqueued_at,
        arrival=floor.arrivals,
        ttl=event.ttl,
        sticky=event.sticky,
        steps=event.steps,
        signature=floor.forms.signature(event.channel, ()),
    )
    floor.arrivals += 1
    floor.contacts[contact.id] = contact
    return contact


def abandon(floor: Floor, event: Abandon) -> str | None:
    """Gone for good, be it offered or not; the agent is free at once with the old idle clock (R15)."""
    contact = floor.contacts.get(event.contact)
    if contact is None or contact.state is ContactState.CONNECTED:
        return NOT_WAITING
    if contact.state is ContactState.WAITING:
        floor.withdraw(contact)
    else:
        agent = floor.release(contact)
        floor.rescind(contact, agent, "abandoned")
    floor.end(contact)
    return None


def finish(floor: Floor, event: Done) -> str | None:
    """A connected contact has ended: capacity back, idle clock, and wrap-up after voice (R03, R16).

    Wrap-up seconds: the queue's rule, else the floor's. A wrap-up that runs already is never made shorter.
    """
    contact = _connected(floor, event.contact)
    if contact is None:
        return NOT_CONNECTED
    _let_go(floor, contact)
    floor.end(contact)
    return None


def _let_go(floor: Floor, contact: Contact, wrap: bool = True) -> None:
    agent = floor.release(contact)
    if not agent.connected and not agent.offers:
        agent.idle_since = floor.now
    seconds = floor.queue_rule(contact.queue, "wrapup", floor.settings.wrapup) or 0
    if wrap and contact.channel == VOICE and seconds > 0:
        agent.wrapup_until = max(floor.now + seconds, agent.wrapup_until or floor.now)
        floor.set_agent_alarm(agent)
    floor.freshen(agent)


def requeue(floor: Floor, event: Requeue) -> str | None:
    """A connected contact whose agent was lost waits again at its old place; no wrap-up for the agent."""
    contact = _connected(floor, event.contact)
    if contact is None:
        return NOT_CONNECTED
    agent = contact.agent
    _let_go(floor, contact, wrap=False)
    if agent is not None:
        floor.rescind(contact, agent, event.why)
    floor.enqueue(contact)
    return None


def update(floor: Floor, event: ContactUpdate) -> str | None:
    """New demands act at once. An offer that is pending stands; the new values count if it comes back.

    All clocks go on from the enqueue time: new steps, a new preference and a new time to live too.
    """
    contact = floor.contacts.get(event.contact)
    if contact is None or contact.state is ContactState.CONNECTED:
        return NOT_WAITING
    listed = contact.state is ContactState.WAITING
    if listed:
        floor.withdraw(contact)
    contact.queue = contact.queue if event.queue is KEEP else event.queue
    contact.priority = contact.priority if event.priority is KEEP else event.priority
    contact.age_credit = contact.age_credit if event.age_credit is KEEP else event.age_credit
    contact.ttl = contact.ttl if event.ttl is KEEP else event.ttl
    contact.sticky = contact.sticky if event.sticky is KEEP else event.sticky
    contact.steps = contact.steps if event.steps is KEEP else event.steps
    if listed:
        floor.enqueue(contact)
    return None


def accept(floor: Floor, event: Accept) -> str | None:
    """The offer becomes a connection, from `offered` or from `accepting`."""
    contact = _pending(floor, event.contact, event.agent)
    if contact is None or contact.agent is None:
        return NOT_PENDING
    floor.connect(contact, contact.agent)
    floor.effects.append(Connected(contact.id, contact.agent.id))
    return None


def begin_accepting(floor: Floor, event: Accepting) -> str | None:
    """The offer's deadline gives way to the leg's own: the event's timeout, else `connect_timeout`."""
    contact = _pending(floor, event.contact, event.agent)
    if contact is None or contact.state is not ContactState.OFFERED:
        return NOT_PENDING
    seconds = floor.settings.connect_timeout if event.timeout is KEEP else event.timeout
    contact.state = ContactState.ACCEPTING
    contact.expires = None if seconds is None else floor.now + seconds
    floor.deadlines.set(contact, contact.expires)
    return None


def refuse(floor: Floor, event: Reject) -> str | None:
    """The contact waits again and skips this agent for `reject_delay` s, or for ever when that is 0 (R14).

    Not possible in `accepting`: the agent has said yes.
    """
    contact = _pending(floor, event.contact, event.agent)
    if contact is None or contact.state is not ContactState.OFFERED:
        return NOT_PENDING
    delay = floor.settings.reject_delay
    contact.skips[event.agent] = floor.now + delay if delay > 0 else None
    floor.take_back(contact, "rejected")
    return None


def fail(floor: Floor, event: Fail) -> str | None:
    """The contact waits again at its old place, the agent is free with the old idle clock and without blame.

    With `skip` the contact avoids this agent for so many seconds,
    so that a broken leg is not tried on and on.
    """
    contact = _pending(floor, event.contact, event.agent)
    if contact is None:
        return NOT_PENDING
    if event.skip > 0:
        contact.skips[event.agent] = floor.now + event.skip
    floor.take_back(contact, event.why)
    return None


def _connected(floor: Floor, contact_id: Id) -> Contact | None:
    contact = floor.contacts.get(contact_id)
    return contact if contact is not None and contact.state is ContactState.CONNECTED else None


def _pending(floor: Floor, contact_id: Id, agent_id: Id) -> Contact | None:
    contact = floor.contacts.get(contact_id)
    if contact is None or contact.state not in PENDING:
        return None
    if contact.agent is None or contact.agent.id != agent_id:
        return None
    return contact
