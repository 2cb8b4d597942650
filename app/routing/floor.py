"""The state of the floor and the few moves that change it; each keeps the indexes and the deadlines right.

`fresh_contacts` and `fresh_agents` collect what may form a new eligible pair; matching looks at nothing else.
"""

from dataclasses import dataclass, field

from app.routing.deadlines import Deadlines
from app.routing.demands import drop_preferences, forget_preference, next_change, set_demands
from app.routing.effects import AgentChanged, Effect, Expired, Rescinded
from app.routing.eligibility import Forms, Id
from app.routing.fields import KEEP
from app.routing.idle import IdleIndex
from app.routing.model import (
    AVAILABLE,
    OFFLINE,
    Agent,
    Contact,
    ContactState,
    Offer,
    Settings,
)
from app.routing.queue_rules import Queue, Treatment
from app.routing.waiting import WaitingIndex

PENDING = (ContactState.OFFERED, ContactState.ACCEPTING)


@dataclass(slots=True, eq=False)
class Floor:
    """Everything one engine knows. `now` is the instant of the current step."""

    settings: Settings
    now: float
    forms: Forms
    queues: dict[Id, Queue] = field(default_factory=dict)
    agents: dict[Id, Agent] = field(default_factory=dict)
    contacts: dict[Id, Contact] = field(default_factory=dict)
    ended: dict[Id, float] = field(default_factory=dict)  # id -> instant of its end, in that order
    waiting: WaitingIndex = field(default_factory=WaitingIndex)
    idle: IdleIndex = field(default_factory=IdleIndex)
    deadlines: Deadlines = field(default_factory=Deadlines)
    preferring: dict[Id, dict[Id, Contact]] = field(default_factory=dict)  # agent -> contacts kept for it
    ringing: WaitingIndex = field(default_factory=WaitingIndex)  # offered, and may be offered to more (R30)
    fresh_contacts: dict[Id, Contact] = field(default_factory=dict)
    fresh_ringing: dict[Id, Contact] = field(default_factory=dict)
    fresh_agents: dict[Id, Agent] = field(default_factory=dict)
    overdue: list[Contact] = field(default_factory=list)
    turned_away: dict[Id, Contact] = field(default_factory=dict)  # by a closed queue, not told yet
    deserted: dict[Id, Queue] = field(default_factory=dict)  # nobody serves them; those who wait must go
    firsts: dict[Id, Queue] = field(default_factory=dict)  # a virtual contact may have come first
    effects: list[Effect] = field(default_factory=list)
    is_unsettled: bool = False  # a reset found something overdue, and no step was made yet
    arrivals: int = 0
    next_order: int = 0

    # Contacts

    def enter(self, contact: Contact) -> None:
        """List a contact that is new in its queue; while that is closed, `when_closed` decides (R22)."""
        self._admit(contact, contact.home, contact.home.rules.when_closed)

    def come_back(self, contact: Contact) -> None:
        """List a contact that was in an agent's hands; while its queue is closed, `at_close` decides."""
        self._admit(contact, contact.home, contact.home.rules.at_close)

    def _admit(self, contact: Contact, queue: Queue, when_closed: Treatment) -> None:
        contact.dormant = not queue.is_open and when_closed is not Treatment.SERVE
        if contact.dormant and when_closed is Treatment.REFUSE:
            self.turned_away[contact.id] = contact
        if queue.is_deserted:
            self.deserted[queue.id] = queue
        self.enqueue(contact)

    def enqueue(self, contact: Contact) -> None:
        """List a contact as waiting, with the demands it has now."""
        contact.state = ContactState.WAITING
        set_demands(self, contact)
        self.waiting.add(contact, self.now)
        if contact.virtual:
            contact.home.has_virtual = True
        if contact.home.has_virtual:
            self.firsts[contact.queue] = contact.home
        self.fresh_contacts[contact.id] = contact
        ends = contact.expires_unserved_at()
        if ends is not None and ends <= self.now:
            self.overdue.append(contact)
        self.deadlines.set(contact, next_change(self, contact))

    def withdraw(self, contact: Contact) -> None:
        """Take a waiting contact off the list, without saying what becomes of it."""
        self.waiting.remove(contact)
        forget_preference(self, contact)
        self.deadlines.set(contact, None)
        if contact.home.has_virtual:
            self.firsts[contact.queue] = contact.home

    def relist(self, contact: Contact) -> None:
        """List a waiting or ringing contact anew after its demands or its clocks moved."""
        if contact.state is ContactState.WAITING:
            self.withdraw(contact)
            self.enqueue(contact)
        else:
            self.ring_on(contact)

    def end(self, contact: Contact) -> None:
        """Forget a contact that neither waits nor is held; only its id is remembered."""
        del self.contacts[contact.id]
        self.deadlines.set(contact, None)
        self.ended[contact.id] = self.now

    def expire_overdue(self) -> None:
        """Expire every waiting contact whose time to live is up, in the order of the queue (R20)."""
        overdue, self.overdue = self.overdue, []
        for contact in sorted(set(overdue), key=Contact.key):
            ends = contact.expires_unserved_at()
            if contact.place is not None and ends is not None and ends <= self.now:
                self.withdraw(contact)
                self.end(contact)
                self.effects.append(Expired(contact.id))

    # Contact and agent together

    def hold(self, contact: Contact, agent: Agent, state: ContactState, expires: float | None) -> None:
        """Give a contact that does not wait to an agent; it uses the agent's capacity from now on.

        If the contact has other offers too, call `ring_on` afterwards: it sets the alarm for all of them.
        """
        contact.state = state
        if state is ContactState.CONNECTED:
            contact.agent = agent
            agent.connected[contact.id] = contact
        else:
            contact.offers[agent.id] = Offer(agent, expires)
            agent.offers[contact.id] = contact
        agent.stance = self.forms.with_one_more(agent.stance, contact.channel)
        self.idle.refresh(agent)
        self.deadlines.set(contact, expires)

    def connect(self, contact: Contact, agent: Agent) -> None:
        """Turn an offer into a connection; the capacity is already counted."""
        self.stop_ringing(contact)
        del agent.offers[contact.id], contact.offers[agent.id]
        agent.connected[contact.id] = contact
        contact.state, contact.agent = ContactState.CONNECTED, agent
        self.deadlines.set(contact, None)

    def release(self, contact: Contact, agent: Agent) -> None:
        """Take a contact out of an agent's hands; the idle clock is left as it was."""
        if contact.state is ContactState.CONNECTED:
            del agent.connected[contact.id]
            contact.agent = None
        else:
            del agent.offers[contact.id], contact.offers[agent.id]
        agent.stance = self.forms.with_one_fewer(agent.stance, contact.channel)
        self.freshen(agent)

    def take_back(self, contact: Contact, agent: Agent, why: str) -> None:
        """Withdraw an offer; unless others ring on, the contact waits again at its old place (R13, R18)."""
        self.release(contact, agent)
        self.rescind(contact, agent, why)
        self.after_offer(contact)

    def rescind(self, contact: Contact, agent: Agent, why: str) -> None:
        """Say that the contact was taken back from the agent."""
        self.effects.append(Rescinded(contact.id, agent.id, why))

    def drop_offers(self, contact: Contact, why: str, winner: Agent | None = None) -> None:
        """Withdraw all offers of a contact but the winner's, in the order in which they were made."""
        self.stop_ringing(contact)
        for offer in [one for one in contact.offers.values() if one.agent is not winner]:
            self.release(contact, offer.agent)
            self.rescind(contact, offer.agent, why)

    def take_back_offers(self, agent: Agent, why: str, states: tuple[ContactState, ...]) -> None:
        """Withdraw the agent's offers that are in these states, in arrival order of the contacts."""
        pending = [contact for contact in agent.offers.values() if contact.state in states]
        for contact in sorted(pending, key=lambda contact: contact.arrival):
            self.take_back(contact, agent, why)

    # Offers of one contact to several agents (R30)

    def after_offer(self, contact: Contact) -> None:
        """An offer of the contact has ended: others ring on, or it waits again."""
        if contact.offers:
            self.ring_on(contact)
        else:
            self.stop_ringing(contact)
            self.come_back(contact)

    def ring_on(self, contact: Contact) -> None:
        """List an offered contact for further agents if it may ring more than it does."""
        self.stop_ringing(contact)
        if contact.state is ContactState.OFFERED and len(contact.offers) < contact.ring:
            set_demands(self, contact)
            self.ringing.add(contact, self.now)
            self.fresh_ringing[contact.id] = contact
        self.set_alarm(contact)

    def stop_ringing(self, contact: Contact) -> None:
        """No further agents; the offers that are out stand."""
        if contact.place is not None:
            self.ringing.remove(contact)
            forget_preference(self, contact)

    def set_alarm(self, contact: Contact) -> None:
        """Wake up when an offer ends or, while the contact is listed, when it may fit someone new."""
        alarms = [offer.expires for offer in contact.offers.values()]
        if contact.place is not None:
            alarms.append(next_change(self, contact))
        self.deadlines.set(contact, min((at for at in alarms if at is not None), default=None))

    # Agents

    def freshen(self, agent: Agent) -> None:
        """Let matching list the agent as it then stands, and look for work."""
        self.fresh_agents[agent.id] = agent

    def set_state(self, agent: Agent, state: str) -> None:
        """Change the state only; the idle clock starts when the agent becomes available (R03)."""
        agent.state = state
        if state == AVAILABLE:
            agent.idle_since = self.now
        self.freshen(agent)
        self.count_staff(agent)
        if state == OFFLINE:
            drop_preferences(self, agent.id)

    def fall_silent(self, agent: Agent, why: str) -> None:
        """Put an agent who did not answer into the configured state, unless it is there already."""
        state = self.settings.timeout_state
        if agent.state != state:
            self.set_state(agent, state)
            self.effects.append(AgentChanged(agent.id, state, why))

    def set_agent_alarm(self, agent: Agent) -> None:
        """Wake up when wrap-up or the grace ends, whichever comes first."""
        alarms = [at for at in (agent.wrapup_until, agent.lost_until) if at is not None]
        self.deadlines.set(agent, min(alarms, default=None))

    def open_views(self, agent: Agent) -> None:
        """Make the agent's queues visible at its delays; call after its services were set."""
        for service in agent.services:
            for index in (self.waiting, self.ringing):
                for contact in index.open_view(service.queue, service.delay, self.now):
                    self.set_alarm(contact)

    def count_staff(self, agent: Agent) -> None:
        """Count the agent where it serves: not while offline, nor after the grace of a lost one.

        Call after its state, its services or `is_gone` changed. A queue left by its last agent is noted.
        """
        counts = agent.state != OFFLINE and not agent.is_gone
        wanted = agent.services if counts else ()
        if wanted is agent.counted:
            return
        before, agent.counted = agent.counted, wanted
        for service in wanted:
            queue = self.queue(service.queue)
            queue.staff += 1
            if queue.has_virtual:
                self.firsts[queue.id] = queue
        for service in before:
            queue = self.queue(service.queue)
            queue.staff -= 1
            if queue.is_deserted:
                self.deserted[queue.id] = queue

    # Rules of one queue

    def queue(self, queue_id: Id) -> Queue:
        """The queue of this id; a queue exists from the moment somebody names it."""
        found = self.queues.get(queue_id)
        if found is None:
            found = self.queues[queue_id] = Queue(queue_id, len(self.queues))
        return found

    def wrapup_seconds(self, queue_id: Id) -> float:
        """Wrap-up after a call of this queue: the queue's rule, else the floor's."""
        own = self.queue(queue_id).rules.wrapup
        return self.settings.wrapup if own is KEEP else own

    def offer_seconds(self, contact: Contact) -> float | None:
        """How long an offer of this contact lives: the queue's rule, else the channel's, else the floor's."""
        own = contact.home.rules.reservation_timeout
        if own is not KEEP:
            return own
        return self.settings.reservation_timeouts.get(contact.channel, self.settings.reservation_timeout)

    def is_over_full(self, queue_id: Id) -> bool:
        """Whether more contacts wait than the floor or the queue allows (R21)."""
        floor_limit, own_limit = self.settings.max_waiting, self.queue(queue_id).rules.max_waiting
        return (floor_limit is not None and self.waiting.total > floor_limit) or (
            own_limit is not None and self.waiting.count(queue_id) > own_limit
        )
