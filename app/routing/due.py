"""The first part of a step: everything whose instant has come, whatever the event is (contract, 4.4 (1))."""

from app.routing.floor import Floor
from app.routing.model import AVAILABLE, Agent, Contact, ContactState


def run_due(floor: Floor) -> None:
    """Bring the floor up to `floor.now`; every deadline is inclusive.

    Order: offers whose time is up (an `accepting` one ends with "connect timeout" and without blame), then
    graces that are over, then contacts whose time to live is up, then wrap-ups that are over. When an offer's
    deadline and its agent's grace fall on one instant, the offer's deadline wins.
    """
    due = floor.deadlines.pop_due(floor.now)
    if not due:
        return
    agents = sorted((one for one in due if isinstance(one, Agent)), key=lambda agent: agent.order)
    contacts = sorted((one for one in due if isinstance(one, Contact)), key=lambda one: one.arrival)
    waiting = [contact for contact in contacts if contact.state is ContactState.WAITING]
    for contact in contacts:
        _end_offer(floor, contact)
    for agent in agents:
        if agent.lost_until is not None and agent.lost_until <= floor.now:
            end_grace(floor, agent)
    for contact in waiting:
        floor.relist(contact)
    floor.expire_overdue()
    for agent in agents:
        if agent.wrapup_until is not None and agent.wrapup_until <= floor.now:
            end_wrapup(floor, agent)
        floor.set_agent_alarm(agent)


def end_grace(floor: Floor, agent: Agent) -> None:
    """Not back in time: pending offers are withdrawn, an available agent becomes not responding (R18)."""
    agent.lost_until = None
    was_available = agent.state == AVAILABLE
    floor.take_back_offers(agent, "agent left", (ContactState.OFFERED,))
    if was_available:
        floor.fall_silent(agent, "agent lost")
    floor.freshen(agent)
    floor.set_agent_alarm(agent)


def end_wrapup(floor: Floor, agent: Agent) -> None:
    """Wrap-up is over: the idle clock starts, whatever the agent's state is (R16)."""
    agent.wrapup_until = None
    agent.idle_since = floor.now
    floor.freshen(agent)
    floor.set_agent_alarm(agent)


def _end_offer(floor: Floor, contact: Contact) -> None:
    match contact.state:
        case ContactState.OFFERED:
            agent = floor.release(contact)
            floor.rescind(contact, agent, "timeout")
            floor.fall_silent(agent, "reservation timeout")
            floor.enqueue(contact)
        case ContactState.ACCEPTING:
            floor.take_back(contact, "connect timeout")
        case ContactState.WAITING | ContactState.CONNECTED:
            pass
