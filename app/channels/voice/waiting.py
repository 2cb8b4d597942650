"""The waiting room: position, honest wait, music; and every way out of it.

Source: https://www.twilio.com/docs/voice/twiml/enqueue (waitUrl is asked again whenever its document ends; the
Enqueue action is sent for a redirect and for a hang-up as well).
"""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

import structlog

from app.announcements import hearing
from app.announcements.models import Occasion
from app.channels.twilio.signature import Form
from app.channels.voice import announcing, calls, farewell, twiml
from app.channels.voice.calls import CallState
from app.channels.voice.commands import CommandKind, is_open_for_customer
from app.channels.voice.inbound import call_sid_of, check_call
from app.channels.voice.recording import consent
from app.channels.voice.survey import life as surveys
from app.channels.voice.survey.answering import question
from app.channels.voice.urls import VoiceUrls
from app.channels.voice.voicemail import life as voicemail
from app.channels.voice.wait_announcement import Announced, announce
from app.contacts import repository as contact_rows
from app.contacts.lifecycle import ContactState, Outcome
from app.contacts.models import Contact
from app.core.db import Database, Reader, Transaction
from app.core.errors import InvalidInput
from app.core.settings import Settings
from app.customers.dialable import rules_of, why_not_dialled
from app.routing import callbacks, estimates, promises
from app.routing import service as routing
from app.routing.errors import CallbackOver
from app.selfservice.locales import Locale
from app.selfservice.prompts import message
from app.selfservice.turns import Prompt

log = structlog.get_logger()

CALL_ME_BACK = "2"  # the key that callback.offer names
_WAITS = (ContactState.QUEUED, ContactState.OFFERED)
_MOVED_BY_US = frozenset(
    {"redirected", "redirected-from-bridged", "bridged", "bridging-in-process", "hangup"}
)


