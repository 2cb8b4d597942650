"""Text messages: SMS and WhatsApp between telephones outside and the account's numbers.

What a customer writes is a webhook to the number's `message_url`; what the product sends by REST goes from `queued` to
`sent` to whatever the handset makes of it, each told by a status callback. An address is a number in E.164, with
`whatsapp:` before it for WhatsApp. Error codes: https://www.twilio.com/docs/api/errors.
"""

import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from simulator.calls import Callback
from simulator.journal import EntryKind
from simulator.people import UnknownNumberError
from simulator.text_fields import received_fields, status_fields
from simulator.webhooks import FetchFailedError, Webhook

if TYPE_CHECKING:
    from simulator.network import Simulator

WHATSAPP = "whatsapp:"
WINDOW = 24 * 3600.0  # s after the customer's last message in which WhatsApp takes free text
TO_SENT, TO_FATE = 0.3, 1.0  # s on the way
# Words the network itself obeys on SMS, https://help.twilio.com/articles/223134027
STOP_WORDS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
START_WORDS = frozenset({"start", "unstop", "yes"})
STOPPED = "You will get no more messages from this number. Reply START to get them again."
STARTED = "You get messages from this number again. Reply STOP to end them."


class Handset(StrEnum):
    """What becomes of a message at a telephone."""

    REACHED = "reached"
    OFF = "off"  # switched off or out of coverage
    UNKNOWN = "unknown"  # nobody has that number
    LANDLINE = "landline"
    FILTERED = "filtered"  # taken for spam
    SILENT = "silent"  # nothing is ever heard of it


FATES = {
    Handset.REACHED: ("delivered", None),
    Handset.OFF: ("undelivered", 30003),
    Handset.UNKNOWN: ("undelivered", 30005),
    Handset.LANDLINE: ("undelivered", 30006),
    Handset.FILTERED: ("undelivered", 30007),
    Handset.SILENT: (None, None),
}


@dataclass(frozen=True, slots=True)
class File:
    """Something attached. `sid` names it below its message."""

    sid: str
    content_type: str
    data: bytes = field(repr=False)


@dataclass(eq=False, slots=True)
class TextMessage:
    """One message. `status` is of REST vocabulary; times are virtual seconds since the epoch."""

    sid: str
    direction: str  # inbound, outbound-api, outbound-reply (the network's own words)
    from_: str
    to: str
    body: str
    files: tuple[File, ...]
    created: float
    status: str
    callback: Callback | None = None
    sent: float | None = None
    updated: float = 0.0
    error_code: int | None = None

    @property
    def handset(self) -> str:
        """The address of the telephone outside."""
        return self.from_ if self.direction == "inbound" else self.to

    @property
    def ours(self) -> str:
        """The address of the account."""
        return self.to if self.direction == "inbound" else self.from_


