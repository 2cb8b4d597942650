"""Whose number is it? One short statement for the usual inbound contact; a guess is never a fact.

The rule. **Certain**: exactly one live customer holds the number now, and it was verified (by code, order
or contract) or an agent has confirmed it at least once. **Likely**: everybody else who holds it now or held
it before, with the reason; first whom an agent confirmed last for this number, then by confirmations, then
by the latest contact. A former number never makes a customer certain, and never takes certainty from the
holder of today.
"""

from typing import assert_never
from uuid import UUID

from app.core.db import Reader, Record, Transaction
from app.core.errors import NotFound
from app.core.ids import new_id
from app.customers import repository
from app.customers.events import IdentityConfirmed, IdentityRejected
from app.customers.models import (
    Candidate,
    Certain,
    Identified,
    Identity,
    IdentityKind,
    KnownCustomer,
    Likely,
    Reason,
    Unknown,
)
from app.customers.phones import NotANumber, Number, PhoneAddress, Withheld


async def identify(reader: Reader, *, address: PhoneAddress) -> Identified:
    """Who calls from `address`. A withheld or non-telephone address asks the database nothing."""
    match address:
        case Number(e164=e164):
            return await identify_by(reader, identity=Identity(IdentityKind.PHONE, e164))
        case Withheld():
            return address
        case NotANumber():
            return Unknown()
        case _:
            assert_never(address)


async def identify_by(reader: Reader, *, identity: Identity) -> Identified:
    """Who is known by `identity` (any kind)."""
    few = await repository.few_holders(reader, identity)
    if not few:
        return Unknown()
    first = few[0]
    if len(few) == 1 and first["is_live"] and first["is_current"] and first["is_proven"]:
        return Certain(_customer(first))
    rows = await repository.holders(reader, identity)
    if not rows:
        return Unknown()
    first = rows[0]
    if first["current_holders"] == 1 and first["is_proven"]:
        return Certain(_customer(first))
    return Likely(tuple(Candidate(_customer(r), _reason(r), r["last_contact_at"]) for r in rows))


async def confirm(
    tx: Transaction, *, identity: Identity, customer_id: UUID, agent_id: UUID, contact_id: UUID | None = None
) -> UUID:
    """Learn from the agent that `identity` is this customer's; returns the customer (the survivor if merged).

    The next contact from it lists this customer first, or is certain when nobody else holds it. A former
    number becomes current again; one the customer did not have is added. With `contact_id` a repeated call
    counts once. Raises NotFound when there is no such customer.
    """
    owner = await _survivor(tx, customer_id)
    if await repository.add_confirmation(tx, identity, owner, contact_id, new_id()):
        await tx.publish(IdentityConfirmed(owner, identity, agent_id, contact_id))
    return owner


async def reject(
    tx: Transaction, *, identity: Identity, customer_id: UUID, agent_id: UUID, contact_id: UUID | None = None
) -> None:
    """Learn from the agent that this is not the customer: the identity loses its proof, so the next contact
    is at most likely and lists this customer last among its equals. Repeating it changes nothing more.
    Raises NotFound when there is no such customer."""
    owner = await _survivor(tx, customer_id)
    if await repository.clear_confirmations(tx, identity, owner, contact_id):
        await tx.publish(IdentityRejected(owner, identity, agent_id, contact_id))


async def _survivor(reader: Reader, customer_id: UUID) -> UUID:
    owner = await repository.survivor(reader, customer_id)
    if owner is None:
        raise NotFound("There is no such customer; search again, the record may have been erased.")
    return owner


def _customer(row: Record) -> KnownCustomer:
    return KnownCustomer(row["id"], row["display_name"], row["language"], row["tier"])


def _reason(row: Record) -> Reason:
    if not row["is_current"]:
        return Reason.FORMER_NUMBER
    if row["current_holders"] == 1:
        return Reason.UNVERIFIED_NUMBER
    return Reason.HOUSEHOLD_NUMBER if row["any_household"] else Reason.SHARED_NUMBER
