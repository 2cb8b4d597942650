"""What an event about an agent or a queue does to the floor (contract 4.2, product events 4.8).

Each handler returns None, or why the event is refused; a refused event has changed nothing.
"""

from app.routing.admission import keep_hours
from app.routing.configuration import AgentConfig
from app.routing.demands import drop_preferences
from app.routing.due import end_grace, end_wrapup
from app.routing.eligibility import Profile
from app.routing.fields import KEEP
from app.routing.floor import PENDING, Floor
from app.routing.inputs import (
    AgentAdd,
    AgentRemove,
    AgentState,
    AgentUpdate,
    Back,
    Lost,
    QueueUpdate,
    WrapupEnd,
)
from app.routing.model import AVAILABLE, Agent, ContactState
from app.routing.queue_rules import changed

UNKNOWN = "unknown agent"


def place_agent(floor: Floor, config: AgentConfig) -> Agent:
    """Put a new agent on the floor, last in agent order. The id must be free."""
    profile = floor.forms.profile(config.skills, config.units, config.slots, config.exclusive)
    agent = Agent(
        id=config.id,
        order=floor.next_order,
        services=config.services,
        profile=profile,
        stance=floor.forms.stance(profile, {}),
        state=config.state,
        idle_since=floor.now if config.idle_since is None else config.idle_since,
        wrapup_until=config.wrapup_until,
        lost_until=config.lost_until,
        is_gone=config.is_gone,
    )
    floor.next_order += 1
    floor.agents[agent.id] = agent
    floor.open_views(agent)
    floor.count_staff(agent)
    floor.freshen(agent)
    floor.set_agent_alarm(agent)
    return agent


def add_agent(floor: Floor, event: AgentAdd) -> str | None:
    """The agent starts like one of the config, idle since now. An id that is on the floor is refused."""
    if event.config.id in floor.agents:
        return "duplicate agent"
    place_agent(floor, event.config)
    return None


def remove_agent(floor: Floor, event: AgentRemove) -> str | None:
    """Pending and accepting offers go back first. Refused while contacts are connected to the agent."""
    agent = floor.agents.get(event.agent)
    if agent is None:
        return UNKNOWN
    if agent.connected:
        return "agent has contacts in hand"
    floor.take_back_offers(agent, "agent left", PENDING)
    agent.is_gone = True
    floor.count_staff(agent)
    floor.idle.hide(agent)
    floor.deadlines.set(agent, None)
    floor.fresh_agents.pop(agent.id, None)
    del floor.agents[agent.id]
    drop_preferences(floor, agent.id)
    return None


def update_agent(floor: Floor, event: AgentUpdate) -> str | None:
    """New queues, skills, capacity or idle clock act at once on what is offered next; what the agent holds
    stays."""
    agent = floor.agents.get(event.agent)
    if agent is None:
        return UNKNOWN
    floor.idle.hide(agent)
    agent.profile = _changed_profile(floor, agent, event)
    agent.stance = floor.forms.stance(agent.profile, agent.stance.held)
    if event.services is not KEEP:
        agent.services = event.services
        floor.open_views(agent)
        floor.count_staff(agent)
    if event.idle_since is not KEEP:
        agent.idle_since = event.idle_since
    floor.freshen(agent)
    drop_preferences(floor, agent.id)
    return None


def _changed_profile(floor: Floor, agent: Agent, event: AgentUpdate) -> Profile:
    old = agent.profile
    return floor.forms.profile(
        old.skills if event.skills is KEEP else event.skills,
        old.units if event.units is KEEP else event.units,
        old.slots if event.slots is KEEP else event.slots,
        old.exclusive if event.exclusive is KEEP else event.exclusive,
    )


def change_state(floor: Floor, event: AgentState) -> str | None:
    """The same state again is nothing at all. Any state but available withdraws pending offers (R18).

    An offer in `accepting` stays: the agent has said yes, and the offer has its own short timer.
    """
    agent = floor.agents.get(event.agent)
    if agent is None:
        return UNKNOWN
    if event.state == agent.state:
        return None
    if event.state == AVAILABLE:
        agent.is_gone = False
    floor.set_state(agent, event.state)
    if event.state != AVAILABLE:
        floor.take_back_offers(agent, "agent left", (ContactState.OFFERED,))
    return None


def lose_agent(floor: Floor, event: Lost) -> str | None:
    """The grace begins; nothing new is offered until it ends or the agent is back. Lost twice is nothing."""
    agent = floor.agents.get(event.agent)
    if agent is None:
        return UNKNOWN
    if agent.lost_until is not None:
        return None
    agent.lost_until = floor.now + floor.settings.grace
    if agent.lost_until <= floor.now:
        end_grace(floor, agent)
    floor.freshen(agent)
    floor.set_agent_alarm(agent)
    return None


def find_agent_again(floor: Floor, event: Back) -> str | None:
    """Back within the grace: as if nothing had happened, the idle clock included. Otherwise nothing."""
    agent = floor.agents.get(event.agent)
    if agent is None:
        return UNKNOWN
    agent.lost_until, agent.is_gone = None, False
    floor.count_staff(agent)
    floor.freshen(agent)
    floor.set_agent_alarm(agent)
    return None


def finish_wrapup(floor: Floor, event: WrapupEnd) -> str | None:
    """End wrap-up early; nothing when the agent is not in wrap-up (R16)."""
    agent = floor.agents.get(event.agent)
    if agent is None:
        return UNKNOWN
    if agent.wrapup_until is not None:
        end_wrapup(floor, agent)
    return None


def update_queue(floor: Floor, event: QueueUpdate) -> str | None:
    """New rules of a queue, for offers, wrap-ups and arrivals from now on.

    Contacts that wait stay, but: new hours, and a queue closed or opened by hand, act at once like a boundary
    (with the rules as they then are); `unstaffed: refuse` refuses at once if nobody is there; and `rising`
    moves them at once.
    """
    queue = floor.queue(event.queue)
    before, queue.rules = queue.rules, changed(queue.rules, event.changes)
    keep_hours(floor, queue)
    if queue.rules.rising != before.rising:
        for contact in floor.waiting.of(queue.id):
            floor.relist(contact)
    if queue.is_deserted:
        floor.deserted[queue.id] = queue
    return None