class WaitingRoom:
    """Answers what the carrier asks about a waiting caller."""

    def __init__(self, database: Database, settings: Settings):
        self._database = database
        self._urls = VoiceUrls(settings.public_base_url)
        self._rules = rules_of(settings)

    async def wait(self, form: Form, contact_id: UUID) -> str:
        """One round: news if there is any, then music."""
        async with self._database.transaction() as tx:
            call = await check_call(tx, contact_id, call_sid_of(form))
            if call.consent == consent.PARKING:
                await contact_rows.get_for_update(tx, contact_id)
                await consent.heard_before_queue(tx, await calls.get(tx, contact_id) or call)
            contact = await contact_rows.get(tx, contact_id)
            music = await self._music(tx, contact)
            if voicemail.recording_of(call) is not None:
                if await voicemail.is_on_its_way(tx, contact_id):
                    return twiml.wait_document((), music)
                return twiml.leave_document()
            if contact.state == ContactState.CLOSED and (words := farewell.document(call)) is not None:
                return words
            if contact.state not in _WAITS or contact.queued_at is None:
                return twiml.wait_document((), music)
            key_url = await self._key_url(tx, contact)
            prompts = (*await self._emergency(tx, contact, call), *await self._news(tx, contact, call))
        if prompts and key_url is not None:
            prompts = (*prompts, _prompt(contact, "callback.offer"))
        return twiml.wait_document(prompts, music, key_url=key_url)

    async def _music(self, reader: Reader, contact: Contact) -> str:
        return await announcing.music(reader, self._urls, contact.queue_id, Locale(contact.language))

    async def _emergency(self, tx: Transaction, contact: Contact, call: calls.Call) -> tuple[Prompt, ...]:
        """The queue's emergency, for who has not heard it."""
        if contact.queue_id is None or (found := await hearing.emergency(tx, contact.queue_id)) is None:
            return ()
        if call.emergency_id == found.id:
            return ()
        await contact_rows.get_for_update(tx, contact.id)
        await calls.change(tx, contact.id, emergency_id=found.id)
        return announcing.emergency_prompts(found.content, self._urls, Locale(contact.language))

    async def _news(self, tx: Transaction, contact: Contact, call: calls.Call) -> tuple[Prompt, ...]:
        """Place and honest wait, when there is news of them."""
        assert contact.queued_at is not None  # noqa: S101 -- it waits
        standing = await estimates.standing(tx, contact)
        now: datetime = await tx.fetchval("select switchboard_now()")
        locale, before, welcome = Locale(contact.language), Announced.from_json(call.announced), None
        if before is None:
            welcome = await announcing.announced(tx, self._urls, Occasion.WELCOME, contact.queue_id, locale)
        prompts, announced = announce(
            locale,
            position=standing.position,
            expected_seconds=standing.wait.expected if standing.wait else None,
            waited_seconds=max((now - contact.queued_at).total_seconds(), 0.0),
            before=before,
            welcome=welcome,
        )
        if announced.to_json() != call.announced:
            await contact_rows.get_for_update(tx, contact.id)
            await calls.change(tx, contact.id, announced=announced.to_json())
            if contact.queue_id is not None and announced.position == standing.position:
                await promises.record(tx, contact.id, contact.queue_id, standing)
        return prompts

    async def _key_url(self, reader: Reader, contact: Contact) -> str | None:
        """Where a key is told, for who may ask to be called back: the number is known, one we ring, and the queue
        allows it."""
        if contact.direction == "outbound" or contact.from_address is None or contact.queue_id is None:
            return None
        if why_not_dialled(contact.from_address, self._rules) is not None:
            return None
        rules = await callbacks.rules_of(reader, contact.queue_id)
        return self._urls.of_contact(contact.id)(twiml.WAIT_KEY_PATH) if rules.in_queue else None

    async def key(self, form: Form, contact_id: UUID) -> str:
        """A key of a waiting caller: 2 asks to be called back, and the caller is let go. Any other, or one that comes
        when an agent is on the way, changes nothing."""
        async with self._database.transaction() as tx:
            await check_call(tx, contact_id, call_sid_of(form))
            contact = await contact_rows.get_for_update(tx, contact_id)
            if form.get("Digits") == CALL_ME_BACK:
                now: datetime = await tx.fetchval("select switchboard_now()")
                with suppress(CallbackOver, InvalidInput):
                    await callbacks.request_callback(tx, contact_id=contact_id, now=now, rules=self._rules)
                    return twiml.goodbye_document((_prompt(contact, "callback.promised"),))
            key_url = await self._key_url(tx, contact) if contact.state in _WAITS else None
            music = await self._music(tx, contact)
        return twiml.wait_document((), music, key_url=key_url)

    async def left(self, form: Form, contact_id: UUID) -> str:
        """The Enqueue action. A redirect or hang-up was told otherwise already; a fault of the queue must not
        lose the caller."""
        result = form.get("QueueResult", "")
        async with self._database.transaction() as tx:
            await check_call(tx, contact_id, call_sid_of(form))
            if result in _MOVED_BY_US:
                return twiml.empty_document()
            if result != "leave":
                log.warning("the carrier's queue let a caller go", result=result, contact_id=str(contact_id))
            return await self._still_here(tx, contact_id, detour=True)

    async def after(self, form: Form, contact_id: UUID) -> str:
        """The caller fell out of the queue and is still on the line: back in, or goodbye."""
        async with self._database.transaction() as tx:
            await check_call(tx, contact_id, call_sid_of(form))
            return await self._still_here(tx, contact_id)

    async def after_room(self, form: Form, contact_id: UUID) -> str:
        """The room ended and the customer is still on the line. An active contact goes back into the queue at its
        old place; after a finished one it is goodbye."""
        async with self._database.transaction() as tx:
            await check_call(tx, contact_id, call_sid_of(form))
            contact = await contact_rows.get_for_update(tx, contact_id)
            alive = form.get("CallStatus") == "in-progress"
            if alive and contact.state == ContactState.ACTIVE and not contact.media.get("pending_command"):
                await routing.requeue_active(tx, contact_id, reason="room_ended")
            return await self._still_here(tx, contact_id)

    async def message_left(self, form: Form, contact_id: UUID) -> str:
        """The Record action: thanks, to a caller who is still there. Whether there is a message the report of the
        recording says, which may come before or after."""
        async with self._database.transaction() as tx:
            await check_call(tx, contact_id, call_sid_of(form))
            contact = await contact_rows.get(tx, contact_id)
        if form.get("CallStatus") in calls.TERMINAL or form.get("Digits") == "hangup":
            return twiml.empty_document()
        return twiml.goodbye_document((_prompt(contact, "voicemail.thanks"),))

    async def hold(self, form: Form, contact_id: UUID) -> str:
        """What somebody on hold hears, the customer or a guest: music, again and again. Raises UnknownCall."""
        sid = call_sid_of(form)
        async with self._database.read() as reader:
            if not any(leg.call_sid == sid for leg in await calls.legs(reader, contact_id)):
                await check_call(reader, contact_id, sid)
            music = await self._music(reader, await contact_rows.get(reader, contact_id))
        return twiml.hold_document(music, url=self._urls.of_contact(contact_id))

    async def _is_asked(self, tx: Transaction, call: calls.Call | None) -> bool:
        """Whether this caller is asked for a score, or about to be: the end of the room must not say goodbye."""
        if call is None:
            return False
        survey = await surveys.get(tx, call.contact_id) if call.state == CallState.SURVEY else None
        return (survey is not None and survey.state == "asked") or await is_open_for_customer(
            tx, call.contact_id, CommandKind.ASK_SURVEY
        )

    async def _still_here(self, tx: Transaction, contact_id: UUID, *, detour: bool = False) -> str:
        """Back into the queue, or goodbye to a contact that is over. A caller whose agent is in the room already
        must not be sent away: the command that moves them in is on its way. `detour`: music first, so that a
        queue that is full or broken is not asked without pause."""
        contact = await contact_rows.get(tx, contact_id)
        call = await calls.get(tx, contact_id)
        if call is not None and (recording_id := voicemail.recording_of(call)) is not None:
            await contact_rows.get_for_update(tx, contact_id)
            await voicemail.give(tx, await calls.get(tx, contact_id) or call)
            before, otherwise = voicemail.prompts(call)
            report_url = self._urls.of_recording(recording_id)
            url = self._urls.of_contact(contact_id)
            return twiml.voicemail_document((before,), (otherwise,), url=url, report_url=report_url)
        if await self._is_asked(tx, call):
            return question(contact.language, self._urls.of_contact(contact_id))
        moves = contact.state == ContactState.ACTIVE and call and call.state == CallState.CONNECTING
        url = self._urls.of_contact(contact_id)
        if contact.state in _WAITS or moves:
            if detour:
                return twiml.detour_document(await self._music(tx, contact), url=url)
            return twiml.park_document(url=url)
        words = farewell.document(call) if call is not None else None
        return words or twiml.goodbye_document((_after_call(contact),))


def _after_call(contact: Contact) -> Prompt:
    promised = contact.outcome == Outcome.CALLBACK_REQUESTED
    return _prompt(contact, "callback.promised" if promised else "announce.after_call")


def _prompt(contact: Contact, key: str) -> Prompt:
    locale = Locale(contact.language)
    return Prompt(message(key, locale), locale)