class Texts:
    """All messages of the network."""

    def __init__(self, sim: "Simulator") -> None:
        self._sim = sim
        self.by_sid: dict[str, TextMessage] = {}
        self._handsets: dict[str, Handset] = {}
        self._opted_out: set[tuple[str, str]] = set()

    # ---- what people do

    def write(self, from_: str, to: str, body: str, files: tuple[tuple[str, bytes], ...] = ()) -> TextMessage:
        """Somebody outside writes to a number of the account; `files` are (content type, bytes). Both addresses
        are of one channel. Raises UnknownNumberError when nobody takes messages there."""
        number = self._sim.account.number(to.removeprefix(WHATSAPP))
        if number is None or number.message_url is None or _is_whatsapp(from_) is not _is_whatsapp(to):
            raise UnknownNumberError(to)
        sid = self._sim.sids.make("MM" if files else "SM")
        made = tuple(File(self._sim.sids.make("ME"), kind, data) for kind, data in files)
        text = self._add(TextMessage(sid, "inbound", from_, to, body, made, self._now(), "received"))
        self._sim.journal.add(EntryKind.INPUT, "text", **{"from": from_}, to=to, body=body, files=len(files))
        self._obey(text)
        self._sim.spawn(self._bring(text, number.message_url, number.message_fallback_url))
        return text

    def read(self, text: TextMessage) -> None:
        """The person opens the conversation (WhatsApp tells that)."""
        if text.status == "delivered" and _is_whatsapp(text.to):
            self._move(text, "read")

    def behaves(self, address: str, handset: Handset) -> None:
        """What becomes of messages to this telephone from now on, on both channels."""
        self._handsets[address.removeprefix(WHATSAPP)] = Handset(handset)
        self._sim.journal.add(EntryKind.INPUT, "handset", address=address, handset=handset.value)

    def handset(self, address: str) -> Handset:
        """What becomes of messages to it."""
        return self._handsets.get(address.removeprefix(WHATSAPP), Handset.REACHED)

    def thread(self, address: str) -> list[TextMessage]:
        """What was written at one telephone, oldest first; of its number on both channels."""
        number = address.removeprefix(WHATSAPP)
        return [text for text in self.by_sid.values() if text.handset.removeprefix(WHATSAPP) == number]

    # ---- what the product does

    def is_opted_out(self, address: str, ours: str) -> bool:
        """Whether this telephone has said STOP to this number."""
        return (address, ours) in self._opted_out

    def send(self, from_: str, to: str, body: str, callback: Callback | None, media: int = 0) -> TextMessage:
        """A message by REST, which was checked. `media`: how many files it names (they are not fetched)."""
        sid = self._sim.sids.make("MM" if media else "SM")
        text = self._add(
            TextMessage(sid, "outbound-api", from_, to, body, (), self._now(), "queued", callback)
        )
        if media:
            self._sim.journal.add(EntryKind.ERROR, "files of messages to telephones are not simulated", sid)
        self._sim.spawn(self._travel(text))
        return text

    async def _travel(self, text: TextMessage) -> None:
        self._tell(text)
        await self._sim.clock.sleep(TO_SENT)
        if _is_whatsapp(text.to) and not self._window_is_open(text):
            self._move(text, "failed", 63016)
            return
        text.sent = self._now()
        self._move(text, "sent")
        await self._sim.clock.sleep(TO_FATE)
        status, code = FATES[self.handset(text.to)]
        if status is not None:
            self._move(text, status, code)

    def _window_is_open(self, text: TextMessage) -> bool:
        """WhatsApp takes free text only for a day after the customer's last message,
        https://www.twilio.com/docs/whatsapp/key-concepts#the-24-hour-window."""
        return any(
            one.direction == "inbound"
            and (one.from_, one.to) == (text.to, text.from_)
            and one.created > self._now() - WINDOW
            for one in self.by_sid.values()
        )

    # ---- webhooks

    async def _bring(self, text: TextMessage, url: str, fallback: str | None) -> None:
        fields = received_fields(self._sim.config, text)
        for target in (url, fallback):
            if target is None:
                return
            try:
                answer = await self._sim.sender.fetch(
                    Webhook("message.inbound", target, fields, call_sid=text.sid)
                )
            except FetchFailedError as error:
                self._sim.journal.add(
                    EntryKind.ERROR, f"{error.code} request failed", text.sid, reason=str(error)
                )
                continue
            if b"<Message" in answer:
                self._sim.journal.add(EntryKind.ERROR, "the verb Message is not simulated", text.sid)
            return

    def _obey(self, text: TextMessage) -> None:
        if _is_whatsapp(text.from_) or not self._sim.config.knobs.network_obeys_stop:
            return
        word = "".join(c for c in unicodedata.normalize("NFKC", text.body).casefold() if c.isalnum())
        pair = (text.from_, text.to)
        if word in STOP_WORDS and pair not in self._opted_out:
            self._opted_out.add(pair)
            self._reply(text, STOPPED)
        elif word in START_WORDS and pair in self._opted_out:
            self._opted_out.discard(pair)
            self._reply(text, STARTED)

    def _reply(self, text: TextMessage, body: str) -> None:
        sid, now = self._sim.sids.make("SM"), self._now()
        self._add(
            TextMessage(sid, "outbound-reply", text.to, text.from_, body, (), now, "delivered", sent=now)
        )

    def _move(self, text: TextMessage, status: str, error_code: int | None = None) -> None:
        text.status, text.error_code, text.updated = status, error_code, self._now()
        self._note(text)
        self._tell(text)

    def _tell(self, text: TextMessage) -> None:
        if text.callback is not None:
            fields = status_fields(self._sim.config, text)
            hook = Webhook(
                "message.status", text.callback.url, fields, text.callback.method, text.sid, text.sid
            )
            self._sim.sender.post(hook)

    def _add(self, text: TextMessage) -> TextMessage:
        text.updated = text.created
        self.by_sid[text.sid] = text
        self._note(text)
        return text

    def _note(self, text: TextMessage) -> None:
        told = {"from": text.from_, "to": text.to, "body": text.body, "error_code": text.error_code}
        self._sim.journal.add(EntryKind.MESSAGE, text.status, text.sid, direction=text.direction, **told)

    def _now(self) -> float:
        return self._sim.clock.now()


def _is_whatsapp(address: str) -> bool:
    return address.startswith(WHATSAPP)
