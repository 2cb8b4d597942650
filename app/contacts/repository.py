"""All SQL on contacts. Names tell the lock: `get` none, `get_for_update` the row until the commit.

Lock order everywhere: contact, then offer, then agent state.
"""

from typing import Any
from uuid import UUID

from app.contacts import lifecycle
from app.contacts.errors import ContactMovedOn, ContactNotFound
from app.contacts.lifecycle import ContactMove
from app.contacts.models import COLUMNS, Contact, contact_of
from app.core.db import Reader, Transaction


async def get(reader: Reader, contact_id: UUID) -> Contact:
    """Raises ContactNotFound."""
    row = await reader.fetchrow(f"select {COLUMNS} from contacts where id = $1", contact_id)  # noqa: S608
    if row is None:
        raise ContactNotFound("there is no such contact")
    return contact_of(row)


async def get_for_update(tx: Transaction, contact_id: UUID, *, wait: bool = True) -> Contact:
    """The contact, locked until the commit. Raises ContactNotFound; without `wait`,
    asyncpg.LockNotAvailableError when another transaction holds it."""
    how = "for update" if wait else "for update nowait"
    row = await tx.fetchrow(f"select {COLUMNS} from contacts where id = $1 {how}", contact_id)  # noqa: S608
    if row is None:
        raise ContactNotFound("there is no such contact")
    return contact_of(row)


async def move(
    tx: Transaction, contact_id: UUID, how: ContactMove, changes: dict[str, Any] | None = None
) -> Contact:
    """Compare-and-set: make the move if the stored state allows it and set further columns with it.

    The names in `changes` come from our own code, never from input. Raises ContactMovedOn when the state does
    not allow it.
    """
    contact = await try_move(tx, contact_id, how, changes)
    if contact is None:
        raise ContactMovedOn(f"the contact cannot {how.replace('_', ' ')} any more")
    return contact


async def try_move(
    tx: Transaction, contact_id: UUID, how: ContactMove, changes: dict[str, Any] | None = None
) -> Contact | None:
    """Like `move`, None when the state does not allow it."""
    names = list(changes or {})
    assignments = "".join(f", {name} = ${n}" for n, name in enumerate(names, start=4))
    row = await tx.fetchrow(
        f"""update contacts set state = $2, version = version + 1{assignments}
            where id = $1 and state = any($3) returning {COLUMNS}""",  # noqa: S608
        contact_id,
        lifecycle.target(how),
        lifecycle.sources(how),
        *(changes or {}).values(),
    )
    return contact_of(row) if row else None


async def change(tx: Transaction, contact_id: UUID, changes: dict[str, Any]) -> Contact:
    """Set columns that are not the state. Raises ContactNotFound."""
    assignments = "".join(f", {name} = ${n}" for n, name in enumerate(changes, start=2))
    row = await tx.fetchrow(
        f"update contacts set version = version + 1{assignments} where id = $1 returning {COLUMNS}",  # noqa: S608
        contact_id,
        *changes.values(),
    )
    if row is None:
        raise ContactNotFound("there is no such contact")
    return contact_of(row)
