"""Sends commands to the carrier: check that it still fits, say that it is being sent, send, record the outcome.

No transaction is open while the carrier is asked. What each kind of command asks, and what its outcome means, is in
`orders/`.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from app.channels.twilio.client import ProviderError, TwilioClient
from app.channels.voice import calls
from app.channels.voice.commands import CommandState, get, mark_sending, settle, unsend
from app.channels.voice.orders.base import LOOK_AGAIN, Answer, Carrier, Plan
from app.channels.voice.orders.table import ORDERS
from app.channels.voice.show import show
from app.channels.voice.urls import VoiceUrls
from app.contacts import repository as contact_rows
from app.core import alerts
from app.core.db import Database, Transaction
from app.core.jobs import Payload, RetryLater
from app.core.settings import Settings
from app.routing.alert_kinds import COMMAND_FAILED

log = structlog.get_logger()

SOON = timedelta(milliseconds=500)
MAX_REPEATS = 6  # of a command that sets a state


class CommandSender:
    """The job handler of `voice.command`."""

    def __init__(self, database: Database, client: TwilioClient, settings: Settings):
        self._database = database
        self._carrier = Carrier(client, VoiceUrls(settings.public_base_url), database, settings)

    async def send(self, payload: Payload) -> None:
        """Run one command. Raises RetryLater when the carrier could not be asked or did not answer."""
        command_id = UUID(payload["command_id"])
        async with self._database.transaction() as tx:
            plan = await self._prepare(tx, command_id)
        if plan is None:
            return
        try:
            answer = await ORDERS[plan.command.kind].ask(self._carrier, plan)
        except ProviderError as error:
            await self._failed(plan, error)
            return
        async with self._database.transaction() as tx:
            await self._succeeded(tx, plan, answer)

    async def _prepare(self, tx: Transaction, command_id: UUID) -> Plan | None:
        found = await get(tx, command_id)
        if found is None:
            return None
        contact = await contact_rows.get_for_update(tx, found.contact_id)
        command = await get(tx, command_id) or found
        if command.state not in (CommandState.PENDING, CommandState.SENDING):
            return None
        call = await calls.get(tx, contact.id)
        if call is None:
            await settle(tx, command_id, CommandState.DROPPED)
            return None
        leg = await calls.leg(tx, command.leg_id) if command.leg_id else None
        identity = None
        if leg is not None and leg.agent_id is not None:
            identity = await tx.fetchval("select softphone_identity from agents where id = $1", leg.agent_id)
        plan = Plan(command, contact, call, await calls.legs(tx, contact.id), leg, identity)
        order = ORDERS[command.kind]
        if await order.fits(tx, plan):
            await mark_sending(tx, command_id)
            return plan
        await settle(tx, command_id, CommandState.DROPPED)
        if order.control is not None:
            await show(tx, contact.id, settled=order.control)
        await order.dropped(tx, plan)
        return None

    async def _succeeded(self, tx: Transaction, plan: Plan, answer: Answer) -> None:
        plan = replace(plan, contact=await contact_rows.get_for_update(tx, plan.contact.id))
        await settle(tx, plan.command.id, CommandState.DONE)
        now: datetime = await tx.fetchval("select switchboard_now()")
        await ORDERS[plan.command.kind].succeeded(tx, plan, answer, now)

    async def _failed(self, plan: Plan, error: ProviderError) -> None:
        command, order = plan.command, ORDERS[plan.command.kind]
        if error.is_retryable and command.attempts < MAX_REPEATS:
            async with self._database.transaction() as tx:
                await unsend(tx, command.id)
            raise RetryLater(str(error), SOON * (command.attempts + 1)) from error
        if error.is_outcome_unknown and (order.is_create or command.attempts < MAX_REPEATS):
            raise RetryLater(str(error), LOOK_AGAIN if order.is_create else SOON) from error
        log.warning(
            "a command to the carrier failed", kind=command.kind, status=error.status, code=error.code
        )
        async with self._database.transaction() as tx:
            plan = replace(plan, contact=await contact_rows.get_for_update(tx, plan.contact.id))
            done = error.is_gone and order.ends
            await settle(tx, command.id, CommandState.DONE if done else CommandState.FAILED, str(error)[:500])
            if not done and not error.is_gone:  # who has hung up meanwhile is no fault
                failure = {"command": command.kind, "error": str(error)[:200]}
                await alerts.raise_alert(tx, COMMAND_FAILED, str(plan.contact.id), failure)
            now: datetime = await tx.fetchval("select switchboard_now()")
            await order.failed(tx, plan, error, now)
