"""Domain events: how a lower package tells higher ones, inside the same transaction.

A package publishes a frozen dataclass; packages above it subscribe at start-up (`app/wiring.py`). Handlers run
in the publisher's transaction, so a change and everything it causes in the database commit together or not at
all. Handlers never talk to the outside world: they enqueue jobs.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from app.core.db import Transaction


class DomainEvent:
    """Base of all domain events. Subclasses are frozen dataclasses named in the past tense."""

    __slots__ = ()


E = TypeVar("E", bound=DomainEvent)
Handler = Callable[["Transaction", E], Awaitable[None]]
ManyHandler = Callable[["Transaction", Sequence[E]], Awaitable[None]]


class EventRegistry:
    """Which handlers run for which event, in the order of subscription."""

    def __init__(self) -> None:
        self._handlers: dict[type[DomainEvent], list[ManyHandler[Any]]] = {}

    def subscribe(self, event_type: type[E], handler: Handler[E]) -> None:
        """Run `handler` for every published `event_type`."""

        async def one_by_one(tx: "Transaction", events: Sequence[E]) -> None:
            for event in events:
                await handler(tx, event)

        self.subscribe_many(event_type, one_by_one)

    def subscribe_many(self, event_type: type[E], handler: ManyHandler[E]) -> None:
        """Run `handler` with all that were published together: one round trip may serve them all."""
        self._handlers.setdefault(event_type, []).append(handler)

    def handlers(self, event_type: type[DomainEvent]) -> list[ManyHandler[Any]]:
        """Handlers of exactly this type."""
        return self._handlers.get(event_type, [])
