"""Who is asked alone at first (R11): the agent who handled the customer's last contact of the same queue.

The queue says for how long (`last_agent_seconds`; 0: not at all). Whether that agent is there is the engine's
question: one who is offline, or does not serve the queue any more, is passed over at once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.contacts.models import Contact
from app.core.db import Reader

CHOSEN_SECONDS = 30  # for an agent somebody chose, in a queue that has no time of its own


@dataclass(frozen=True, slots=True)
class AgentPreference:
    """Ask this agent alone for so many seconds."""

    agent_id: UUID
    seconds: int


_LAST = """
select c.agent_id, q.last_agent_seconds from contacts c
join queues q on q.id = c.queue_id and q.last_agent_seconds > 0
join agents a on a.id = c.agent_id and a.is_enabled
where c.customer_id = $1 and c.queue_id = $2 and c.id <> $3 and c.accepted_at is not null
  and c.state in ('wrap_up', 'closed') and c.ended_at >= $4
order by c.ended_at desc limit 1"""


async def preference(
    reader: Reader, contact: Contact, queue_id: UUID, *, now: datetime, within: timedelta
) -> AgentPreference | None:
    """Whom to keep this contact for. An agent who was chosen for it stays chosen."""
    if contact.preferred_agent is not None:
        own = await reader.fetchval("select last_agent_seconds from queues where id = $1", queue_id)
        return AgentPreference(contact.preferred_agent, own or CHOSEN_SECONDS)
    if contact.customer_id is None or not within:
        return None
    row = await reader.fetchrow(_LAST, contact.customer_id, queue_id, contact.id, now - within)
    return AgentPreference(row["agent_id"], row["last_agent_seconds"]) if row else None
