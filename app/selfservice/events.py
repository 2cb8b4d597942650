"""What self-service tells the channels."""

from dataclasses import dataclass
from uuid import UUID

from app.core.events import DomainEvent


@dataclass(frozen=True, slots=True)
class RequestFinished(DomainEvent):
    """A web service has answered, or has not in time: the contact's flow can go on.

    A channel whose customers ask again by themselves (a call asks every second) need not hear it; any other gives the
    run a turn with `NoInput`. Published with the contact locked."""

    contact_id: UUID
    step: int
