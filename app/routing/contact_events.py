"""What an event about a contact or an offer does to the floor (contract 4.2, product events 4.8).

Each handler returns None, or why the event is refused; a refused event has changed nothing.
"""

from app.routing.effects import Connected
from app.routing.eligibility import Id
from app.routing.fields import KEEP
from app.routing.floor import Floor
from app.routing.inputs import (
    Abandon,
    Accept,
    Accepting,
    Age,
    Arrive,
    ContactUpdate,
    Done,
    Fail,
    Reject,
    Requeue,
    Take,
    Transfer,
)
from app.routing.model import VOICE, Agent, Contact, ContactState, Offer

NOT_WAITING = "not waiting"
NOT_CONNECTED = "not connected"
NOT_PENDING = "reservation not pending"


def arrive(floor: Floor, event: Arrive) -> str | None:
    """List a new contact. Its clocks count from `enqueued_at`, which may not lie in the future."""
    if event.contact in floor.contacts or event.contact in floor.ended:
        return "duplicate contact"
    if event.enqueued_at is not None and event.enqueued_at > floor.now:
        return "enqueued_at lies in the future"
    floor.enter(new_contact(floor, event))
    return None


def new_contact(floor: Floor, event: Arrive) -> Contact:
    """A contact with the next arrival number, known to the floor but not yet listed."""
    enqueued_at = floor.now if event.enqueued_at is None else event.enqueued_at
    contact = Contact(
        id=event.contact,
        queue=event.queue,
        home=floor.queue(event.queue),
        channel=event.channel,
        priority=event.priority,
        age_credit=event.age_credit,
        enqueued_at=enqueued_at,
        asked_at=enqueued_at,
        arrival=floor.arrivals,
        ttl=event.ttl,
        sticky=event.sticky,
        steps=event.steps,
        rising=event.rising,
        virtual=event.virtual,
        signature=floor.forms.signature(event.channel, ()),
    )
    floor.arrivals += 1
    floor.contacts[contact.id] = contact
    return contact


def take(floor: Floor, event: Take) -> str | None:
    """An agent has begun a contact: it uses the agent's capacity from now on, and waits for nobody."""
    contact, agent = event.arrival.contact, floor.agents.get(event.agent)
    if contact in floor.contacts or contact in floor.ended:
        return "duplicate contact"
    if agent is None:
        return "unknown agent"
    if event.arrival.enqueued_at is not None and event.arrival.enqueued_at > floor.now:
        return "enqueued_at lies in the future"
    state = ContactState.CONNECTED if event.expires is None else ContactState.ACCEPTING
    floor.hold(new_contact(floor, event.arrival), agent, state, event.expires)
    return None


def abandon(floor: Floor, event: Abandon) -> str | None:
    """Gone for good, be it offered or not; the agents are free at once with the old idle clock (R15)."""
    contact = floor.contacts.get(event.contact)
    if contact is None or contact.state is ContactState.CONNECTED:
        return NOT_WAITING
    if contact.state is ContactState.WAITING:
        floor.withdraw(contact)
    else:
        floor.drop_offers(contact, "abandoned")
    floor.end(contact)
    return None


def finish(floor: Floor, event: Done) -> str | None:
    """A connected contact has ended: capacity back, idle clock, and wrap-up after voice (R03, R16).

    Wrap-up seconds: the queue's rule, else the floor's. A wrap-up that runs already is never made shorter.
    """
    contact, agent = _connected(floor, event.contact)
    if contact is None or agent is None:
        return NOT_CONNECTED
    _let_go(floor, contact, agent)
    floor.end(contact)
    return None


def transfer(floor: Floor, event: Transfer) -> str | None:
    """A connected contact waits in the other queue; its agent is let go as by `contact.done` (R27).

    `age` keep: it keeps enqueue time and arrival number, and with them its place; new: it is the newest. In both
    cases preference, steps and time to live count from now. The old preference is dropped; steps and priority stay
    where no new ones are given, and whoever rejected it is still passed over. It arrives in the new queue like any
    other contact, also when that is closed or unstaffed; only `max_waiting` turns nobody away who has been served.
    """
    contact, agent = _connected(floor, event.contact)
    if contact is None or agent is None:
        return NOT_CONNECTED
    _let_go(floor, contact, agent)
    contact.queue, contact.home = event.queue, floor.queue(event.queue)
    contact.sticky = event.sticky
    contact.steps = contact.steps if event.steps is KEEP else event.steps
    contact.priority = contact.priority if event.priority is KEEP else event.priority
    contact.asked_at = floor.now
    if event.age is Age.NEW:
        contact.enqueued_at, contact.arrival = floor.now, floor.arrivals
        floor.arrivals += 1
    floor.enter(contact)
    return None


def _let_go(floor: Floor, contact: Contact, agent: Agent, wrap: bool = True) -> None:
    floor.release(contact, agent)
    if not agent.connected and not agent.offers:
        agent.idle_since = floor.now
    seconds = floor.wrapup_seconds(contact.queue)
    if wrap and contact.channel == VOICE and seconds > 0:
        agent.wrapup_until = max(floor.now + seconds, agent.wrapup_until or floor.now)
        floor.set_agent_alarm(agent)
    floor.freshen(agent)


