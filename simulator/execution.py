"""Runs TwiML documents one after another for a call; every wait can be interrupted through `race`."""

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeVar
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

from simulator.calls import Call, CallStatus
from simulator.journal import EntryKind
from simulator.sources import Extra, Fetch, Inline, no_extra
from simulator.twiml_check import DocumentError, parse_document
from simulator.webhook_fields import call_fields
from simulator.webhooks import FetchFailedError, Webhook

if TYPE_CHECKING:
    from simulator.network import Simulator

T = TypeVar("T")
# Attributes that change what happens but are not simulated: said in the journal, never silently skipped.
NOT_SIMULATED = frozenset(
    {
        ("Conference", "eventCallbackUrl"),
        ("Dial", "sequential"),
        ("Enqueue", "workflowSid"),
        ("Number", "machineDetection"),
        ("Sip", "machineDetection"),
        ("Record", "transcribe"),
    }
)


class Outcome(StrEnum):
    """How running documents ended."""

    ENDED = "ended"
    HANGUP = "hangup"
    LEAVE = "leave"
    REJECTED = "rejected"
    REJECTED_BUSY = "rejected-busy"


Step = Fetch | Outcome | None
Verb = Callable[["Execution", Element], Awaitable[Step]]


class Race(Protocol):
    """Waits for something, or raises Interrupted when the call is interrupted first."""

    async def __call__(self, work: Awaitable[T], /) -> T:
        """The result of `work`."""


async def uninterrupted(work: Awaitable[T], /) -> T:
    """A race nobody interrupts: for music beside a call, which is stopped by cancelling its task."""
    return await work


class UnsupportedVerbError(Exception):
    """The document holds a verb this network does not execute."""


class Execution:
    """One run of documents in one context (`voice`, `enqueue-wait`, `conference-wait`)."""

    def __init__(
        self, sim: "Simulator", call: Call, context: str, race: Race, extra: Extra = no_extra
    ) -> None:
        self.sim = sim
        self.call = call
        self.context = context
        self.race = race
        self.extra = extra
        self.url: str | None = None
        self.interruptible = False
        self._fetches_without_time = 0

    async def run(self, source: Fetch | Inline) -> Outcome:
        """Run `source` and whatever it leads to. Raises FetchFailedError when a document cannot be had."""
        step: Fetch | Inline | Outcome = source
        while not isinstance(step, Outcome):
            root = await self._load(step)
            step = await self._play(root) or Outcome.ENDED
        return step

    async def _load(self, source: Fetch | Inline) -> Element:
        if isinstance(source, Inline):
            self.url = None
            return self._parse(source.xml.encode(), "(Twiml parameter)")
        self._fetches_without_time += 1
        if self._fetches_without_time > self.sim.config.knobs.redirects_per_second:
            raise FetchFailedError(
                11215, source.url, "redirect loop: too many documents without time passing"
            )
        body = await self.race(self.sim.sender.fetch(self.webhook(source)))
        self.url = source.url
        return self._parse(body, source.url)

    def webhook(self, source: Fetch, status: str | None = None) -> Webhook:
        """The request for a document, with the call's fields as they are now."""
        fields = call_fields(self.sim.config.account_sid, self.call, status) | dict(source.extra())
        return Webhook(source.kind, source.url, fields, source.method, self.call.sid, self.call.sid)

    def _parse(self, body: bytes, url: str) -> Element:
        try:
            parsed = parse_document(body, self.context)
        except DocumentError as error:
            self.sim.violation("O9", f"document of {url}: {error}", self.call.sid)
            raise FetchFailedError(12100, url, str(error)) from error
        if parsed.findings:
            for finding in parsed.findings:
                self.sim.violation("O9", f"document of {url}: {finding}", self.call.sid)
            raise FetchFailedError(12200, url, "; ".join(parsed.findings))
        self.sim.journal.add(
            EntryKind.INSTRUCTION,
            "document",
            self.call.sid,
            url=url,
            context=self.context,
            twiml=body.decode("utf-8", "replace"),
        )
        return parsed.root

    async def _play(self, root: Element) -> Step:
        for element in root:
            step = await self.execute(element)
            if step is not None:
                return step
        return None

    async def execute(self, element: Element) -> Step:
        """Execute one verb; raises UnsupportedVerbError for one that is not known."""
        verb = self.sim.verbs.get(element.tag)
        if verb is None:
            self.sim.violation("O9", f"unsupported verb <{element.tag}>", self.call.sid)
            raise UnsupportedVerbError(element.tag)
        self.sim.journal.add(
            EntryKind.INSTRUCTION,
            element.tag,
            self.call.sid,
            attributes=dict(element.attrib),
            text="".join(element.itertext()).strip(),
            context=self.context,
        )
        self._complain_about_attributes(element)
        return await verb(self, element)

    def _complain_about_attributes(self, element: Element) -> None:
        for part in element.iter():
            for name in part.attrib:
                if (part.tag, name) in NOT_SIMULATED:
                    title = f"attribute {name} of <{part.tag}> is not simulated"
                    self.sim.journal.add(EntryKind.ERROR, title, self.call.sid)

    def answer(self) -> None:
        """Answer an inbound call that is still ringing (the first verb that makes sound does)."""
        if self.call.status is CallStatus.RINGING:
            self.sim.answered(self.call)

    async def wait(self, seconds: float) -> None:
        """Let virtual time pass, interruptibly."""
        if seconds > 0:
            self._fetches_without_time = 0
        await self.race(self.sim.clock.sleep(seconds))

    def time_passes(self) -> None:
        """Tell the redirect-loop breaker that the running verb takes time."""
        self._fetches_without_time = 0

    def resolve(self, url: str) -> str:
        """A URL of the document made absolute; raises FetchFailedError (11100) for a relative one inline."""
        if self.url is not None:
            return urljoin(self.url, url)
        if urlsplit(url).scheme not in ("http", "https"):
            self.sim.violation("O9", f"relative URL {url!r} in a Twiml parameter", self.call.sid)
            raise FetchFailedError(11100, url, "URLs in a Twiml parameter must be absolute")
        return url

    def action(self, element: Element, kind: str, fields: Mapping[str, str]) -> Fetch | None:
        """The request of the element's action attribute, or None when it has none."""
        url = element.get("action")
        if url is None:
            return None
        fixed = dict(fields)
        return Fetch(
            self.resolve(url), kind, element.get("method", "POST"), lambda: {**self.extra(), **fixed}
        )
