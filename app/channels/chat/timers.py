"""What happens to chats when nobody does anything: the deadlines are in the tables, so a crash delays them at most."""

from datetime import datetime, timedelta
from uuid import UUID

from app.channels.chat import files, follow_ups, presence
from app.channels.chat.naming import CHANNEL
from app.contacts import repository as contact_rows
from app.contacts.lifecycle import ContactState
from app.core import buckets
from app.core.db import Database
from app.core.settings import Settings
from app.intake import service as intake
from app.routing import service as routing

BATCH = 100
TICKETS_KEPT = timedelta(hours=1)

_GONE = """
select c.conversation_id, k.id as contact_id from chats c
join conversations v on v.id = c.conversation_id join contacts k on k.id = v.contact_id
where c.away_since is null and c.seen_at <= $1 and k.state in ('new', 'self_service', 'queued', 'offered', 'active')
order by c.conversation_id limit $2"""

# Who left a mail address or a number can be answered without being here, so they keep the place in the queue.
_GIVEN_UP = """
select k.id from chats c
join conversations v on v.id = c.conversation_id join contacts k on k.id = v.contact_id
where c.away_since <= $1 and c.seen_at <= $1
  and (k.state in ('new', 'self_service') or (k.state in ('queued', 'offered')
       and k.media -> 'chat' ->> 'email' is null and k.media -> 'chat' ->> 'phone' is null))
  and coalesce((k.media -> 'chat' -> 'left_message')::boolean, false) is false
  and ($3::uuid is null or k.id = $3)
order by k.id limit $2"""

_LEFT_ALONE = """
select c.id from contacts c join agent_states s on s.agent_id = c.agent_id
where c.channel = $1 and c.state = 'active' and not s.is_connected and coalesce(s.lost_at, c.accepted_at) <= $2
  and ($4::uuid is null or c.id = $4)
order by c.id limit $3"""


class ChatTimers:
    """Run once a second or so; each change is one transaction and safe to run twice."""

    def __init__(self, database: Database, settings: Settings):
        self._database = database
        self._away = timedelta(seconds=settings.chat_away_seconds)
        self._abandon = timedelta(minutes=settings.chat_abandon_minutes)
        self._grace = timedelta(seconds=settings.text_agent_grace_seconds)

    async def run_due(self) -> int:
        """Do what is due; returns how many chats it was."""
        return await self._note_gone() + await self._give_up() + await self._requeue_left_alone()

    async def _note_gone(self) -> int:
        """No socket and no poll for a while: the agent sees it."""
        async with self._database.read() as reader:
            now: datetime = await reader.fetchval("select switchboard_now()")
            rows = await reader.fetch(_GONE, now - self._away, BATCH)
        for row in rows:
            async with self._database.transaction() as tx:
                if await presence.gone(tx, row["conversation_id"], now=now, grace=self._away):
                    await follow_ups.note(tx, row["contact_id"])
        return len(rows)

    async def _give_up(self) -> int:
        """Gone for long: nobody is asked to take a chat whose visitor has left."""
        async with self._database.read() as reader:
            now: datetime = await reader.fetchval("select switchboard_now()")
            rows = await reader.fetch(_GIVEN_UP, now - self._abandon, BATCH, None)
        for row in rows:
            await self._leave(row["id"], now)
        return len(rows)

    async def _leave(self, contact_id: UUID, now: datetime) -> None:
        async with self._database.transaction() as tx:
            contact = await contact_rows.get_for_update(tx, contact_id)
            if contact.state == ContactState.ACTIVE:
                return
            if await tx.fetchval(_GIVEN_UP, now - self._abandon, 1, contact_id):
                await intake.hang_up(tx, contact_id, now=now)
                await routing.customer_left(tx, contact_id, now=now)

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

    async def tidy(self) -> int:
        """Forget what is over: files no message named, tickets, buckets."""
        async with self._database.transaction() as tx:
            now: datetime = await tx.fetchval("select switchboard_now()")
            await tx.execute("delete from chat_tickets where expires_at <= $1", now - TICKETS_KEPT)
            await buckets.tidy(tx)
            return await files.forget_unused(tx, now=now)
