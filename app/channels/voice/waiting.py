"""The waiting room: position, honest wait, music; and every way out of it.

Source: https://www.twilio.com/docs/voice/twiml/enqueue (waitUrl is asked again whenever its document ends; the
Enqueue action is sent for a redirect and for a hang-up as well).
"""

from datetime import datetime
from uuid import UUID

import structlog

from app.channels.twilio.signature import Form
from app.channels.voice import calls, twiml
from app.channels.voice.calls import CallState
from app.channels.voice.inbound import call_sid_of, check_call
from app.channels.voice.urls import VoiceUrls
from app.channels.voice.wait_announcement import Announced, announce
from app.contacts import repository as contact_rows
from app.contacts.lifecycle import ContactState
from app.contacts.models import Contact
from app.core.db import Database, Transaction
from app.core.settings import Settings
from app.routing import estimates
from app.routing import service as routing
from app.selfservice.locales import Locale
from app.selfservice.prompts import message
from app.selfservice.turns import Prompt

log = structlog.get_logger()

_WAITS = (ContactState.QUEUED, ContactState.OFFERED)
_MOVED_BY_US = frozenset(
    {"redirected", "redirected-from-bridged", "bridged", "bridging-in-process", "hangup"}
)


class WaitingRoom:
    """Answers what the carrier asks about a waiting caller."""

    def __init__(self, database: Database, settings: Settings):
        self._database = database
        self._urls = VoiceUrls(settings.public_base_url)

    async def wait(self, form: Form, contact_id: UUID) -> str:
        """One round: news if there is any, then music."""
        async with self._database.transaction() as tx:
            call = await check_call(tx, contact_id, call_sid_of(form))
            contact = await contact_rows.get(tx, contact_id)
            if contact.state not in _WAITS or contact.queued_at is None:
                return twiml.wait_document((), self._urls.music())
            standing = await estimates.standing(tx, contact)
            now: datetime = await tx.fetchval("select switchboard_now()")
            prompts, announced = announce(
                Locale(contact.language),
                position=standing.position,
                expected_seconds=standing.expected_seconds,
                waited_seconds=max((now - contact.queued_at).total_seconds(), 0.0),
                before=Announced.from_json(call.announced),
            )
            if announced.to_json() != call.announced:
                await contact_rows.get_for_update(tx, contact_id)
                await calls.change(tx, contact_id, announced=announced.to_json())
        return twiml.wait_document(prompts, self._urls.music())

    async def left(self, form: Form, contact_id: UUID) -> str:
        """The Enqueue action. A redirect or hang-up was told otherwise already; a fault of the queue must not
        lose the caller."""
        result = form.get("QueueResult", "")
        async with self._database.transaction() as tx:
            await check_call(tx, contact_id, call_sid_of(form))
            if result in _MOVED_BY_US:
                return twiml.empty_document()
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

    async def hold(self, form: Form, contact_id: UUID) -> str:
        """What a held customer hears: music, again and again."""
        async with self._database.read() as reader:
            await check_call(reader, contact_id, call_sid_of(form))
        return twiml.hold_document(self._urls.music(), url=self._urls.of_contact(contact_id))

    async def _still_here(self, tx: Transaction, contact_id: UUID, *, detour: bool = False) -> str:
        """Back into the queue, or goodbye to a contact that is over. A caller whose agent is in the room already
        must not be sent away: the command that moves them in is on its way. `detour`: music first, so that a
        queue that is full or broken is not asked without pause."""
        contact = await contact_rows.get(tx, contact_id)
        call = await calls.get(tx, contact_id)
        moves = contact.state == ContactState.ACTIVE and call and call.state == CallState.CONNECTING
        url = self._urls.of_contact(contact_id)
        if contact.state in _WAITS or moves:
            return (
                twiml.detour_document(self._urls.music(), url=url) if detour else twiml.park_document(url=url)
            )
        return twiml.goodbye_document((_after_call(contact),))


def _after_call(contact: Contact) -> Prompt:
    locale = Locale(contact.language)
    return Prompt(message("announce.after_call", locale), locale)
