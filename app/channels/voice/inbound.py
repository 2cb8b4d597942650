"""A call comes in and goes through self-service: one transaction per webhook, the answer made before the commit.

Facts of the requests: https://www.twilio.com/docs/voice/twiml#request-parameters and …/voice/twiml/gather.
"""

import re
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from app.channels.twilio.signature import Form
from app.channels.voice import announcing, calls, twiml
from app.channels.voice.calls import CallState
from app.channels.voice.numbers import Line, Lines
from app.channels.voice.recording import consent
from app.channels.voice.screening import Screen, turn_away
from app.channels.voice.show import show
from app.channels.voice.urls import VoiceUrls
from app.channels.voice.voicemail import life as voicemail
from app.contacts import repository as contact_rows
from app.core import clock, inbox
from app.core.batch import Batch
from app.core.db import Database, Reader, Session, Transaction
from app.core.errors import InvalidInput, NotFound
from app.core.ids import new_id
from app.core.settings import Settings
from app.customers.dialable import rules_of
from app.customers.phones import Number, PhoneAddress, normalise
from app.intake import service as intake
from app.routing.service import Memory
from app.selfservice.turns import Close, Collect, Enqueue, Prompt, Turn, Way, input_from

INBOX_SOURCE = "twilio.voice"
CALL_SID = re.compile(r"CA[0-9a-fA-F]{32}")
MAX_SPEECH_CHARACTERS = 2000  # of a recogniser's text; the flow caps it further


class UnknownCall(NotFound):
    """We have no such call."""

    code = "unknown_call"
    title = "Unknown call"


def call_sid_of(form: Form) -> str:
    """Raises InvalidInput when the form has no proper CallSid."""
    sid = form.get("CallSid", "")
    if not CALL_SID.fullmatch(sid):
        raise InvalidInput.of("CallSid", "must be CA and 32 hexadecimal digits")
    return sid


