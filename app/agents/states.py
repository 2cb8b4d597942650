"""The hot row of each agent: presence, connection, load, wrap-up. One statement per change, compare-and-set."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from app.agents.events import AgentStateChanged, AgentUnavailable
from app.agents.presence import Presence
from app.core.db import Reader, Record, Transaction
from app.core.errors import NotFound

ROUTER_TOPIC = "router"


class AgentBusy(Exception):
    """Another transaction is changing the agent; try again in a moment."""


@dataclass(frozen=True, slots=True)
class AgentRow:
    """One row of `agent_states`, with whether the account may work at all."""

    agent_id: UUID
    presence: Presence
    presence_reason: str | None
    presence_since: datetime
    not_responding_since: datetime | None
    activity_since: datetime
    is_connected: bool
    lost_at: datetime | None
    units: int
    used_units: int
    idle_since: datetime
    wrap_up_until: datetime | None
    wrap_up_contact_id: UUID | None


_COLUMNS = """agent_id, presence, presence_reason, presence_since, not_responding_since, activity_since,
              is_connected, lost_at, units, used_units, idle_since, wrap_up_until, wrap_up_contact_id"""


def _row(row: Record) -> AgentRow:
    values = dict(row.items())
    values["presence"] = Presence(values["presence"])
    return AgentRow(**values)


async def get(reader: Reader, agent_id: UUID) -> AgentRow:
    """Raises NotFound."""
    row = await reader.fetchrow(f"select {_COLUMNS} from agent_states where agent_id = $1", agent_id)  # noqa: S608
    if row is None:
        raise NotFound("there is no such agent")
    return _row(row)


async def mark_for_router(tx: Transaction, agent_id: UUID) -> None:
    """Have the router look at this agent again."""
    await tx.execute("insert into router_marks (kind, ref) values ('agent', $1)", agent_id)
    tx.hint(ROUTER_TOPIC)


async def set_presence(tx: Transaction, agent_id: UUID, presence: Presence, reason: str | None) -> None:
    """What the agent chose. Choosing available ends not_responding; leaving available withdraws offers first
    (contacts are locked before agents everywhere). An offer made in between is withdrawn by the router."""
    if presence != Presence.AVAILABLE:
        await tx.publish(AgentUnavailable(agent_id, "agent_left"))
    changed = await tx.fetchval(
        """update agent_states set presence = $2, presence_reason = $3, presence_since = switchboard_now(),
             activity_since = case when not_responding_since is not null and $2 = 'available'
                                   then switchboard_now() else activity_since end,
             idle_since = case when $2 = 'available' then switchboard_now() else idle_since end,
             not_responding_since = case when $2 = 'available' then null else not_responding_since end,
             version = version + 1
           where agent_id = $1
             and ((presence, coalesce(presence_reason, '')) is distinct from ($2, coalesce($3, ''))
                  or ($2 = 'available' and not_responding_since is not null))
           returning true""",
        agent_id,
        presence.value,
        reason if presence == Presence.AWAY else None,
    )
    if not changed:
        return
    await mark_for_router(tx, agent_id)
    await tx.publish(AgentStateChanged(agent_id))


async def take_load(tx: Transaction, agent_id: UUID, cost: int) -> str | None:
    """Reserve capacity for an offer if the agent is free for it: the agent's name, None when not. The offer rule
    of last resort: whatever a router believes, an absent, full or disabled agent gets nothing.

    Does not wait: raises AgentBusy while another transaction changes the agent."""
    try:
        await tx.execute("select from agent_states where agent_id = $1 for update nowait", agent_id)
    except asyncpg.LockNotAvailableError as error:
        raise AgentBusy from error
    name: str | None = await tx.fetchval(
        """update agent_states s set used_units = s.used_units + $2, activity_since = switchboard_now(),
             version = s.version + 1
           from agents a
           where s.agent_id = $1 and a.id = s.agent_id and a.is_enabled
             and s.presence = 'available' and s.is_connected and s.not_responding_since is null
             and s.wrap_up_until is null and s.used_units + $2 <= s.units
           returning a.display_name""",
        agent_id,
        cost,
    )
    return name


async def fall_silent(tx: Transaction, agent_id: UUID) -> None:
    """The agent did not answer, or was lost for longer than the grace; nothing when they chose to be away."""
    changed = await tx.fetchval(
        """update agent_states set not_responding_since = switchboard_now(), activity_since = switchboard_now(),
             version = version + 1
           where agent_id = $1 and not_responding_since is null and presence = 'available' returning true""",
        agent_id,
    )
    if changed:
        await tx.publish(AgentStateChanged(agent_id))


async def release_load(tx: Transaction, agent_id: UUID, cost: int, *, not_responding: bool = False) -> None:
    """Give capacity back after an offer that led to nothing: the idle clock is not touched (R03)."""
    await tx.execute(
        """update agent_states set used_units = used_units - $2, activity_since = switchboard_now(),
             not_responding_since = case when $3 then coalesce(not_responding_since, switchboard_now())
                                         else not_responding_since end,
             version = version + 1
           where agent_id = $1""",
        agent_id,
        cost,
        not_responding,
    )
    await mark_for_router(tx, agent_id)


async def finish_work(
    tx: Transaction, agent_id: UUID, cost: int, *, contact_id: UUID, wrap_up_until: datetime | None
) -> None:
    """Give capacity back after a contact. With a wrap-up the agent stays blocked until it ends (R16); without
    one the idle clock starts now (R03)."""
    await tx.execute(
        """update agent_states set used_units = used_units - $2, activity_since = switchboard_now(),
             wrap_up_until = coalesce($4, wrap_up_until),
             wrap_up_contact_id = case when $4::timestamptz is null then wrap_up_contact_id else $3 end,
             idle_since = case when $4::timestamptz is null and used_units = $2 then switchboard_now()
                               else idle_since end,
             version = version + 1
           where agent_id = $1""",
        agent_id,
        cost,
        contact_id,
        wrap_up_until,
    )
    await mark_for_router(tx, agent_id)


async def end_wrap_up(tx: Transaction, agent_id: UUID, contact_id: UUID) -> bool:
    """The agent is free again; the idle clock starts now. False when this wrap-up was over already."""
    ended = await tx.fetchval(
        """update agent_states set wrap_up_until = null, wrap_up_contact_id = null,
             idle_since = switchboard_now(), activity_since = switchboard_now(), version = version + 1
           where agent_id = $1 and wrap_up_contact_id = $2 returning true""",
        agent_id,
        contact_id,
    )
    if ended:
        await mark_for_router(tx, agent_id)
    return bool(ended)


async def extend_wrap_up(tx: Transaction, agent_id: UUID, contact_id: UUID, until: datetime) -> bool:
    """Move the deadline of a running wrap-up. False when it is over."""
    extended = await tx.fetchval(
        """update agent_states set wrap_up_until = $3, version = version + 1
           where agent_id = $1 and wrap_up_contact_id = $2 returning true""",
        agent_id,
        contact_id,
        until,
    )
    if extended:
        await mark_for_router(tx, agent_id)
    return bool(extended)
