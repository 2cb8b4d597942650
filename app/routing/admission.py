"""Who may wait: opening hours (R22) and queues that nobody serves. Decided when a contact enters a queue or comes
back to it, at every boundary of the hours, and when the last agent of a queue goes; never by looking round.
"""

from app.routing.effects import Effect, First, QueueClosed, QueueUnstaffed
from app.routing.floor import Floor
from app.routing.model import Contact
from app.routing.queue_rules import Queue, Treatment


def keep_hours(floor: Floor, queue: Queue) -> None:
    """Open or close a queue if its hours or its rules say so now, and set the alarm for the next boundary.

    Closing: `at_close` decides about those who wait. Offers that are out stand; when one ends without a
    connection, `at_close` decides about its contact then. Opening: everyone who was dormant is free again.
    """
    now = floor.now
    floor.deadlines.set(queue, queue.next_boundary(now))
    is_open = queue.opens_at(now)
    if is_open == queue.is_open:
        return
    queue.is_open = is_open
    treatment = queue.rules.at_close
    for contact in floor.waiting.of(queue.id):
        if is_open and contact.dormant:
            _set_dormant(floor, contact, False)
        elif not is_open and treatment is not Treatment.SERVE:
            _set_dormant(floor, contact, True)
            if treatment is Treatment.REFUSE:
                floor.turned_away[contact.id] = contact
    if queue.is_deserted:
        floor.deserted[queue.id] = queue


def _set_dormant(floor: Floor, contact: Contact, dormant: bool) -> None:
    floor.withdraw(contact)
    contact.dormant = dormant
    floor.enqueue(contact)


def settle(floor: Floor) -> None:
    """Let everyone go who may no longer wait: first those whose time to live is up, then the refused.

    Each time in the order of the queue. Where both are true, a contact has expired. A contact dormant in a
    closed queue is not refused for want of staff: nobody is expected there before the opening.
    """
    if floor.overdue:
        floor.expire_overdue()
    if not floor.turned_away and not floor.deserted:
        return
    leaving: list[tuple[Contact, Effect]] = [
        (contact, QueueClosed(contact.id))
        for contact in floor.turned_away.values()
        if contact.place is not None
    ]
    for queue in floor.deserted.values():
        if queue.is_deserted:
            waiting = floor.waiting.of(queue.id)
            leaving += [(contact, QueueUnstaffed(contact.id)) for contact in waiting if not contact.dormant]
    floor.turned_away.clear()
    floor.deserted.clear()
    for contact, effect in sorted(leaving, key=lambda one: one[0].key()):
        floor.withdraw(contact)
        floor.end(contact)
        floor.effects.append(effect)


def tell_firsts(floor: Floor) -> None:
    """Say once of each virtual contact that it has come first in its queue while somebody serves that (R28).

    The last part of a step, in the order of the queue: whoever could be given to an agent is gone by then. A contact
    that was told keeps its place and keeps those behind it from being told until it is live or gone.
    """
    if not floor.firsts:
        return
    heads = [floor.waiting.head(queue.id) for queue in floor.firsts.values() if queue.staff]
    floor.firsts.clear()
    for contact in sorted((head for head in heads if head is not None), key=Contact.key):
        if contact.virtual and not contact.told_first:
            contact.told_first = True
            floor.effects.append(First(contact.id))
