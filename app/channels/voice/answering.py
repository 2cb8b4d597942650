"""A customer we rang has answered: the carrier asks what to do, and the answer decides who is connected.

Source: https://www.twilio.com/docs/voice/api/call-resource (`Url` is asked when the call is answered).
"""

from datetime import datetime
from uuid import UUID

from app.channels.twilio.signature import Form
from app.channels.voice import calls, twiml
from app.channels.voice.calls import CallState
from app.channels.voice.inbound import UnknownCall, call_sid_of
from app.channels.voice.recording import consent
from app.channels.voice.show import show
from app.channels.voice.urls import VoiceUrls
from app.contacts import repository as contact_rows
from app.contacts.lifecycle import ContactState
from app.core.db import Database, Transaction
from app.core.settings import Settings
from app.routing import callback_rows, callbacks
from app.routing.callback_rules import DialResult
from app.selfservice.locales import Locale
from app.selfservice.prompts import message
from app.selfservice.turns import Prompt


class Dialled:
    """Answers the webhook of an answered call."""

    def __init__(self, database: Database, settings: Settings):
        self._database = database
        self._urls = VoiceUrls(settings.public_base_url)

    async def answered(self, form: Form, leg_id: UUID) -> str:
        """Into the room to the agent who waits there, or into the queue at the kept place; goodbye when nobody waits
        any more. Repeated, it gets the same answer. Raises UnknownCall."""
        sid = call_sid_of(form)
        async with self._database.transaction() as tx:
            leg = await calls.leg(tx, leg_id)
            if leg is None or leg.dial is None or (leg.call_sid is not None and leg.call_sid != sid):
                raise UnknownCall("there is no such call")
            await contact_rows.get_for_update(tx, leg.contact_id)
            await calls.note_status(
                tx, await calls.leg(tx, leg_id) or leg, "in-progress", call_sid=sid, reason=None
            )
            await self._connect(tx, leg, sid)
            return await self._document(tx, leg.contact_id, sid)

    async def _connect(self, tx: Transaction, leg: calls.Leg, sid: str) -> None:
        """The first answer ends the dialling, if it still runs: from then on the call is the customer's."""
        callback = await callback_rows.of_contact(tx, leg.contact_id)
        call = await calls.get(tx, leg.contact_id)
        if callback is None or leg.dial is None or call is None or call.call_sid != str(leg.id):
            return
        now: datetime = await tx.fetchval("select switchboard_now()")
        if await callbacks.dial_ended(tx, callback.id, leg.dial, DialResult.ANSWERED, now=now):
            await calls.change(tx, leg.contact_id, call_sid=sid)

    async def _document(self, tx: Transaction, contact_id: UUID, sid: str) -> str:
        contact = await contact_rows.get(tx, contact_id)
        call = await calls.get(tx, contact_id)
        locale = Locale(contact.language)
        if call is not None and call.call_sid == sid:
            url = self._urls.of_contact(contact_id)
            if contact.state == ContactState.ACTIVE:
                await consent.needed_before_room(tx, contact, call)
                told = await calls.get(tx, contact_id) or call
                return twiml.customer_room_document(
                    call.room, url=url, prompts=await consent.before_room(tx, self._urls, contact, told)
                )
            if contact.state in (ContactState.QUEUED, ContactState.OFFERED):
                await show(tx, contact_id, state=CallState.WAITING)
                return twiml.park_document((Prompt(message("callback.greeting", locale), locale),), url=url)
        return twiml.goodbye_document((Prompt(message("callback.too_late", locale), locale),))
