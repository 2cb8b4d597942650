"""A customer's card, orders and candidates for the screen-pop; creating customers and adding identities."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.db import Reader, Record, Transaction, rows_changed
from app.core.errors import InvalidInput, NotFound
from app.core.ids import new_id
from app.customers import repository
from app.customers.models import (
    Candidate,
    CustomerKind,
    Identity,
    IdentityKind,
    KnownCustomer,
    Language,
    Reason,
    Tier,
)
from app.customers.phones import DEFAULT_REGION, Number, clean, normalise

_EMAIL = re.compile(r"[^@\s,;<>]{1,64}@[^@\s,;<>]+\.[^@\s,;<>.]{2,}")
LONGEST_EMAIL = 254  # octets, RFC 5321 section 4.5.3.1.3 less the brackets


@dataclass(frozen=True, slots=True)
class Card:
    """Who the customer is. `phones` and `emails` are those in use, the most trusted first."""

    customer_id: UUID
    display_name: str
    kind: CustomerKind
    tier: Tier
    language: Language
    customer_since: datetime | None
    pinned_note: str | None
    phones: tuple[str, ...]
    emails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """One order. `total_minor` is in the currency's minor unit; TWD has none, so whole dollars."""

    number: str
    placed_at: datetime
    status: str
    total_minor: int
    currency: str
    items: tuple[str, ...]


_CARDS = """
with recursive path (asked, id, merged_into) as (
  select id, id, merged_into from customers where id = any($1)
  union
  select p.asked, c.id, c.merged_into from path p join customers c on c.id = p.merged_into)
select p.asked, c.*,
  coalesce(array_agg(i.value order by i.is_verified desc, i.confirmations desc, i.created_at, i.value)
    filter (where i.kind = 'phone'), '{}') as phones,
  coalesce(array_agg(i.value order by i.is_verified desc, i.confirmations desc, i.created_at, i.value)
    filter (where i.kind = 'email'), '{}') as emails
from path p join customers c on c.id = p.id left join identities i on i.customer_id = c.id and not i.is_former
where p.merged_into is null group by p.asked, c.id"""


async def cards(reader: Reader, customer_ids: Sequence[UUID]) -> dict[UUID, Card]:
    """The cards of these customers, by the id that was asked for; of the survivor where one was merged."""
    rows = await reader.fetch(_CARDS, customer_ids) if customer_ids else []
    return {
        row["asked"]: Card(
            customer_id=row["id"],
            display_name=row["display_name"],
            kind=row["kind"],
            tier=row["tier"],
            language=row["language"],
            customer_since=row["customer_since"],
            pinned_note=row["pinned_note"],
            phones=tuple(row["phones"]),
            emails=tuple(row["emails"]),
        )
        for row in rows
    }


async def card(reader: Reader, customer_id: UUID) -> Card:
    """The card of a customer; of the survivor when this one was merged. Raises NotFound."""
    found = await cards(reader, [customer_id])
    if customer_id not in found:
        raise NotFound("There is no such customer.")
    return found[customer_id]


def stored_candidates(candidates: Sequence[Candidate]) -> list[dict[str, str]]:
    """Candidates as `contacts.candidates` keeps them: `[{"customer_id": …, "reason": …}]`, best first."""
    return [{"customer_id": str(c.customer.customer_id), "reason": c.reason.value} for c in candidates]


_CANDIDATES = """
select c.id, c.display_name, c.language, c.tier,
       (select max(opened_at) from contacts where customer_id = c.id) as last_contact_at
from customers c where c.id = any($1) and c.merged_into is null"""


async def candidates(reader: Reader, stored: Sequence[Mapping[str, Any]]) -> list[Candidate]:
    """What `stored_candidates` kept, with today's names; customers merged or erased since are left out."""
    reasons = {UUID(str(s["customer_id"])): Reason(s["reason"]) for s in stored}
    if not reasons:
        return []
    rows = {r["id"]: r for r in await reader.fetch(_CANDIDATES, list(reasons))}
    return [
        Candidate(_known(rows[customer_id]), reason, rows[customer_id]["last_contact_at"])
        for customer_id, reason in reasons.items()
        if customer_id in rows
    ]


_ORDERS = """
select o.* from unnest($1::uuid[]) w(customer_id) cross join lateral (
  select customer_id, number, placed_at, status, total_minor, currency, items from orders
  where customer_id = w.customer_id order by placed_at desc, number desc limit $2) o
order by o.placed_at desc, o.number desc"""


