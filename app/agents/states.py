"""The hot row of each agent: presence, connection, load, wrap-up. One statement per change, compare-and-set."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.agents.events import AgentStateChanged, AgentUnavailable
from app.agents.presence import Presence
from app.core.db import Reader, Record, Transaction
from app.core.errors import NotFound

ROUTER_TOPIC = "router"


def agent_stream(agent_id: UUID) -> str:
    """The stream that an agent's console follows: offers, contacts and state."""
    return f"agent:{agent_id}"


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
    engagement: dict[str, Any] | None


_COLUMNS = """agent_id, presence, presence_reason, presence_since, not_responding_since, activity_since,
              is_connected, lost_at, units, used_units, idle_since, wrap_up_until, wrap_up_contact_id,
              engagement"""


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


async def get_many(reader: Reader, agent_ids: Sequence[UUID]) -> list[AgentRow]:
    """The rows of these agents, in no order; those who are no more are left out."""
    rows = await reader.fetch(
        f"select {_COLUMNS} from agent_states where agent_id = any($1)",  # noqa: S608
        agent_ids,
    )
    return [_row(row) for row in rows]


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


async def end_overdue_wrap_ups(tx: Transaction, now: datetime, limit: int) -> int:
    """Free agents whose wrap-up is over and whose contact has gone on without them (transferred), so that nothing else
    ends it; returns how many. One that somebody is changing is left for the next time."""
    rows = await tx.fetch(
        """select s.agent_id, s.wrap_up_contact_id from agent_states s
           where s.wrap_up_until <= $1 and not exists (
             select from contacts c where c.id = s.wrap_up_contact_id and c.state = 'wrap_up'
               and c.agent_id = s.agent_id)
           order by s.agent_id limit $2 for update skip locked""",
        now,
        limit,
    )
    for row in rows:
        if await end_wrap_up(tx, row["agent_id"], row["wrap_up_contact_id"]):
            await tx.publish(AgentStateChanged(row["agent_id"]))
    return len(rows)


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


async def engage(tx: Transaction, agent_id: UUID, engagement: dict[str, Any], *, cost: int | None) -> bool:
    """A call of somebody else's takes the agent's phone: no offers until `disengage`. `engagement` names the leg
    (`leg_id`) and what it is about. With `cost` only an agent who is free for as much work now (and may then take the
    contact over). False when the agent is not free or is engaged already."""
    engaged = await tx.fetchval(
        """update agent_states set engagement = $2, activity_since = switchboard_now(), version = version + 1
           where agent_id = $1 and engagement is null and is_connected
             and ($3::integer is null or (presence = 'available' and not_responding_since is null
                  and wrap_up_until is null and used_units + $3 <= units))
           returning true""",
        agent_id,
        engagement,
        cost,
    )
    if engaged:
        await mark_for_router(tx, agent_id)
        await tx.publish(AgentStateChanged(agent_id))
    return bool(engaged)


async def change_engagement(tx: Transaction, agent_id: UUID, leg_id: UUID, changes: dict[str, Any]) -> None:
    """What the engagement is about has changed."""
    changed = await tx.fetchval(
        """update agent_states set engagement = engagement || $3, version = version + 1
           where agent_id = $1 and engagement ->> 'leg_id' = $2 and not engagement @> $3 returning true""",
        agent_id,
        str(leg_id),
        changes,
    )
    if changed:
        await tx.publish(AgentStateChanged(agent_id))


async def disengage(tx: Transaction, agent_id: UUID, leg_id: UUID) -> None:
    """The call of this leg is over, or has become the agent's own."""
    ended = await tx.fetchval(
        """update agent_states set engagement = null, activity_since = switchboard_now(), version = version + 1
           where agent_id = $1 and engagement ->> 'leg_id' = $2 returning true""",
        agent_id,
        str(leg_id),
    )
    if ended:
        await mark_for_router(tx, agent_id)
        await tx.publish(AgentStateChanged(agent_id))
