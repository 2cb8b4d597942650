"""A message comes in: one transaction, claimed by its sid, so that a repeated webhook changes nothing.

Fields: https://www.twilio.com/docs/messaging/guides/webhook-request. Fields we do not know are ignored.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter

from app.channels.messaging import addresses
from app.channels.messaging.words import Wish, wish
from app.channels.twilio.signature import Form
from app.contacts import opt_outs
from app.contacts.messages import NewAttachment
from app.core import inbox
from app.core.db import Database, Reader, Transaction
from app.core.errors import InvalidInput, NotFound
from app.core.settings import Settings
from app.customers.phones import Number
from app.intake import texts
from app.intake.texts import Text, TextLine
from app.routing.service import Memory
from app.selfservice.locales import Locale

log = structlog.get_logger()

blocked = Counter("switchboard_messages_blocked_total", "Messages of blocked senders, which nobody is shown")

CHANNEL = "messaging"
INBOX_SOURCE = "twilio.messaging"
MESSAGE_SID = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")
MAX_CHARACTERS = 10_000  # SMS carries 1600, WhatsApp 4096
MAX_FILES = 10  # the carrier's own limit
MAX_URL = 1_000


def message_sid_of(form: Form) -> str:
    """Raises InvalidInput when the form has no proper MessageSid."""
    sid = form.get("MessageSid", "")
    if not MESSAGE_SID.fullmatch(sid):
        raise InvalidInput.of("MessageSid", "must be SM or MM and 32 hexadecimal digits")
    return sid


class Inbound:
    """Takes in the customers' messages."""

    def __init__(self, database: Database, settings: Settings):
        self._database = database
        self._region = settings.default_region
        self._reopen = timedelta(hours=settings.conversation_reopen_hours)
        self._memory = Memory(redial=timedelta(0), last_agent=timedelta(hours=settings.last_agent_hours))

    async def receive(self, form: Form) -> None:
        """Take one message in, once. Raises InvalidInput, or NotFound when the address it was sent to is not ours."""
        sid = message_sid_of(form)
        ours = addresses.read(form.get("To", ""), self._region)
        sender = addresses.read(form.get("From", ""), self._region)
        if not sender.text:
            raise InvalidInput.of("From", "must say who wrote")
        async with self._database.transaction() as tx:
            line = await self._line(tx, ours.text)
            if not await inbox.take(tx, INBOX_SOURCE, sid):
                return
            if isinstance(sender.who, Number) and await _is_blocked(tx, sender.who.e164):
                blocked.inc()
                log.info("a message of a blocked sender was dropped")
                return
            text = Text(
                channel=CHANNEL,
                address=sender.text,
                our_address=ours.text,
                who=sender.who,
                client_id=sid,
                body=_body(form),
                attachments=_files(form),
            )
            now: datetime = await tx.fetchval("select switchboard_now()")
            await self._apply(tx, form, text, line, now)

    async def _apply(self, tx: Transaction, form: Form, text: Text, line: TextLine, now: datetime) -> None:
        is_out = await opt_outs.is_opted_out(tx, text.address, text.our_address)
        match wish(text.body, carrier_says=form.get("OptOutType"), is_opted_out=is_out):
            case Wish.OPT_OUT:
                await texts.opt_out(tx, text, line, now=now)
            case Wish.OPT_IN:
                await texts.opt_in(tx, text, line, now=now)
            case None:
                await texts.receive(tx, text, line, now=now, memory=self._memory)

    async def _line(self, reader: Reader, address: str) -> TextLine:
        row = await reader.fetchrow(
            "select queue_id, locale from messaging_addresses where address = $1", address
        )
        if row is None:
            raise NotFound("no queue answers messages to this address; add it to messaging_addresses")
        return TextLine(row["queue_id"], Locale(row["locale"]), self._reopen)


async def _is_blocked(reader: Reader, number: str) -> bool:
    return bool(
        await reader.fetchval(
            """select exists (select from blocked_callers
                              where number = $1 and (until is null or until > switchboard_now()))""",
            number,
        )
    )


def _body(form: Form) -> str:
    """The words; for a place on the map its coordinates, which have no words of their own."""
    body = form.get("Body", "").replace("\x00", "")[:MAX_CHARACTERS]
    if body or "Latitude" not in form or "Longitude" not in form:
        return body
    name = form.get("Label") or form.get("Address") or ""
    place = f"geo:{form['Latitude'][:20]},{form['Longitude'][:20]} {name[:200]}"
    return place.replace("\x00", "").strip()


def _files(form: Form) -> Sequence[NewAttachment]:
    count = form.get("NumMedia", "0")
    number = min(int(count[:3]), MAX_FILES) if count.isascii() and count.isdigit() else 0
    return [
        NewAttachment(url[:MAX_URL], form.get(f"MediaContentType{n}", "")[:100])
        for n in range(number)
        if (url := form.get(f"MediaUrl{n}", ""))
    ]