async def orders_of(
    reader: Reader, customer_ids: Sequence[UUID], *, limit: int = 5
) -> dict[UUID, list[Order]]:
    """The latest orders of each customer, newest first."""
    found: dict[UUID, list[Order]] = {customer_id: [] for customer_id in customer_ids}
    for r in await reader.fetch(_ORDERS, list(found), limit) if found else ():
        order = Order(
            number=r["number"],
            placed_at=r["placed_at"],
            status=r["status"],
            total_minor=r["total_minor"],
            currency=r["currency"],
            items=tuple(_item_text(item) for item in r["items"]),
        )
        found[r["customer_id"]].append(order)
    return found


async def orders(reader: Reader, customer_id: UUID, *, limit: int = 5) -> list[Order]:
    """The latest orders, newest first."""
    return (await orders_of(reader, [customer_id], limit=limit))[customer_id]


def _item_text(item: Mapping[str, Any]) -> str:
    quantity = int(item.get("quantity", 1))
    return str(item["name"]) if quantity == 1 else f"{item['name']} × {quantity}"


async def create_customer(
    tx: Transaction,
    *,
    display_name: str,
    kind: CustomerKind = "person",
    language: Language = "zh-Hant",
    tier: Tier = "standard",
    pinned_note: str | None = None,
    customer_since: datetime | None = None,
    customer_id: UUID | None = None,
) -> UUID:
    """Create a customer; with a client-made `customer_id` a repeated request creates it once. Raises
    InvalidInput when the name is empty."""
    name = clean(display_name)
    if not name:
        raise InvalidInput.of("display_name", "write the customer's name")
    new = customer_id or new_id()
    await tx.execute(
        """insert into customers (id, kind, display_name, language, tier, pinned_note, customer_since)
           values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing""",
        new,
        kind,
        name,
        language,
        tier,
        pinned_note,
        customer_since,
    )
    return new


def stored_identity(kind: IdentityKind, text: str, *, region: str = DEFAULT_REGION) -> Identity:
    """Bring what somebody typed into stored form. Raises InvalidInput naming the field and the way out."""
    if kind is IdentityKind.PHONE:
        address = normalise(text, region)
        if not isinstance(address, Number):
            raise InvalidInput.of("value", "write a telephone number, e.g. 0912 345 678 or +886 912 345 678")
        return Identity(kind, address.e164)
    value = clean(text)
    if kind is IdentityKind.EMAIL:
        value = value.lower()
        if not _EMAIL.fullmatch(value) or len(value.encode()) > LONGEST_EMAIL:
            raise InvalidInput.of("value", "write a mail address, e.g. name@example.com")
    if not value:
        raise InvalidInput.of("value", "write the identity's value")
    return Identity(kind, value)


async def add_identity(
    tx: Transaction,
    *,
    customer_id: UUID,
    identity: Identity,
    label: str | None = None,
    is_verified: bool = False,
) -> None:
    """Note that the customer uses `identity` (see `stored_identity`). One known already is current again,
    and verified when either says so. Raises NotFound when there is no such customer."""
    owner = await repository.survivor(tx, customer_id)
    if owner is None:
        raise NotFound("There is no such customer.")
    await tx.execute(
        """insert into identities (id, customer_id, kind, value, label, is_verified)
           values ($1, $2, $3, $4, $5, $6)
           on conflict (kind, value, customer_id) do update set is_former = false,
             label = coalesce(excluded.label, identities.label),
             is_verified = excluded.is_verified or (identities.is_verified and not identities.is_former)""",
        new_id(),
        owner,
        identity.kind,
        identity.value,
        label,
        is_verified,
    )


async def retire_identity(tx: Transaction, *, customer_id: UUID, identity: Identity) -> None:
    """Note that the customer no longer uses `identity`. Kept, since an old number still hints at a customer.
    Raises NotFound when the customer never had it."""
    tag = await tx.execute(
        "update identities set is_former = true where kind = $1 and value = $2 and customer_id = $3",
        identity.kind,
        identity.value,
        customer_id,
    )
    if rows_changed(tag) == 0:
        raise NotFound("This customer has no such identity.")


def _known(row: Record) -> KnownCustomer:
    return KnownCustomer(row["id"], row["display_name"], row["language"], row["tier"])