def requeue(floor: Floor, event: Requeue) -> str | None:
    """A connected contact whose agent was lost waits again at its old place; no wrap-up for the agent."""
    contact, agent = _connected(floor, event.contact)
    if contact is None or agent is None:
        return NOT_CONNECTED
    _let_go(floor, contact, agent, wrap=False)
    floor.rescind(contact, agent, event.why)
    floor.come_back(contact)
    return None


def update(floor: Floor, event: ContactUpdate) -> str | None:
    """New demands act at once. An offer that is pending stands; the new values count if it comes back, and for
    further agents to whom it is offered meanwhile (R30).

    All clocks go on from the enqueue time: new steps, a new preference and a new time to live too. A waiting
    contact that is moved enters the new queue as if it arrived there, also while that is closed or unstaffed.
    """
    contact = floor.contacts.get(event.contact)
    if contact is None or contact.state is ContactState.CONNECTED:
        return NOT_WAITING
    listed = contact.state is ContactState.WAITING
    if listed:
        floor.withdraw(contact)
    else:
        floor.stop_ringing(contact)
    moves = event.queue is not KEEP and event.queue != contact.queue
    if event.queue is not KEEP:
        contact.queue, contact.home = event.queue, floor.queue(event.queue)
    contact.priority = contact.priority if event.priority is KEEP else event.priority
    contact.age_credit = contact.age_credit if event.age_credit is KEEP else event.age_credit
    contact.ttl = contact.ttl if event.ttl is KEEP else event.ttl
    contact.sticky = contact.sticky if event.sticky is KEEP else event.sticky
    contact.steps = contact.steps if event.steps is KEEP else event.steps
    contact.rising = contact.rising if event.rising is KEEP else event.rising
    if event.virtual is not KEEP and event.virtual != contact.virtual:
        contact.virtual, contact.told_first = event.virtual, False
    if listed and moves:
        floor.enter(contact)
    elif listed:
        floor.enqueue(contact)
    else:
        floor.ring_on(contact)
    return None


def accept(floor: Floor, event: Accept) -> str | None:
    """The offer becomes a connection, from `offered` or from `accepting`; others that ring are taken back (R30)."""
    contact, offer = _pending(floor, event.contact, event.agent)
    if contact is None or offer is None:
        return NOT_PENDING
    floor.effects.append(Connected(contact.id, offer.agent.id))
    if len(contact.offers) > 1:
        floor.drop_offers(contact, "taken", winner=offer.agent)
    floor.connect(contact, offer.agent)
    return None


def begin_accepting(floor: Floor, event: Accepting) -> str | None:
    """The offer's deadline gives way to the leg's own: the event's timeout, else `connect_timeout`.

    The first yes wins: the contact's other offers are taken back at once (R30). If the leg fails, the contact waits.
    """
    contact, offer = _pending(floor, event.contact, event.agent)
    if contact is None or offer is None or contact.state is not ContactState.OFFERED:
        return NOT_PENDING
    floor.drop_offers(contact, "taken", winner=offer.agent)
    seconds = floor.settings.connect_timeout if event.timeout is KEEP else event.timeout
    contact.state = ContactState.ACCEPTING
    offer.expires = None if seconds is None else floor.now + seconds
    floor.set_alarm(contact)
    return None


def refuse(floor: Floor, event: Reject) -> str | None:
    """The contact waits again and skips this agent for `reject_delay` s, or for ever when that is 0 (R14).

    Not possible in `accepting`: the agent has said yes.
    """
    contact, offer = _pending(floor, event.contact, event.agent)
    if contact is None or offer is None or contact.state is not ContactState.OFFERED:
        return NOT_PENDING
    delay = floor.settings.reject_delay
    contact.skips[event.agent] = floor.now + delay if delay > 0 else None
    floor.take_back(contact, offer.agent, "rejected")
    return None


def fail(floor: Floor, event: Fail) -> str | None:
    """The contact waits again at its old place, the agent is free with the old idle clock and without blame.

    With `skip` the contact avoids this agent for so many seconds,
    so that a broken leg is not tried on and on.
    """
    contact, offer = _pending(floor, event.contact, event.agent)
    if contact is None or offer is None:
        return NOT_PENDING
    if event.skip > 0:
        contact.skips[event.agent] = floor.now + event.skip
    floor.take_back(contact, offer.agent, event.why)
    return None


def _connected(floor: Floor, contact_id: Id) -> tuple[Contact | None, Agent | None]:
    contact = floor.contacts.get(contact_id)
    return contact, None if contact is None else contact.agent


def _pending(floor: Floor, contact_id: Id, agent_id: Id) -> tuple[Contact | None, Offer | None]:
    contact = floor.contacts.get(contact_id)
    return contact, None if contact is None else contact.offers.get(agent_id)