class Inbound:
    """Answers the first webhook of a call and every reply in self-service."""

    def __init__(self, database: Database, settings: Settings):
        self._database = database
        self._urls = VoiceUrls(settings.public_base_url)
        self._lines = Lines()
        self._screen = Screen(settings)
        self._region = settings.default_region
        self._rules = rules_of(settings)
        self._time_zone = ZoneInfo(settings.time_zone)
        self._memory = Memory(
            redial=timedelta(seconds=settings.redial_seconds),
            last_agent=timedelta(hours=settings.last_agent_hours),
        )

    async def receive(self, form: Form) -> str:
        """The first webhook: TwiML of the flow's first turn, or of an announcement to who is turned away. Repeated,
        it gets the same answer and changes nothing. Raises InvalidInput or NotFound (the called number is not
        ours)."""
        sid = call_sid_of(form)
        called = normalise(form.get("To", ""), self._region)
        address = normalise(form.get("From", ""), self._region)
        async with self._database.session() as session:
            line = await self._line(session, called)
            if (why := await self._screen.why_not_taken(session, address)) is not None:
                return await turn_away(
                    session, why, address, line.locale, urls=self._urls, source=INBOX_SOURCE, key=sid
                )
            received = await intake.prepare(
                session,
                contact_id=new_id(),
                channel="voice",
                address=address,
                to_address=line.number,
                entry=intake.Entry(line.flow_id, line.flow_version, line.locale, line.hours),
                now=clock.utc_now(),
                time_zone=self._time_zone,
                rules=self._rules,
            )
            before_queue = await self._before_queue(session, received.turn)
            url = self._urls.of_contact(received.contact_id)
            answer = twiml.turn_document(received.turn, url=url, before_queue=before_queue)
            batch = Batch()
            inbox.taking(batch, INBOX_SOURCE, sid, answer)
            intake.opening(batch, received, answer=answer)
            calls.create(batch, contact_id=received.contact_id, call_sid=sid)
            try:
                await self._store(session, batch, received)
            except asyncpg.UniqueViolationError:
                # answered before, perhaps by another process at this very moment: the first answer stands
                first = await inbox.answer_of(session, INBOX_SOURCE, sid)
                if first is None:
                    raise
                return first
        return answer

    async def _store(self, session: Session, batch: Batch, received: intake.Received) -> None:
        """One statement for the usual first turn, which asks something; more only for one that does not."""
        if isinstance(received.turn.action, Collect):
            await session.write(batch)
            return
        async with session.transaction() as tx:
            await tx.write(batch)
            now: datetime = await tx.fetchval("select switchboard_now()")
            await intake.settle_first_turn(tx, received, now=now, memory=self._memory)
            await self._follow(tx, received.contact_id, received.turn)

    async def _before_queue(self, reader: Reader, turn: Turn) -> tuple[Prompt, ...]:
        """The emergency and the notice for a first turn that queues at once; the usual one asks something and needs
        none."""
        if not isinstance(turn.action, Enqueue):
            return ()
        emergencies = await announcing.emergencies(reader, self._urls)
        notice = await consent.notice(reader, self._urls)
        return (*emergencies.before_queue(turn), *notice.before_queue(turn))

    async def _line(self, reader: Reader, called: PhoneAddress) -> Line:
        line = await self._lines.find(reader, called.e164) if isinstance(called, Number) else None
        if line is None:
            raise NotFound("the called number has no flow; add it to phone_numbers")
        return line

    async def reply(self, form: Form, contact_id: UUID, step: int | None) -> str:
        """Keys, words or silence: TwiML of the next turn."""
        event = input_from(
            form.get("Digits"), form.get("SpeechResult", "")[:MAX_SPEECH_CHARACTERS], form.get("Confidence")
        )
        url = self._urls.of_contact(contact_id)
        async with self._database.transaction() as tx:
            await check_call(tx, contact_id, call_sid_of(form))
            now: datetime = await tx.fetchval("select switchboard_now()")
            turns: list[Turn] = []
            notice = await consent.notice(tx, self._urls)
            emergencies = await announcing.emergencies(tx, self._urls)

            def render(turn: Turn) -> str:
                turns.append(turn)
                before_queue = (*emergencies.before_queue(turn), *notice.before_queue(turn))
                return twiml.turn_document(turn, url=url, before_queue=before_queue)

            answer = await intake.advance(
                tx, contact_id, event, step=step, render=render, now=now, memory=self._memory
            )
            for turn in turns:
                await self._follow(tx, contact_id, turn)
            return answer

    async def _follow(self, tx: Transaction, contact_id: UUID, turn: Turn) -> None:
        """The call's state follows the contact's."""
        match turn.action:
            case Enqueue(way=Way.VOICEMAIL):
                await calls.change(tx, contact_id, state=CallState.WAITING.value)
                await voicemail.begin(tx, await contact_rows.get(tx, contact_id))
            case Enqueue(way=Way.CALLBACK):
                await calls.change(tx, contact_id, state=CallState.CLOSING.value)
            case Enqueue():
                call = await calls.change(tx, contact_id, state=CallState.WAITING.value)
                emergency = (await announcing.emergencies(tx, self._urls)).heard_in(turn)
                if emergency is not None:
                    call = await calls.change(tx, contact_id, emergency_id=emergency.id)
                if (await consent.notice(tx, self._urls)).is_needed(turn):
                    await consent.told_before_queue(tx, call)
                await show(tx, contact_id, state=CallState.WAITING)
            case Close():
                await calls.change(tx, contact_id, state=CallState.CLOSING.value)
            case _:
                pass


async def check_call(reader: Reader, contact_id: UUID, call_sid: str) -> calls.Call:
    """The contact's call, if the webhook is about it. Raises UnknownCall."""
    call = await calls.get(reader, contact_id)
    if call is None or call.call_sid != call_sid:
        raise UnknownCall("there is no such call; it may be of another installation")
    return call
