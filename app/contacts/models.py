"""A contact as stored."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from app.contacts.lifecycle import ContactState
from app.core.db import Record
from app.touchpoints.log import Subject


@dataclass(frozen=True, slots=True)
class Contact:
    """One row of `contacts`."""

    id: UUID
    channel: str
    direction: str
    state: ContactState
    outcome: str | None
    customer_id: UUID | None
    identification: str
    candidates: list[dict[str, Any]]
    from_address: str | None
    to_address: str | None
    language: str
    topic: str | None
    summary: dict[str, Any]
    media: dict[str, Any]
    queue_id: UUID | None
    priority: int
    required_skills: dict[str, int]
    work_item: int
    age_credit: float
    overflowed_from: list[UUID]
    preferred_agent: UUID | None
    assigned_agent: UUID | None
    assigned_until: datetime | None
    routing_round: int
    agent_id: UUID | None
    opened_at: datetime
    queued_at: datetime | None
    accepted_at: datetime | None
    ended_at: datetime | None
    wrap_up_until: datetime | None
    closed_at: datetime | None
    version: int

    @property
    def customer_address(self) -> str | None:
        """The customer's own address, whichever way the contact goes; None when it is withheld."""
        return self.to_address if self.direction == "outbound" else self.from_address

    @property
    def our_address(self) -> str | None:
        """The one of ours the customer called, or is called from."""
        return self.from_address if self.direction == "outbound" else self.to_address

    @property
    def is_dial_out(self) -> bool:
        """Whether an agent called the customer (a callback is asked for by the customer, on a channel of its own)."""
        return self.direction == "outbound" and self.channel == "voice"

    @property
    def subject(self) -> Subject:
        """For touchpoints."""
        return Subject(self.id, self.customer_id, self.channel)


_NAMES = tuple(field.name for field in fields(Contact))
COLUMNS = ", ".join(_NAMES)


def contact_of(row: Record) -> Contact:
    """A row that holds at least COLUMNS."""
    values = {name: row[name] for name in _NAMES}
    values["state"] = ContactState(values["state"])
    return Contact(**values)
