"""Sends our messages: in their order, each handed to the carrier once, and looked for before it is tried again.

The message's own row is the command: `pending` until the carrier has it. A create has no idempotency key at the carrier
and a message no label to search for, so one whose outcome is unknown is known by its status callback (whose address
names it) or found in the list of what was sent to this customer; only when it is in neither, after a while, it is sent
again. No transaction is open while the carrier is asked.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import UUID

import structlog

from app.channels.messaging import delivery
from app.channels.messaging.delivery import Why
from app.channels.messaging.webhooks import status_url
from app.channels.twilio.client import ProviderError, TwilioClient
from app.contacts import messages, opt_outs
from app.contacts.messages import MessageStatus
from app.core.db import Database, Transaction
from app.core.jobs import Payload, RetryLater
from app.core.settings import Settings

log = structlog.get_logger()

JOB = "messaging.send"
SOON = timedelta(seconds=1)
LOOK_AGAIN = timedelta(seconds=5)
LOST_AFTER = timedelta(seconds=20)  # not in the carrier's list by then: it was never made
GIVE_UP_AFTER = timedelta(minutes=30)  # a reply that comes later answers nothing
MAX_ATTEMPTS = 3
CLOCKS_DIFFER = timedelta(minutes=2)  # between the carrier's clock and ours


@dataclass(frozen=True, slots=True)
class _Plan:
    """One message on its way. `since`: when an attempt was made whose outcome is unknown."""

    id: UUID
    body: str
    address: str
    our_address: str
    since: datetime | None
    now: datetime


_READ = """
select m.id, m.body, c.address, c.our_address, m.status, m.sent_at, m.attempts, m.created_at,
       m.conversation_id, m.seq, switchboard_now() as now
from messages m join conversations c on c.id = m.conversation_id
where m.id = $1 and m.direction = 'outbound' for update of m"""

_IS_NEXT = """
select not exists (select from messages
                   where conversation_id = $1 and seq < $2 and direction = 'outbound' and status = 'pending')"""


class MessageSender:
    """The job handler of `messaging.send`."""

    def __init__(self, database: Database, client: TwilioClient, settings: Settings):
        self._database = database
        self._client = client
        self._base_url = settings.public_base_url

    async def send(self, payload: Payload) -> None:
        """Send one message. Raises RetryLater when its turn has not come or its fate is not known yet."""
        message_id = UUID(payload["message_id"])
        async with self._database.transaction() as tx:
            plan = await self._prepare(tx, message_id)
        if plan is None:
            return
        try:
            answer = await self._look(plan) if plan.since else await self._create(plan)
        except ProviderError as error:
            await self._failed(plan, error)
            return
        async with self._database.transaction() as tx:
            status = delivery.status_of(str(answer.get("status"))) or MessageStatus.QUEUED
            reason = delivery.why(answer.get("error_code")) if _is_bad(status) else None
            await messages.note_status(tx, message_id, status, provider_sid=answer["sid"], reason=reason)

    async def _prepare(self, tx: Transaction, message_id: UUID) -> _Plan | None:
        row = await tx.fetchrow(_READ, message_id)
        if row is None or row["status"] != MessageStatus.PENDING:
            return None
        if not await tx.fetchval(_IS_NEXT, row["conversation_id"], row["seq"]):
            raise RetryLater("an earlier message is still on its way", SOON)
        now: datetime = row["now"]
        unsent = row["sent_at"] is None
        if unsent and await opt_outs.is_opted_out(tx, row["address"], row["our_address"]):
            await messages.note_status(tx, message_id, MessageStatus.FAILED, reason=Why.OPTED_OUT)
            return None
        if (unsent and row["attempts"] >= MAX_ATTEMPTS) or now - row["created_at"] > GIVE_UP_AFTER:
            await messages.note_status(tx, message_id, MessageStatus.FAILED, reason=Why.NO_ANSWER)
            return None
        if unsent:
            await tx.execute(
                "update messages set sent_at = $2, attempts = attempts + 1 where id = $1", message_id, now
            )
        return _Plan(message_id, row["body"], row["address"], row["our_address"], row["sent_at"], now)

    async def _create(self, plan: _Plan) -> dict[str, Any]:
        return await self._client.create_message(
            {
                "To": plan.address,
                "From": plan.our_address,
                "Body": plan.body,
                "StatusCallback": status_url(self._base_url, plan.id),
            }
        )

    async def _look(self, plan: _Plan) -> dict[str, Any]:
        """What became of the attempt. Raises RetryLater until it is certain that there was none."""
        assert plan.since is not None  # noqa: S101 -- only then there is something to look for
        listed = await self._client.messages(to=plan.address, from_=plan.our_address)
        fits = [
            one
            for one in listed
            if one.get("body") == plan.body and _made_at(one) >= plan.since - CLOCKS_DIFFER
        ]
        async with self._database.transaction() as tx:
            taken = await tx.fetch(
                "select provider_sid from messages where provider_sid = any($1)", [one["sid"] for one in fits]
            )
            free = [one for one in fits if one["sid"] not in {row["provider_sid"] for row in taken}]
            if free:
                return min(free, key=_made_at)
            if plan.now - plan.since >= LOST_AFTER:
                log.warning("a message was lost on its way to the carrier and is sent again")
                await self._unsend(tx, plan.id)
                pause = timedelta(0)
            else:
                pause = LOOK_AGAIN
        raise RetryLater("the carrier has not heard of the message", pause)

    async def _unsend(self, tx: Transaction, message_id: UUID, *, attempts: int = 0) -> None:
        """The next attempt is a first one; `attempts` of those made do not count."""
        await tx.execute(
            """update messages set sent_at = null, attempts = attempts - $2
               where id = $1 and status = 'pending'""",
            message_id,
            attempts,
        )

    async def _failed(self, plan: _Plan, error: ProviderError) -> None:
        if error.is_retryable and plan.since is None:  # refused before anything was done
            async with self._database.transaction() as tx:
                await self._unsend(tx, plan.id, attempts=1)
        if error.is_retryable or error.is_outcome_unknown or plan.since is not None:
            raise RetryLater(str(error), LOOK_AGAIN) from error
        log.warning("the carrier refused a message", status=error.status, code=error.code)
        reason = delivery.why(error.code)
        async with self._database.transaction() as tx:
            await messages.note_status(tx, plan.id, MessageStatus.FAILED, reason=reason)
            if reason is Why.OPTED_OUT:  # the carrier knew before us
                await opt_outs.opt_out(tx, plan.address, plan.our_address, "carrier")


def _is_bad(status: MessageStatus) -> bool:
    return status in (MessageStatus.FAILED, MessageStatus.UNDELIVERED)


def _made_at(listed: dict[str, Any]) -> datetime:
    """When the carrier made it (RFC 2822, UTC)."""
    return parsedate_to_datetime(listed["date_created"])
