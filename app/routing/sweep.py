"""What should never be needed, every few seconds: whatever a mark did not tell of, and what nobody can serve.

Everything found here but a lost node is a fault of ours; it is logged, counted and put right.
"""

from datetime import timedelta
from uuid import UUID

import structlog
from prometheus_client import Counter, Gauge

from app.agents import connections
from app.core import alerts
from app.core.db import Transaction
from app.routing import unservable as unservable_contacts
from app.routing.alert_kinds import (
    CALLS_TOO_OFTEN,
    COMMAND_FAILED,
    CONTACT_SET_ASIDE,
    DIAL_LIMIT,
    NODE_LOST,
)

log = structlog.get_logger()

swept = Counter(
    "switchboard_router_swept_total", "Contacts found unrouted by the safety sweep (should stay 0)"
)
drifted = Counter("switchboard_agent_load_repaired_total", "Agents whose load was wrong (should stay 0)")
unservable = Gauge(
    "switchboard_contacts_unservable", "Waiting contacts that no enabled agent could ever serve"
)


async def lost_nodes(tx: Transaction, older_than: timedelta) -> None:
    """Agents whose node stopped beating are lost; a supervisor is told."""
    for node in await connections.silent_nodes(tx, older_than=older_than):
        agents = [str(agent_id) for agent_id in node.agent_ids]
        await alerts.raise_alert(tx, NODE_LOST, str(node.node), {"agents": agents})
    if lost := await connections.sweep_stale(tx, older_than=older_than):
        log.warning("agents of a silent node are lost", connections=lost)


async def strays(tx: Transaction, known: list[UUID]) -> None:
    """Mark queued contacts the engine does not hold and ended ones it still holds, unless a mark waits."""
    rows = await tx.fetch(
        """with known as (select unnest($1::uuid[]) as id),
           stray as (
             select c.id from contacts c left join known k using (id) where c.state = 'queued' and k.id is null
             union all
             select c.id from known k join contacts c using (id) where c.state in ('wrap_up', 'closed'))
           insert into router_marks (kind, ref)
           select 'contact', id from stray s
           where not exists (select from router_marks m where m.kind = 'contact' and m.ref = s.id)
           returning ref""",
        known,
    )
    for row in rows:
        swept.inc()
        log.error("a contact was not where the router believed it", contact=str(row["ref"]))


_LOAD = """coalesce((select sum(o.cost) from offers o where o.agent_id = s.agent_id
                      and o.state in ('pending', 'accepting', 'accepted')), 0)"""


async def loads(tx: Transaction) -> list[UUID]:
    """Make every agent's load the sum of the live offers; returns the agents that were wrong. An offer and the
    load change in one transaction, so under the agent's lock the sum is the truth."""
    suspects = await tx.fetch(
        """select agent_id from agent_states s left join (
             select agent_id, sum(cost) as cost from offers
             where state in ('pending', 'accepting', 'accepted') group by agent_id) o using (agent_id)
           where s.used_units <> coalesce(o.cost, 0)"""
    )
    repaired = []
    for row in suspects:
        await tx.execute("select from agent_states where agent_id = $1 for update", row["agent_id"])
        wrong = await tx.fetchval(
            f"""update agent_states s set used_units = least(units, {_LOAD}), version = version + 1
                where agent_id = $1 and used_units <> {_LOAD} returning agent_id""",  # noqa: S608
            row["agent_id"],
        )
        if wrong:
            drifted.inc()
            log.error("an agent's load was not the sum of the live offers", agent=str(wrong))
            repaired.append(wrong)
    return repaired


async def unserved(tx: Transaction) -> None:
    """Alerts for contacts that nobody can ever serve; everything else that changes them acts at once."""
    unservable.set(await unservable_contacts.check(tx))


async def solved(tx: Transaction) -> None:
    """Clear alerts whose matter has settled itself: the lost node's agents are back or offline, the contact that was
    set aside waits no more, the contact of a failed command is closed, the day or hour of a limit is over."""
    rows = await tx.fetch(
        # a case, because only subjects of these kinds are ids of contacts
        """select kind, subject from alerts l where cleared_at is null and case kind
             when $1 then not exists (
               select from agent_states s where l.data -> 'agents' ? s.agent_id::text
                 and not s.is_connected and s.presence <> 'offline')
             when $2 then not exists (
               select from contacts c where c.id = l.subject::uuid and c.state = 'queued')
             when $3 then not exists (
               select from contacts c where c.id = l.subject::uuid and c.state <> 'closed')
             when $4 then l.since < switchboard_now() - interval '1 day'
             when $5 then l.since < switchboard_now() - interval '1 hour'
             else false end""",
        NODE_LOST,
        CONTACT_SET_ASIDE,
        COMMAND_FAILED,
        DIAL_LIMIT,
        CALLS_TOO_OFTEN,
    )
    for row in rows:
        await alerts.clear_alert(tx, row["kind"], row["subject"])
