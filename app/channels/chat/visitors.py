"""Visitors: known by a random token alone, until the site says who they are.

Only hashes of tokens and tickets are stored, so a stolen database opens nobody's chat.
"""

import hashlib
import ipaddress
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.channels.chat.errors import Blocked, VisitorUnknown
from app.core.db import Reader, Transaction
from app.core.ids import new_id, new_secret

TICKET_LIFETIME: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Visitor:
    """One row of `chat_visitors`."""

    id: UUID
    widget_key: str
    locale: str
    subject: str | None
    customer_id: UUID | None
    person: dict[str, Any]
    details: dict[str, Any]
    page: dict[str, Any] | None
    address: str

    @property
    def conversation_address(self) -> str:
        """Whose conversations these are: the person's on every device once proven, until then this token's alone."""
        return f"person:{self.subject}" if self.subject is not None else f"visitor:{self.id}"

    @property
    def name(self) -> str | None:
        """What to call them: what the site proved, else what they said."""
        return self.person.get("name") or self.details.get("name")

    @property
    def email(self) -> str | None:
        """Where a mail would reach them."""
        return self.person.get("email") or self.details.get("email")


_COLUMNS = ", ".join(f.name for f in fields(Visitor))


def address_of(host: str | None) -> str:
    """Whom a network address stands for: itself, or the /64 network that one customer of IPv6 has."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def hash_token(token: str) -> bytes:
    """Tokens are 256 random bits, so a plain SHA-256 is enough (no salt, no stretching needed)."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


async def begin(
    tx: Transaction, *, widget_key: str, locale: str, address: str, page: dict[str, Any] | None
) -> tuple[Visitor, str]:
    """A new visitor and the token, which is told once."""
    token, visitor_id = new_secret(), new_id()
    row = await tx.fetchrow(
        f"""insert into chat_visitors (id, widget_key, token_hash, locale, address, page)
            values ($1, $2, $3, $4, $5, $6) returning {_COLUMNS}""",  # noqa: S608
        visitor_id,
        widget_key,
        hash_token(token),
        locale,
        address,
        page,
    )
    assert row is not None  # noqa: S101 -- INSERT … RETURNING of one row
    return Visitor(**dict(row.items())), token


async def of_token(reader: Reader, token: str, *, lifetime: timedelta) -> Visitor:
    """Raises VisitorUnknown when there is none, or it was not used for longer than `lifetime`."""
    row = await reader.fetchrow(
        f"""select {_COLUMNS} from chat_visitors
            where token_hash = $1 and last_used_at > switchboard_now() - $2::interval""",  # noqa: S608
        hash_token(token),
        lifetime,
    )
    if row is None:
        raise VisitorUnknown("the token is unknown or over; start a new session")
    return Visitor(**dict(row.items()))


async def get(reader: Reader, visitor_id: UUID) -> Visitor:
    """Raises VisitorUnknown."""
    row = await reader.fetchrow(f"select {_COLUMNS} from chat_visitors where id = $1", visitor_id)  # noqa: S608
    if row is None:
        raise VisitorUnknown("the visitor is forgotten; start a new session")
    return Visitor(**dict(row.items()))


async def lock(tx: Transaction, visitor_id: UUID) -> Visitor:
    """The visitor, held until the commit: two tabs may identify at once. Raises VisitorUnknown."""
    row = await tx.fetchrow(f"select {_COLUMNS} from chat_visitors where id = $1 for update", visitor_id)  # noqa: S608
    if row is None:
        raise VisitorUnknown("the visitor is forgotten; start a new session")
    return Visitor(**dict(row.items()))


async def touch(tx: Transaction, visitor_ids: list[UUID]) -> None:
    """These tokens are in use; each is written at most once in ten minutes."""
    await tx.execute(
        """update chat_visitors set last_used_at = switchboard_now()
           where id = any($1) and last_used_at < switchboard_now() - interval '10 minutes'""",
        visitor_ids,
    )


async def change(tx: Transaction, visitor_id: UUID, changes: dict[str, Any]) -> Visitor:
    """Set columns; the names come from our own code."""
    assignments = ", ".join(f"{name} = ${n}" for n, name in enumerate(changes, start=2))
    row = await tx.fetchrow(
        f"update chat_visitors set {assignments} where id = $1 returning {_COLUMNS}",  # noqa: S608
        visitor_id,
        *changes.values(),
    )
    assert row is not None  # noqa: S101 -- the caller has just read it
    return Visitor(**dict(row.items()))


async def issue_ticket(tx: Transaction, visitor_id: UUID) -> tuple[str, datetime]:
    """A ticket for one socket, good for 30 seconds."""
    ticket = new_secret()
    expires_at = await tx.fetchval(
        """insert into chat_tickets (ticket_hash, visitor_id, expires_at)
           values ($1, $2, switchboard_now() + $3::interval) returning expires_at""",
        hash_token(ticket),
        visitor_id,
        TICKET_LIFETIME,
    )
    return ticket, expires_at


async def redeem_ticket(tx: Transaction, ticket: str) -> Visitor:
    """The visitor behind a ticket, once. Raises VisitorUnknown."""
    visitor_id = await tx.fetchval(
        """update chat_tickets set used_at = switchboard_now()
           where ticket_hash = $1 and used_at is null and expires_at > switchboard_now() returning visitor_id""",
        hash_token(ticket),
    )
    if visitor_id is None:
        raise VisitorUnknown("the ticket is used, expired or unknown; ask for a new one")
    await touch(tx, [visitor_id])
    return await get(tx, visitor_id)


async def check_not_blocked(reader: Reader, visitor: Visitor) -> None:
    """Raises Blocked."""
    person = f"{visitor.widget_key}:{visitor.subject}" if visitor.subject else ""
    if await is_blocked(reader, visitor_id=str(visitor.id), person=person, address=visitor.address):
        raise Blocked("writing to us is not possible from here")


async def is_blocked(reader: Reader, *, visitor_id: str = "", person: str = "", address: str = "") -> bool:
    """Whether any of these is on the block list now."""
    return bool(
        await reader.fetchval(
            """select exists (select from chat_blocks
                 where (kind, value) in (('visitor', $1), ('person', $2), ('address', $3))
                   and (until is null or until > switchboard_now()))""",
            visitor_id,
            person,
            address,
        )
    )
