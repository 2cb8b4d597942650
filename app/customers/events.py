"""What happens to customers, told inside the same transaction to the packages above."""

from dataclasses import dataclass
from uuid import UUID

from app.core.events import DomainEvent
from app.customers.models import Identity


@dataclass(frozen=True, slots=True)
class IdentityConfirmed(DomainEvent):
    """An agent said that this identity is this customer's."""

    customer_id: UUID
    identity: Identity
    agent_id: UUID
    contact_id: UUID | None


@dataclass(frozen=True, slots=True)
class IdentityRejected(DomainEvent):
    """An agent said that whoever used this identity is not this customer."""

    customer_id: UUID
    identity: Identity
    agent_id: UUID
    contact_id: UUID | None
