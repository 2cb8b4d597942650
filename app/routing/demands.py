"""What a contact asks for now, and when that changes: preference (R11), steps (R10), urgency (R26), wake-up."""

from typing import TYPE_CHECKING

from app.routing.eligibility import Id
from app.routing.model import OFFLINE, Contact, ContactState, Preference, Rise

if TYPE_CHECKING:
    from app.routing.floor import Floor


def set_demands(floor: "Floor", contact: Contact) -> None:
    """Work out the demand of a contact that is about to be listed.

    A dormant or virtual contact fits nobody: its demand names no agent. Its clocks run on all the same.
    """
    now, wanted = floor.now, contact.sticky
    skills: tuple[tuple[Id, float], ...] = ()
    names: tuple[Id, ...] | None = None
    if contact.dormant or contact.virtual:
        names = ()
    elif wanted is not None and _still_preferred(floor, contact, wanted):
        names = (wanted.agent,)
        floor.preferring.setdefault(wanted.agent, {})[contact.id] = contact
    else:
        step_ends = contact.asked_at
        for step in contact.steps:
            if step.seconds is None or now < (step_ends := step_ends + step.seconds):
                skills, names = step.skills, step.agents
                break
    contact.signature = floor.forms.signature(contact.channel, skills)
    contact.names = names
    contact.urgency = contact.priority
    for rise in rises_of(contact):
        if contact.enqueued_at + rise.after <= now:
            contact.urgency = min(contact.urgency, rise.priority)


def rises_of(contact: Contact) -> tuple[Rise, ...]:
    """How the contact's priority rises with the true wait: its own list, else its queue's.

    A rise never lowers: the smallest of the contact's priority and of all rises so far holds.
    """
    return contact.home.rules.rising if contact.rising is None else contact.rising


def next_change(floor: "Floor", contact: Contact) -> float | None:
    """The first instant after now at which a listed contact may fit someone new, rises or expires."""
    now = floor.now
    alarms: list[float | None] = []
    if contact.ttl is not None and contact.state is ContactState.WAITING:
        alarms.append(contact.asked_at + contact.ttl)
    rises = rises_of(contact)
    if rises:
        alarms += [contact.enqueued_at + rise.after for rise in rises if rise.priority < contact.urgency]
    if not contact.dormant and not contact.virtual:
        alarms.append(floor.waiting.next_sight(contact, now))
        if contact.skips:
            alarms += contact.skips.values()
        if contact.sticky is not None:
            alarms.append(contact.asked_at + contact.sticky.seconds)
        step_ends = contact.asked_at
        for step in contact.steps:
            if step.seconds is None:
                break
            step_ends += step.seconds
            alarms.append(step_ends)
    return min((at for at in alarms if at is not None and at > now), default=None)


def forget_preference(floor: "Floor", contact: Contact) -> None:
    """A contact that is taken off the list is no longer kept for its preferred agent."""
    if contact.sticky is None:
        return
    kept = floor.preferring.get(contact.sticky.agent)
    if kept is not None:
        kept.pop(contact.id, None)
        if not kept:
            del floor.preferring[contact.sticky.agent]


def drop_preferences(floor: "Floor", agent: Id) -> None:
    """With `sticky_skip`: contacts kept for an agent who cannot come go on to their steps for good."""
    if floor.settings.sticky_skip:
        for contact in list(floor.preferring.get(agent, {}).values()):
            if _out_of_reach(floor, contact.queue, agent):
                floor.relist(contact)


def _still_preferred(floor: "Floor", contact: Contact, wanted: Preference) -> bool:
    if floor.now >= contact.asked_at + wanted.seconds:
        return False
    if floor.settings.sticky_skip and _out_of_reach(floor, contact.queue, wanted.agent):
        contact.sticky = None
        return False
    return True


def _out_of_reach(floor: "Floor", queue: Id, agent_id: Id) -> bool:
    agent = floor.agents.get(agent_id)
    if agent is None or agent.state == OFFLINE:
        return True
    return all(service.queue != queue for service in agent.services)
