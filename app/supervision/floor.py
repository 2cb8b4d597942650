"""The floor at a glance, in one read: how queues stand, who waits, who does what, and whom nobody has called back."""

from datetime import datetime
from typing import Any

from app.agents.presence import Facts, activity
from app.core.db import Reader, Record
from app.supervision import queues

MOST_WAITING = 200
MOST_MISSED = 100

_WAITING = """
select c.id as contact_id, c.queue_id, q.name as queue_name, c.channel, u.display_name as customer_name,
       case when c.direction = 'outbound' then c.to_address else c.from_address end as address,
       c.queued_at, c.priority, c.state, a.display_name as assigned_to
from contacts c join queues q on q.id = c.queue_id
left join customers u on u.id = c.customer_id left join agents a on a.id = c.assigned_agent
where c.state in ('queued', 'offered')
order by c.priority, c.queued_at - make_interval(secs => c.age_credit), c.id limit $1"""

_AGENTS = """
select a.id as agent_id, a.display_name, a.role, s.is_connected, s.presence, s.presence_reason, s.presence_since,
       s.activity_since, s.not_responding_since, s.wrap_up_until,
       array(select queue_id from agent_queues q where q.agent_id = a.id) as queue_ids,
       exists (select from offers o where o.agent_id = a.id and o.state = 'accepted') as has_accepted,
       exists (select from offers o where o.agent_id = a.id and o.state in ('pending', 'accepting')) as has_pending
from agents a join agent_states s on s.agent_id = a.id where a.is_enabled order by a.number"""

_WORK = """
select c.id as contact_id, c.agent_id, c.channel, c.state, c.accepted_at, q.name as queue_name,
       u.display_name as customer_name,
       case when c.direction = 'outbound' then c.to_address else c.from_address end as address
from contacts c left join queues q on q.id = c.queue_id left join customers u on u.id = c.customer_id
where c.state in ('active', 'wrap_up') and c.agent_id is not null order by c.accepted_at, c.id"""

# Reached since: an agent spoke to that number, or a callback to it is still to come.
_MISSED = """
with reached as (
  select case when direction = 'outbound' then to_address else from_address end as number, max(accepted_at) as at
  from contacts where accepted_at > switchboard_now() - make_interval(hours => $1) group by 1),
missed as (
  select distinct on (c.from_address) c.from_address as number, c.id as contact_id, c.ended_at as left_at,
         c.queue_id, c.customer_id, c.queued_at, count(*) over (partition by c.from_address) as times
  from contacts c
  where c.outcome = 'abandoned_in_queue' and c.from_address is not null and c.channel = 'voice'
    and c.ended_at > switchboard_now() - make_interval(hours => $1)
  order by c.from_address, c.ended_at desc)
select m.contact_id, m.number, m.left_at, m.times, m.queue_id, q.name as queue_name,
       extract(epoch from m.left_at - m.queued_at)::integer as waited_seconds, u.display_name as customer_name
from missed m left join queues q on q.id = m.queue_id left join customers u on u.id = m.customer_id
where not exists (select from reached r where r.number = m.number and r.at > m.left_at)
  and not exists (select from callbacks b where b.number = m.number and b.state in ('pausing', 'waiting', 'dialling'))
order by m.left_at desc limit $2"""

_QUEUE_FACTS = ("queue_id", "name", "is_open", "is_closed", "waiting", "longest_since", "agents", "at_work")


def _agent(row: Record, work: list[dict[str, Any]]) -> dict[str, Any]:
    values = dict(row.items())
    facts = Facts(
        is_not_responding=values.pop("not_responding_since") is not None,
        has_accepted_offer=values.pop("has_accepted"),
        has_pending_offer=values.pop("has_pending"),
        wrap_up_until=values.pop("wrap_up_until"),
    )
    return {**values, "activity": activity(facts), "work": work}


async def read(reader: Reader) -> dict[str, Any]:
    """Everything on the floor now. `reader` is a snapshot, so that the parts agree."""
    work: dict[Any, list[dict[str, Any]]] = {}
    for row in await reader.fetch(_WORK):
        values = dict(row.items())
        work.setdefault(values.pop("agent_id"), []).append(values)
    agents = [_agent(row, work.get(row["agent_id"], [])) for row in await reader.fetch(_AGENTS)]
    stand = [{name: queue[name] for name in _QUEUE_FACTS} for queue in await queues.listed(reader)]
    for queue in stand:
        queue["free"] = sum(
            agent["presence"] == "available"
            and agent["is_connected"]
            and agent["activity"] == "idle"
            and queue["queue_id"] in agent["queue_ids"]
            for agent in agents
        )
    now: datetime = await reader.fetchval("select switchboard_now()")
    waiting = [dict(row.items()) for row in await reader.fetch(_WAITING, MOST_WAITING)]
    return {"at": now, "queues": stand, "waiting": waiting, "agents": agents}


async def missed(reader: Reader, *, hours: int) -> list[dict[str, Any]]:
    """Callers of the last hours who left while they waited, whom nobody has spoken to since and nobody is to call
    back: each number once, the newest first."""
    return [dict(row.items()) for row in await reader.fetch(_MISSED, hours, MOST_MISSED)]
