"""What an order has to say, what it is given, and how it finds out what became of an earlier attempt."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from app.channels.twilio.client import NOT_IN_PROGRESS, ProviderError, TwilioClient
from app.channels.voice import calls
from app.channels.voice.calls import TERMINAL, Call, Leg
from app.channels.voice.commands import Command
from app.channels.voice.reach import ring_seconds
from app.channels.voice.rooms import people
from app.channels.voice.urls import VoiceUrls
from app.contacts.events import Control
from app.contacts.models import Contact
from app.core.db import Database, Transaction
from app.core.jobs import RetryLater
from app.core.settings import Settings

LOOK_AGAIN = timedelta(seconds=2)
LOST_AFTER = timedelta(seconds=10)  # after the ringing: a leg nobody has heard of by then was never made

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything an order needs, read under the contact's lock. `leg` is the command's own, when it has one;
    `identity` that leg's agent on the browser phone."""

    command: Command
    contact: Contact
    call: Call
    legs: list[Leg]
    leg: Leg | None
    identity: str | None

    @property
    def customer(self) -> Leg:
        """The customer's newest leg. A callback has none while it is only offered."""
        return calls.customer_leg(self.legs)

    @property
    def own_leg(self) -> Leg:
        """The leg of an order that is always about one."""
        assert self.leg is not None  # noqa: S101 -- such orders are written with their leg
        return self.leg


class Order:
    """One kind of command. `control`: the agent's control it carries out, shown as pending until it is settled.
    `is_create`: it makes something at the carrier, so after an unknown outcome it is looked for, never repeated.
    `ends`: it is done, not failed, when the carrier does not know the party any more."""

    control: ClassVar[Control | None] = None
    is_create: ClassVar[bool] = False
    ends: ClassVar[bool] = False

    async def fits(self, tx: Transaction, plan: Plan) -> bool:
        """Whether the call still stands so that sending makes sense; otherwise the command is dropped."""
        raise NotImplementedError

    async def ask(self, carrier: "Carrier", plan: Plan) -> Answer:
        """Ask the carrier; no transaction is open. Raises ProviderError, or RetryLater to be run again."""
        raise NotImplementedError

    async def dropped(self, tx: Transaction, plan: Plan) -> None:
        """What it means that the command was never sent."""

    async def succeeded(self, tx: Transaction, plan: Plan, answer: Answer, now: datetime) -> None:
        """Take in the carrier's answer; the contact is locked."""

    async def failed(self, tx: Transaction, plan: Plan, error: ProviderError, now: datetime) -> None:
        """What a final failure means for the call; the contact is locked."""


class Carrier:
    """The carrier as orders see it: its REST client, our addresses, and how to look for what may be there."""

    def __init__(self, client: TwilioClient, urls: VoiceUrls, database: Database, settings: Settings):
        self.client = client
        self.urls = urls
        self.database = database
        self.settings = settings

    async def conference(self, call: Call) -> str:
        """The sid of the call's room. Raises ProviderError when there is none."""
        if call.conference_sid is not None:
            return call.conference_sid
        live = await self.client.live_conferences(call.room)
        if not live:
            raise _not_there("the room is not there")
        return str(live[0]["sid"])

    async def hang_up(self, call_sid: str) -> Answer:
        """End a call, whatever it does now: `canceled` would do nothing once it has been answered.

        Error 21220 says that it "is not in progress", which is less than that it is over: it is looked at, and if it
        lives the order is repeated. Raises ProviderError.
        """
        try:
            return await self.client.update_call(call_sid, {"Status": "completed"})
        except ProviderError as error:
            if error.code != NOT_IN_PROGRESS:
                raise
            found = await self.client.fetch_call(call_sid)
            if found["status"] in TERMINAL:
                return found
            raise ProviderError(
                f"the call is {found['status']} and was not ended",
                status=error.status,
                code=None,
                is_retryable=True,
                is_outcome_unknown=False,
            ) from error

    async def is_in_room(self, call_sid: str, room: str) -> bool:
        """Whether this party is in the room now."""
        return any(one["call_sid"] == call_sid for one in await people(self.client, room))

    async def participant_of(self, leg: Leg, room: str) -> Answer | None:
        """The participant that is this leg, found by its label."""
        return next((one for one in await people(self.client, room) if one.get("label") == leg.label), None)

    async def give_up_or_wait(self, plan: Plan) -> None:
        """Raises ProviderError when a leg that was sent for should have been seen by now, else RetryLater."""
        async with self.database.read() as reader:
            now: datetime = await reader.fetchval("select switchboard_now()")
        lost_after = timedelta(seconds=ring_seconds(plan.leg, self.settings)) + LOST_AFTER
        if plan.command.sent_at is not None and now - plan.command.sent_at > lost_after:
            raise _not_there("the leg was never made")
        raise RetryLater("the leg is not to be seen yet", LOOK_AGAIN)


def _not_there(what: str) -> ProviderError:
    return ProviderError(what, status=404, code=None, is_retryable=False, is_outcome_unknown=False)
