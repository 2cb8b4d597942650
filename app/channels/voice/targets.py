"""Where a call can go: which colleagues are free, how the queues stand."""

from uuid import UUID

from app.channels.voice.control_schemas import FreeAgent, OpenQueue, TransferTargets
from app.core.db import Reader

_AGENTS = """
select a.id as agent_id, a.display_name as name, s.presence,
       s.presence <> 'offline' and s.is_connected as is_at_work,
       s.presence = 'available' and s.is_connected and s.not_responding_since is null and s.wrap_up_until is null
         and s.engagement is null and s.used_units < s.units
         and not exists (select from voice_legs l where l.agent_id = a.id and l.ended_at is null) as is_free
from agents a join agent_states s on s.agent_id = a.id
where a.is_enabled and a.id <> $1
order by is_free desc, is_at_work desc, a.display_name, a.id limit 500"""

_QUEUES = """
select q.id as queue_id, q.name,
       (select count(*) from contacts c where c.queue_id = q.id and c.state = 'queued') as waiting,
       (select count(*) from agent_queues aq join agent_states s on s.agent_id = aq.agent_id
          join agents a on a.id = s.agent_id
        where aq.queue_id = q.id and a.is_enabled and s.presence = 'available' and s.is_connected
          and s.not_responding_since is null and s.wrap_up_until is null and s.engagement is null
          and s.used_units < s.units) as free_agents
from queues q where not q.is_closed order by q.name, q.id limit 500"""


async def targets(reader: Reader, agent_id: UUID) -> TransferTargets:
    """For the agent who has a call: every colleague, the free ones first, and every open queue."""
    return TransferTargets(
        agents=[FreeAgent.model_validate(dict(row.items())) for row in await reader.fetch(_AGENTS, agent_id)],
        queues=[OpenQueue.model_validate(dict(row.items())) for row in await reader.fetch(_QUEUES)],
    )
