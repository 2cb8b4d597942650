"""One call: its state, its human side, and the single place where running TwiML can be interrupted."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

if TYPE_CHECKING:
    from simulator.queues import QueueEntry
    from simulator.rooms import Participant
    from simulator.scripts import Step
    from simulator.sources import Fetch, Source
    from simulator.verbs.collector import Collector

T = TypeVar("T")


class CallStatus(StrEnum):
    """REST vocabulary of a call's status (callbacks say `initiated` where REST says `queued`)."""

    QUEUED = "queued"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    FAILED = "failed"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"


TERMINAL = frozenset(
    {CallStatus.COMPLETED, CallStatus.BUSY, CallStatus.FAILED, CallStatus.NO_ANSWER, CallStatus.CANCELED}
)


@dataclass(frozen=True, slots=True)
class Callback:
    """A status callback: where to, how, for which events (Twilio's short names)."""

    url: str
    method: str
    events: frozenset[str]


class RecordOnAnswer(TypedDict):
    """How to record a leg from its answer on (arguments of Recordings.begin)."""

    source: str
    callback: Callback | None
    channels: int
    track: str
    trim: bool


@dataclass(frozen=True, slots=True)
class GoTo:
    """Interrupt: leave whatever runs and execute this."""

    source: "Source"


@dataclass(frozen=True, slots=True)
class HangUp:
    """Interrupt: the call ends. `by` is `caller`, `callee`, `api` or `network`."""

    by: str


@dataclass(frozen=True, slots=True)
class Connect:
    """Interrupt of a waiting call: talk to the call that dialled the queue, after hearing `url` if there is one."""

    other: "Call"
    url: str | None
    method: str


Signal = GoTo | HangUp | Connect


class Interrupted(Exception):
    """Raised inside running TwiML when the call is redirected or ends."""

    def __init__(self, signal: Signal) -> None:
        super().__init__(repr(signal))
        self.signal = signal


@dataclass(frozen=True, slots=True)
class Decision:
    """How the person rung decided: `answered`, `busy`, `rejected`, `failed`."""

    kind: str
    sip_code: int | None = None


@dataclass(eq=False, slots=True)
class Call:
    """A leg. For inbound calls the human is the caller, for outbound ones the callee (`address`)."""

    sid: str
    from_: str
    to: str
    direction: str
    address: str
    created: float
    status: CallStatus = CallStatus.QUEUED
    met_at: float | None = None  # when the person first heard another person
    number: int = 0  # of all calls of the run, from 1
    updated: float = 0.0
    started: float | None = None
    answered: float | None = None
    ended: float | None = None
    parent_sid: str | None = None
    phone_number_sid: str | None = None
    status_callback: Callback | None = None
    fallback_url: str | None = None
    fallback_method: str = "POST"
    sip_code: int | None = None
    queue_time: float = 0.0
    sequence: int = 0
    custom: dict[str, str] = field(default_factory=dict)
    hearing: str | None = None
    hearing_token: int = 0
    hearing_since: float = 0.0
    first_n: int = 0
    bridged_with: "Call | None" = None
    record: "RecordOnAnswer | None" = None
    send_digits: str = ""
    whisper: "Fetch | None" = None
    whispered: bool = False
    script: "tuple[Step, ...]" = ()
    self_muted: bool = False
    typed_ahead: str = ""
    collector: "Collector | None" = None
    queue_entry: "QueueEntry | None" = None
    participant: "Participant | None" = None
    time_limit: float | None = None
    silent_since: float | None = None
    decision: "asyncio.Future[Decision] | None" = None
    task: "asyncio.Task[None] | None" = None
    ended_by: str = ""
    _signal: Signal | None = None
    _interrupt: "asyncio.Future[None] | None" = None

    @property
    def live(self) -> bool:
        """Whether the call has not reached a final status."""
        return self.status not in TERMINAL

    @property
    def is_client(self) -> bool:
        """Whether the human side is a browser softphone."""
        return self.address.startswith("client:")

    @property
    def human_is_caller(self) -> bool:
        """Whether the person is the one who dialled."""
        return self.direction == "inbound"

    @property
    def duration(self) -> int:
        """Seconds since the answer, whole, 0 when it never was answered or is not over."""
        if self.answered is None or self.ended is None:
            return 0
        return max(0, round(self.ended - self.answered))

    def interrupt(self, signal: Signal) -> None:
        """Interrupt whatever runs, at once. A hang-up is never replaced by a redirect."""
        if isinstance(self._signal, HangUp):
            return
        self._signal = signal
        if self._interrupt and not self._interrupt.done():
            self._interrupt.set_result(None)

    def take_signal(self) -> Signal | None:
        """The pending interrupt, taken."""
        signal, self._signal = self._signal, None
        return signal

    async def race(self, work: Awaitable[T]) -> T:
        """Wait for `work`; raises Interrupted (and cancels `work`) as soon as the call is interrupted."""
        task = asyncio.ensure_future(work)
        self._interrupt = asyncio.get_running_loop().create_future()
        try:
            if self._signal is None:
                waiting: set[asyncio.Future[Any]] = {task, self._interrupt}
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if self._signal is not None:
                signal = self.take_signal()
                assert signal is not None  # noqa: S101 - narrowed for the type checker
                raise Interrupted(signal)
            return task.result()
        finally:
            self._interrupt = None
            if not task.done():
                task.cancel()


async def first_of(*works: Callable[[], Awaitable[Any]]) -> int:
    """Begin several waits, cancel all but the first to end; returns its index (the lowest when several).

    It takes functions, so that nothing is left un-awaited when it is cancelled before it began.
    """
    tasks: list[asyncio.Future[Any]] = [asyncio.ensure_future(work()) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for index, task in enumerate(tasks):
            if task.done():
                task.result()
                return index
        raise AssertionError("asyncio.wait returned with nothing done")
    finally:
        for task in tasks:
            if not task.done():
                task.cancel()
