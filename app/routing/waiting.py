"""Waiting contacts by (queue, delay passed, demand), each in serving order.

A newly free agent meets one list for each kind of demand in its queues, never every contact. A demand that
names agents is filed under those agents, so that others never meet it.
"""

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.routing.eligibility import Id, Signature
from app.routing.model import Contact, Place
from app.routing.ordered import SortedKeys

Lists = dict[Signature, SortedKeys[Place]]


@dataclass(slots=True)
class View:
    """What agents with one delay see of a queue: contacts for anyone, and contacts for named agents."""

    open: Lists = field(default_factory=dict)
    named: dict[Id, Lists] = field(default_factory=dict)

    def add(self, place: Place, contact: Contact) -> None:
        """File a contact under its demand."""
        if contact.names is None:
            self.open.setdefault(contact.signature, SortedKeys()).add(place)
            return
        for name in contact.names:
            self.named.setdefault(name, {}).setdefault(contact.signature, SortedKeys()).add(place)

    def remove(self, place: Place, contact: Contact) -> None:
        """Take a contact out; lists left empty go too."""
        if contact.names is None:
            _take(self.open, place, contact.signature)
            return
        for name in contact.names:
            lists = self.named[name]
            _take(lists, place, contact.signature)
            if not lists:
                del self.named[name]


def _take(lists: Lists, place: Place, signature: Signature) -> None:
    keys = lists[signature]
    keys.remove(place)
    if not keys:
        del lists[signature]


@dataclass(slots=True)
class Line:
    """One queue: its waiting contacts by arrival, and one view for each delay its agents have."""

    contacts: dict[int, Contact] = field(default_factory=dict)
    delays: list[float] = field(default_factory=lambda: [0])
    views: dict[float, View] = field(default_factory=lambda: {0: View()})
    order: SortedKeys[Place] | None = (
        None  # everyone who is not dormant, once the queue has had a virtual contact
    )


class WaitingIndex:
    """All waiting contacts. Contacts must be taken out before their queue, key or demand changes."""

    def __init__(self) -> None:
        self._lines: dict[Id, Line] = {}
        self.total = 0

    def count(self, queue: Id) -> int:
        """How many contacts wait in a queue."""
        line = self._lines.get(queue)
        return len(line.contacts) if line else 0

    def of(self, queue: Id) -> list[Contact]:
        """Everyone who waits in a queue, in no order that matters."""
        line = self._lines.get(queue)
        return list(line.contacts.values()) if line else []

    def head(self, queue: Id) -> Contact | None:
        """The first in the order of the queue who is not dormant; only for a queue that has had virtual contacts."""
        line = self._lines.get(queue)
        for place in (line.order if line is not None else None) or ():
            return place[3]
        return None

    def add(self, contact: Contact, now: float) -> None:
        """List a contact in every view whose delay has passed for it (inclusive)."""
        line = self._line(contact.queue)
        place = contact.place = (*contact.key(), contact)
        contact.visible = tuple(delay for delay in line.delays if contact.enqueued_at + delay <= now)
        for delay in contact.visible:
            line.views[delay].add(place, contact)
        line.contacts[contact.arrival] = contact
        self.total += 1
        if line.order is not None:
            if not contact.dormant:
                line.order.add(place)
        elif contact.virtual:
            line.order = SortedKeys()
            for other in line.contacts.values():
                if other.place is not None and not other.dormant:
                    line.order.add(other.place)

    def remove(self, contact: Contact) -> None:
        """Take a contact out of every view."""
        line = self._lines[contact.queue]
        place = contact.place
        if place is None:
            raise KeyError(contact.id)
        for delay in contact.visible:
            line.views[delay].remove(place, contact)
        if line.order is not None and not contact.dormant:
            line.order.remove(place)
        contact.place, contact.visible = None, ()
        del line.contacts[contact.arrival]
        self.total -= 1

    def open_view(self, queue: Id, delay: float, now: float) -> list[Contact]:
        """Make sure agents with this delay have a view of the queue.

        Returns the contacts whose next wake-up may have changed: none if the view was there already.
        """
        line = self._line(queue)
        if delay in line.views:
            return []
        insort(line.delays, delay)
        view = line.views[delay] = View()
        for contact in line.contacts.values():
            if contact.place is not None and contact.enqueued_at + delay <= now:
                view.add(contact.place, contact)
                contact.visible = (*contact.visible, delay)
        return list(line.contacts.values())

    def next_sight(self, contact: Contact, now: float) -> float | None:
        """When the next delay passes for a contact, None if all have."""
        for delay in self._line(contact.queue).delays:
            seen_at = contact.enqueued_at + delay
            if seen_at > now:
                return seen_at
        return None

    def lists(self, queue: Id, delay: float, agent: Id) -> Iterator[tuple[Signature, SortedKeys[Place]]]:
        """Every list an agent with this delay may be served from, by demand."""
        view = self._lines[queue].views[delay]
        yield from view.open.items()
        named = view.named.get(agent)
        if named is not None:
            yield from named.items()

    def _line(self, queue: Id) -> Line:
        line = self._lines.get(queue)
        if line is None:
            line = self._lines[queue] = Line()
        return line
