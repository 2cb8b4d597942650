"""What should never be needed, every few seconds: whatever a mark did not tell of, and what nobody can serve.

Everything found here but a lost node is a fault of ours; it is logged, counted and put right.
"""

from datetime import timedelta
from uuid import UUID

import structlog
from prometheus_client import Counter, Gauge

from app.agents import connections
from app.core.db import Transaction

log = structlog.get_logger()

swept = Counter(
    "switchboard_router_swept_total", "Contacts found unrouted by the safety sweep (should stay 0)"
)
drifted = Counter("switchboard_agent_load_repaired_total", "Agents whose load was wrong (should stay 0)")
unservable = Gauge(
    "switchboard_contacts_unservable", "Waiting contacts that no enabled agent could ever serve"
)

Want = tuple[UUID, str]  # queue and skills, for which the alert was given


async def lost_nodes(tx: Transaction, older_than: timedelta) -> None:
    """Agents whose node stopped beating are lost."""
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
    suspects = await tx.fetch(f"select agent_id from agent_states s where used_units <> {_LOAD}")  # noqa: S608
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


async def unserved(tx: Transaction, told: set[Want]) -> set[Want]:
    """Alert once for each queue and set of skills that contacts wait for and no enabled agent has (R09: they
    wait for ever otherwise). Returns what is to be passed as `told` the next time."""
    rows = await tx.fetch(
        """with wants as (
             select queue_id, required_skills, count(*) as waiting, min(queued_at) as since
             from contacts where state = 'queued' group by 1, 2)
           select w.queue_id, q.key, w.required_skills, w.waiting, w.since
           from wants w join queues q on q.id = w.queue_id
           where not exists (
             select from agent_queues s join agents a on a.id = s.agent_id and a.is_enabled
             where s.queue_id = w.queue_id and not exists (
               select from jsonb_each_text(w.required_skills) need
               where not exists (select from agent_skills k where k.agent_id = a.id and k.skill = need.key
                                   and k.level >= need.value::integer)))"""
    )
    unservable.set(sum(row["waiting"] for row in rows))
    found: set[Want] = set()
    for row in rows:
        want = (row["queue_id"], repr(sorted(row["required_skills"].items())))
        found.add(want)
        if want not in told:
            log.error(
                "contacts wait that no agent can ever serve",
                queue=row["key"],
                skills=row["required_skills"],
                contacts=row["waiting"],
                since=row["since"],
            )
    return found
