"""The plain facts of the customer package: identities, and how surely one names a customer."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias
from uuid import UUID

from app.customers.phones import Withheld

Language: TypeAlias = Literal["en", "zh-Hant", "zh-Hans"]
Tier: TypeAlias = Literal["standard", "silver", "gold", "vip"]
CustomerKind: TypeAlias = Literal["person", "company"]


class IdentityKind(StrEnum):
    """By what a customer can be recognised."""

    PHONE = "phone"
    EMAIL = "email"
    VISITOR = "visitor"
    EXTERNAL = "external"


class Reason(StrEnum):
    """Why a customer is only likely."""

    SHARED_NUMBER = "shared_number"
    HOUSEHOLD_NUMBER = "household_number"
    FORMER_NUMBER = "former_number"
    UNVERIFIED_NUMBER = "unverified_number"


@dataclass(frozen=True, slots=True)
class Identity:
    """One way to recognise a customer; `value` in stored form: E.164, lower-case address, or an id."""

    kind: IdentityKind
    value: str


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """As much of a customer as greeting and routing need."""

    customer_id: UUID
    display_name: str
    language: Language
    tier: Tier


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer the caller may be."""

    customer: KnownCustomer
    reason: Reason
    last_contact_at: datetime | None


@dataclass(frozen=True, slots=True)
class Certain:
    """The identity names this customer and nobody else."""

    customer: KnownCustomer


@dataclass(frozen=True, slots=True)
class Likely:
    """One or several customers, the best guess first; an agent confirms."""

    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody is known by this identity."""


Identified: TypeAlias = Certain | Likely | Unknown | Withheld
