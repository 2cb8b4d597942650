"""The state of the floor and the few moves that change it; each keeps the indexes and the deadlines right.

`fresh_contacts` and `fresh_agents` collect what may form a new eligible pair; matching looks at nothing else.
"""

from dataclasses import dataclass, field

from app.routing.deadlines import Deadlines
from app.routing.effects import AgentChanged, Effect, Expired, Rescinded
from app.routing.eligibility import Forms, Id
from app.routing.idle import IdleIndex
from app.routing.model import (
    AVAILABLE,
    OFFLINE,
    Agent,
    Contact,
    ContactState,
    Preference,
    QueueSettings,
    Settings,
)
from app.routing.waiting import WaitingIndex

PENDING = (ContactState.OFFERED, ContactState.ACCEPTING)


@dataclass(slots=True, eq=False)
class Floor:
    """Everything one engine knows. `now` is the instant of the current step."""

    settings: Settings
    queues: dict[Id, QueueSettings]
    now: float
    forms: Forms
    agents: dict[Id, Agent] = field(default_factory=dict)
    contacts: dict[Id, Contact] = field(default_factory=dict)
    ended: dict[Id, float] = field(default_factory=dict)  # id -> instant of its end, in that order
    waiting: WaitingIndex = field(default_factory=WaitingIndex)
    idle: IdleIndex = field(default_factory=IdleIndex)
    deadlines: Deadlines = field(default_factory=Deadlines)
    preferring: dict[Id, dict[Id, Contact]] = field(default_factory=dict)  # agent -> contacts kept for it
    fresh_contacts: dict[Id, Contact] = field(default_factory=dict)
    fresh_agents: dict[Id, Agent] = field(default_factory=dict)
    overdue: list[Contact] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    arrivals: int = 0
    next_order: int = 0

    # Contacts

    def enqueue(self, contact: Contact) -> None:
        """List a contact as waiting, with the demands it has now."""
        contact.state, contact.agent, contact.expires = ContactState.WAITING, None, None
        self._set_demands(contact)
        self.waiting.add(contact, self.now)
        self.fresh_contacts[contact.id] = contact
        ends = contact.expires_unserved_at()
        if ends is not None and ends <= self.now:
            self.overdue.append(contact)
        self._set_contact_alarm(contact)

    def withdraw(self, contact: Contact) -> None:
        """Take a waiting contact off the list, without saying what becomes of it."""
        self.waiting.remove(contact)
        self._forget_preference(contact)
        self.deadlines.set(contact, None)

    def relist(self, contact: Contact) -> None:
        """List a waiting contact anew after its demands or its clocks moved."""
        self.withdraw(contact)
        self.enqueue(contact)

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
        """Give a contact that is not listed to an agent; it uses the agent's capacity from now on."""
        contact.state, contact.agent, contact.expires = state, agent, expires
        (agent.connected if state is ContactState.CONNECTED else agent.offers)[contact.id] = contact
        agent.stance = self.forms.with_one_more(agent.stance, contact.channel)
        self.deadlines.set(contact, expires)
        self.idle.refresh(agent)

    def connect(self, contact: Contact, agent: Agent) -> None:
        """Turn an offer into a connection; the capacity is already counted."""
        del agent.offers[contact.id]
        agent.connected[contact.id] = contact
        contact.state, contact.expires = ContactState.CONNECTED, None
        self.deadlines.set(contact, None)

    def release(self, contact: Contact) -> Agent:
        """Take a contact out of its agent's hands; the idle clock is left as it was."""
        agent = contact.agent
        if agent is None:
            raise RuntimeError("only a contact that an agent holds can be released")
        (agent.connected if contact.state is ContactState.CONNECTED else agent.offers).pop(contact.id)
        agent.stance = self.forms.with_one_fewer(agent.stance, contact.channel)
        contact.agent = None
        self.freshen(agent)
        return agent

    def take_back(self, contact: Contact, why: str) -> Agent:
        """Withdraw an offer or a connection; the contact waits again at its old place (R13, R18)."""
        agent = self.release(contact)
        self.rescind(contact, agent, why)
        self.enqueue(contact)
        return agent

    def rescind(self, contact: Contact, agent: Agent, why: str) -> None:
        """Say that the contact was taken back from the agent."""
        self.effects.append(Rescinded(contact.id, agent.id, why))

    def take_back_offers(self, agent: Agent, why: str, states: tuple[ContactState, ...]) -> None:
        """Withdraw the agent's offers that are in these states, in arrival order of the contacts."""
        pending = [contact for contact in agent.offers.values() if contact.state in states]
        for contact in sorted(pending, key=lambda contact: contact.arrival):
            self.take_back(contact, why)

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
        if state == OFFLINE:
            self.drop_preferences(agent.id)

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
            for contact in self.waiting.open_view(service.queue, service.delay, self.now):
                self._set_contact_alarm(contact)

    def drop_preferences(self, agent: Id) -> None:
        """With `sticky_skip`: contacts kept for an agent who cannot come go on to their steps for good."""
        if self.settings.sticky_skip:
            for contact in list(self.preferring.get(agent, {}).values()):
                if self._out_of_reach(contact.queue, agent):
                    self.relist(contact)

    # Rules of one queue

    def queue_rule(self, queue: Id, name: str, wider: float | None) -> float | None:
        """The queue's own rule, else the wider one."""
        rules = self.queues.get(queue)
        return wider if rules is None or name not in rules.own else rules.own[name]

    def offer_seconds(self, contact: Contact) -> float | None:
        """How long an offer of this contact lives: the queue's rule, else the channel's, else the floor's."""
        wider = self.settings.reservation_timeouts.get(contact.channel, self.settings.reservation_timeout)
        return self.queue_rule(contact.queue, "reservation_timeout", wider)

    def is_over_full(self, queue: Id) -> bool:
        """Whether more contacts wait than the floor or the queue allows (R21)."""
        floor_limit, own_limit = self.settings.max_waiting, self.queue_rule(queue, "max_waiting", None)
        return (floor_limit is not None and self.waiting.total > floor_limit) or (
            own_limit is not None and self.waiting.count(queue) > own_limit
        )

    # Demands and clocks of one contact

    def _set_demands(self, contact: Contact) -> None:
        now, wanted = self.now, contact.sticky
        skills: tuple[tuple[Id, float], ...] = ()
        names: tuple[Id, ...] | None = None
        if wanted is not None and self._still_preferred(contact, wanted):
            names = (wanted.agent,)
            self.preferring.setdefault(wanted.agent, {})[contact.id] = contact
        else:
            step_ends = contact.enqueued_at
            for step in contact.steps:
                if step.seconds is None or now < (step_ends := step_ends + step.seconds):
                    skills, names = step.skills, step.agents
                    break
        contact.signature = self.forms.signature(contact.channel, skills)
        contact.names = names

    def _still_preferred(self, contact: Contact, wanted: Preference) -> bool:
        if self.settings.sticky_skip and self._out_of_reach(contact.queue, wanted.agent):
            contact.sticky = None
            return False
        return self.now < contact.enqueued_at + wanted.seconds

    def _out_of_reach(self, queue: Id, agent_id: Id) -> bool:
        agent = self.agents.get(agent_id)
        if agent is None or agent.state == OFFLINE:
            return True
        return all(service.queue != queue for service in agent.services)

    def _forget_preference(self, contact: Contact) -> None:
        if contact.sticky is None:
            return
        kept = self.preferring.get(contact.sticky.agent)
        if kept is not None:
            kept.pop(contact.id, None)
            if not kept:
                del self.preferring[contact.sticky.agent]

    def _set_contact_alarm(self, contact: Contact) -> None:
        """Wake up at the first instant after now at which a contact may fit someone new or expires."""
        enqueued, now = contact.enqueued_at, self.now
        alarms = [contact.expires_unserved_at(), self.waiting.next_sight(contact, now)]
        alarms += [until for until in contact.skips.values() if until is not None]
        if contact.sticky is not None:
            alarms.append(enqueued + contact.sticky.seconds)
        step_ends = enqueued
        for step in contact.steps:
            if step.seconds is None:
                break
            step_ends += step.seconds
            alarms.append(step_ends)
        self.deadlines.set(contact, min((at for at in alarms if at is not None and at > now), default=None))
