"""The first part of a step: everything whose instant has come, whatever the event is (contract, 4.4 (1))."""

from app.routing.admission import keep_hours, settle
from app.routing.floor import PENDING, Floor
from app.routing.model import AVAILABLE, Agent, Contact, ContactState
from app.routing.queue_rules import Queue


def run_due(floor: Floor) -> None:
    """Bring the floor up to `floor.now`; every deadline is inclusive.

    Order: offers whose time is up (an `accepting` one ends with "connect timeout" and without blame), then
    graces that are over, then contacts whose time to live is up, then boundaries of opening hours in the order
    of the queues, then refusals (closed, nobody there), then wrap-ups that are over. When an offer's deadline and
    its agent's grace fall on one instant, the offer's deadline wins; when a contact's time to live and the closing
    of its queue do, it has expired.
    """
    due = floor.deadlines.pop_due(floor.now)
    if not due:
        settle(floor)  # what a reset found overdue
        return
    agents = sorted((one for one in due if isinstance(one, Agent)), key=lambda agent: agent.order)
    contacts = sorted((one for one in due if isinstance(one, Contact)), key=lambda one: one.arrival)
    waiting = [contact for contact in contacts if contact.state is ContactState.WAITING]
    for contact in contacts:
        _end_offers(floor, contact)
    for agent in agents:
        if agent.lost_until is not None and agent.lost_until <= floor.now:
            end_grace(floor, agent)
    for contact in waiting:
        floor.relist(contact)
    floor.expire_overdue()
    for queue in sorted((one for one in due if isinstance(one, Queue)), key=lambda queue: queue.number):
        keep_hours(floor, queue)
    settle(floor)
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
    agent.is_gone = True
    floor.count_staff(agent)
    floor.freshen(agent)
    floor.set_agent_alarm(agent)


def end_wrapup(floor: Floor, agent: Agent) -> None:
    """Wrap-up is over: the idle clock starts, whatever the agent's state is (R16)."""
    agent.wrapup_until = None
    agent.idle_since = floor.now
    floor.freshen(agent)
    floor.set_agent_alarm(agent)


def _end_offers(floor: Floor, contact: Contact) -> None:
    if contact.state not in PENDING:
        return
    offers = list(contact.offers.values())
    for offer in offers:
        if offer.expires is None or offer.expires > floor.now:
            continue
        floor.release(contact, offer.agent)
        if contact.state is ContactState.ACCEPTING:
            floor.rescind(contact, offer.agent, "connect timeout")
        else:
            floor.rescind(contact, offer.agent, "timeout")
            floor.fall_silent(offer.agent, "reservation timeout")
    floor.after_offer(contact)
