"""Who waits in a queue, at which place, and why."""

from typing import Any
from uuid import UUID

from app.core.db import Reader
from app.supervision import queues

_WAITING = """
select c.id as contact_id, c.state, c.channel, c.customer_id, u.display_name as customer_name, c.from_address,
       c.queued_at, c.priority, c.age_credit, c.required_skills, o.agent_id as rings_at, c.preferred_agent,
       g.agent_id as assigned_agent,
       row_number() over (order by c.priority, c.queued_at - make_interval(secs => c.age_credit), c.id) as place,
       count(*) over () as total,
       case when o.agent_id is null and g.agent_id is null then (
         select max(case when s.presence = 'available' and s.is_connected and s.not_responding_since is null
                         then 2 else 1 end)
         from agent_queues q join agents a on a.id = q.agent_id and a.is_enabled
         join agent_states s on s.agent_id = a.id
         where q.queue_id = c.queue_id and not exists (
           select from jsonb_each_text(c.required_skills) need where not exists (
             select from agent_skills k where k.agent_id = a.id and k.skill = need.key
               and k.level >= need.value::numeric))) end as able
from contacts c
left join customers u on u.id = c.customer_id
left join lateral (select agent_id from offers o where o.contact_id = c.id and o.state in ('pending', 'accepting')
                   order by o.made_at limit 1) o on true
left join lateral (
  select s.agent_id from agent_states s join agents a on a.id = s.agent_id and a.is_enabled
  where s.agent_id = c.assigned_agent and s.presence <> 'offline'
    and (c.assigned_until is null or c.assigned_until > switchboard_now())) g on true
where c.queue_id = $1 and c.state in ('queued', 'offered')
order by place limit $2 offset $3"""


async def listed(reader: Reader, queue_id: UUID, *, limit: int, offset: int) -> dict[str, Any]:
    """A page of those who wait, in the order of the queue. Raises NotFound."""
    queue = await queues.get(reader, queue_id)
    rows = await reader.fetch(_WAITING, queue_id, limit, offset)
    contacts = []
    for row in rows:
        values = dict(row.items())
        values.pop("total")
        values["why"] = _why(values, able=values.pop("able"), is_open=queue["is_open"])
        contacts.append(values)
    return {
        "queue_id": queue_id,
        "at": await reader.fetchval("select switchboard_now()"),
        "total": rows[0]["total"] if rows else queue["waiting"],
        "contacts": contacts,
    }


def _why(contact: dict[str, Any], *, able: int | None, is_open: bool) -> str:
    if contact["rings_at"] is not None:
        return "ringing"
    if contact["assigned_agent"] is not None:
        return "assigned"
    if not is_open:
        return "queue_closed"
    return {None: "nobody_can", 1: "nobody_at_work"}.get(able, "all_busy")
