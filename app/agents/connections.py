"""Which agents have a live console. A node that dies stops its heartbeats; its connections then go stale.

A lost agent has a grace: work in hand stays, new offers stop at once, and pending offers are withdrawn when the
grace is over (architecture decision 14).
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from app.agents.events import AgentStateChanged
from app.agents.states import mark_for_router
from app.core.db import Reader, Transaction


async def connected(tx: Transaction, *, connection_id: UUID, agent_id: UUID, node: UUID) -> None:
    """A console of the agent opened its socket."""
    await tx.execute(
        "insert into agent_connections (id, agent_id, node) values ($1, $2, $3)",
        connection_id,
        agent_id,
        node,
    )
    await tx.execute(
        """update agent_states set is_connected = true, lost_at = null, version = version + 1
           where agent_id = $1""",
        agent_id,
    )
    await mark_for_router(tx, agent_id)
    await tx.publish(AgentStateChanged(agent_id))


async def disconnected(tx: Transaction, *, connection_id: UUID, agent_id: UUID) -> None:
    """A console's socket closed. The agent is lost when it was the last one."""
    await tx.execute("delete from agent_connections where id = $1", connection_id)
    await _mark_lost(tx, [agent_id])


async def beat(tx: Transaction, connection_ids: list[UUID]) -> list[UUID]:
    """These sockets are alive. Returns those whose rows are gone (swept while this node was frozen)."""
    rows = await tx.fetch(
        """update agent_connections set last_heartbeat_at = switchboard_now()
           where id = any($1) returning id""",
        connection_ids,
    )
    return sorted(set(connection_ids) - {row["id"] for row in rows})


@dataclass(frozen=True, slots=True)
class SilentNode:
    """A process that stopped beating, with the agents who were connected to it."""

    node: UUID
    agent_ids: list[UUID]


async def silent_nodes(reader: Reader, *, older_than: timedelta) -> list[SilentNode]:
    """The nodes of which no connection has beaten for so long; call before `sweep_stale` forgets them."""
    rows = await reader.fetch(
        """select node, array_agg(distinct agent_id) as agents from agent_connections
           group by node having max(last_heartbeat_at) < switchboard_now() - $1::interval order by node""",
        older_than,
    )
    return [SilentNode(row["node"], row["agents"]) for row in rows]


async def sweep_stale(tx: Transaction, *, older_than: timedelta) -> int:
    """Forget connections of nodes that stopped beating; returns how many."""
    rows = await tx.fetch(
        "delete from agent_connections where last_heartbeat_at < switchboard_now() - $1::interval returning agent_id",
        older_than,
    )
    await _mark_lost(tx, sorted({row["agent_id"] for row in rows}))
    return len(rows)


async def _mark_lost(tx: Transaction, agent_ids: list[UUID]) -> None:
    rows = await tx.fetch(
        """update agent_states s set is_connected = false, lost_at = switchboard_now(), version = version + 1
           where agent_id = any($1) and is_connected
             and not exists (select from agent_connections c where c.agent_id = s.agent_id)
           returning agent_id""",
        agent_ids,
    )
    for row in rows:
        await mark_for_router(tx, row["agent_id"])
        await tx.publish(AgentStateChanged(row["agent_id"]))
