"""The audit log: who did what to which object, append-only, each line chained to the one before by SHA-256."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.db import Reader, Transaction

_CHAIN_LOCK = 0x4155_4449  # lines are chained one after the other, so writers take turns

# An array keeps the columns apart and shows which are null: no value can move into a neighbour unnoticed.
_HASH_SQL = """sha256(convert_to(
    jsonb_build_array(encode(previous, 'hex'), id, extract(epoch from at), actor_kind, actor_id, action, object,
                      before, after, address)::text, 'UTF8'))"""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an agent, the system itself, or nobody known (a failed sign-in)."""

    kind: str
    id: UUID | None = None
    address: str | None = None


async def record(
    tx: Transaction,
    *,
    actor: Actor,
    action: str,
    object: str | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Append a line. Holds the chain until the commit, so call it last in a transaction."""
    await tx.execute("select pg_advisory_xact_lock($1)", _CHAIN_LOCK)
    await tx.execute(
        f"""with line as (
              select nextval(pg_get_serial_sequence('audit_log', 'id')) as id, switchboard_now() as at,
                     $1::text as actor_kind, $2::uuid as actor_id, $3::text as action, $4::text as object,
                     $5::jsonb as before, $6::jsonb as after, $7::text as address,
                     coalesce((select hash from audit_log order by id desc limit 1), ''::bytea) as previous)
            insert into audit_log (id, at, actor_kind, actor_id, action, object, before, after, address,
                                   previous, hash)
            overriding system value
            select id, at, actor_kind, actor_id, action, object, before, after, address, previous, {_HASH_SQL}
            from line""",  # noqa: S608 -- no user input in the text
        actor.kind,
        actor.id,
        action,
        object,
        before,
        after,
        actor.address,
    )


async def first_broken_line(reader: Reader) -> int | None:
    """The id of the first line whose hash or chain does not fit, None when the log is whole."""
    found: int | None = await reader.fetchval(
        f"""select min(id) from (
              select id, hash is distinct from {_HASH_SQL}
                     or previous is distinct from lag(hash, 1, ''::bytea) over (order by id) as broken
              from audit_log) lines where broken"""  # noqa: S608
    )
    return found
