"""What happens to conversations by message when nobody does anything: the deadlines are in the tables."""

from datetime import datetime, timedelta

from app.channels.messaging.inbound import CHANNEL
from app.contacts import repository as contact_rows
from app.contacts import service as contacts
from app.contacts.lifecycle import ContactState, Outcome
from app.core.db import Database
from app.core.settings import Settings
from app.routing import service as routing

BATCH = 100

_UNANSWERED = """
select c.id from contacts c join conversations v on v.contact_id = c.id
where c.channel = $1 and c.state = 'self_service' and v.last_at <= $2 order by c.id limit $3"""

_LEFT_ALONE = """
select c.id from contacts c join agent_states s on s.agent_id = c.agent_id
where c.channel = $1 and c.state = 'active' and not s.is_connected and coalesce(s.lost_at, c.accepted_at) <= $2
  and ($4::uuid is null or c.id = $4)
order by c.id limit $3"""


class MessagingTimers:
    """Run once a second or so; each change is one transaction and safe to run twice."""

    def __init__(self, database: Database, settings: Settings):
        self._database = database
        self._answer_stands = timedelta(minutes=settings.text_answer_minutes)
        self._grace = timedelta(seconds=settings.text_agent_grace_seconds)

    async def run_due(self) -> int:
        """Do what is due; returns how many contacts it was."""
        return await self._close_unanswered() + await self._requeue_left_alone()

    async def _close_unanswered(self) -> int:
        """The FAQ has answered and nobody said whether that helped."""
        async with self._database.read() as reader:
            now: datetime = await reader.fetchval("select switchboard_now()")
            rows = await reader.fetch(_UNANSWERED, CHANNEL, now - self._answer_stands, BATCH)
        for row in rows:
            async with self._database.transaction() as tx:
                contact = await contact_rows.get_for_update(tx, row["id"])
                last = await tx.fetchval(
                    "select last_at from conversations where contact_id = $1", contact.id
                )
                if contact.state == ContactState.SELF_SERVICE and last <= now - self._answer_stands:
                    await contacts.close(tx, contact.id, Outcome.ENDED_IN_SELF_SERVICE, now=now)
        return len(rows)

    async def _requeue_left_alone(self) -> int:
        """The agent is gone for longer than the grace: the customer goes back to the old place in the queue."""
        async with self._database.read() as reader:
            now: datetime = await reader.fetchval("select switchboard_now()")
            rows = await reader.fetch(_LEFT_ALONE, CHANNEL, now - self._grace, BATCH, None)
        for row in rows:
            async with self._database.transaction() as tx:
                await contact_rows.get_for_update(tx, row["id"])
                if await tx.fetchval(_LEFT_ALONE, CHANNEL, now - self._grace, 1, row["id"]):
                    await routing.requeue_active(tx, row["id"], reason="agent_lost")
        return len(rows)
