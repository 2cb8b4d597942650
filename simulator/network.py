"""The simulated network: one account, its calls, queues, conferences, and the people who use them."""

import asyncio
import random
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Protocol, TypeVar

import httpx

from simulator import programs, scripts
from simulator.account import Account
from simulator.addresses import split_address
from simulator.audio import Audio
from simulator.calls import Call, CallStatus, Decision, HangUp
from simulator.clock import Clock, RealClock
from simulator.conferences import Conferences
from simulator.config import SimulatorConfig
from simulator.endpoints import Endpoints
from simulator.faults import Faults
from simulator.hearing import Hearing, Timeline
from simulator.ids import SidFactory
from simulator.journal import EntryKind, Journal
from simulator.oracles import ProductReport, Violation, find_violations
from simulator.people import People
from simulator.phones import ClientPhone, Phone
from simulator.queues import Queues
from simulator.recordings import Recordings
from simulator.replay import RUN
from simulator.services import Services
from simulator.sources import Source
from simulator.texts import Texts
from simulator.verbs import VERBS
from simulator.waiting import Waiting
from simulator.webhook_fields import progress_fields
from simulator.webhooks import Webhook, WebhookSender

T = TypeVar("T")
PROGRESS_STATUS = {"initiated": "initiated", "ringing": "ringing", "answered": "in-progress"}


class Phoned(Protocol):
    """Something with a CallSid: a Call, or a person of the test language at one."""

    @property
    def sid(self) -> str:
        """The CallSid."""


class Simulator(Waiting, Services):
    """Usable in-process and as the heart of the server. Start nothing, just call; `close()` at the end."""

    def __init__(
        self,
        config: SimulatorConfig,
        clock: Clock | None = None,
        http_transport: httpx.AsyncBaseTransport | None = None,
        seed: int | None = None,
        journal_path: Path | None = None,
    ) -> None:
        """`http_transport` carries the webhooks (an httpx.ASGITransport of the peer in tests); without a
        `seed` SIDs differ from run to run."""
        self.config = config
        self.clock = clock or RealClock()
        self.seed = seed
        self.sids = SidFactory(self._chance("sids"))
        self.journal = Journal(self.clock.now, journal_path)
        self.journal.add(EntryKind.INPUT, RUN, seed=seed)
        self.faults = Faults(self._chance("faults"), self.journal)
        self.sender = WebhookSender(
            config, self.clock, self.journal, self.faults, self._chance("line"), http_transport
        )
        self.account = Account(config, self.clock.now())
        self.queues = Queues(self.sids, self.journal)
        self.conferences = Conferences(self)
        self.recordings = Recordings(self)
        self.endpoints = Endpoints(self.journal)
        self.audio = Audio(self)
        self.hearing = Hearing(self)
        self.people = People(self)
        self.texts = Texts(self)
        self.verbs = VERBS
        self.calls: dict[str, Call] = {}
        self.violations: list[Violation] = []
        self._made = 0
        self.next_create_at = 0.0
        self.next_create_delay = 0.0
        self.rest_times: list[float] = []
        self.faults.hang_up = self.people.drop
        self._tasks: set[asyncio.Task[Any]] = set()
        self.hear = self.audio.hear
        self.hush = self.audio.hush
        self.audio_changed = self.audio.changed
        self.forever = programs.forever

    def _chance(self, what: str) -> random.Random:
        """A stream of chance of its own, so that one more draw of one kind does not shift all others."""
        return random.Random() if self.seed is None else random.Random(f"{self.seed}/{what}")

    # ---- people (see People and phones.py for what they do)

    def phone(self, number: str | None) -> Phone:
        """A telephone to script a person with; None withholds the number."""
        return Phone(self, number)

    def client(self, identity: str) -> ClientPhone:
        """An agent's softphone, registered from now on."""
        return ClientPhone(self, identity)

    def hears(self, listener: Phoned, speaker: Phoned, t: float | None = None) -> bool:
        """Whether the person at one call hears the one at the other, now or at a virtual moment `t`."""
        if t is None:
            return (listener.sid, speaker.sid) in self.hearing.now
        return Timeline(self.journal).hears(listener.sid, speaker.sid, t)

    # ---- calls

    def new_call(self, from_: str, to: str, direction: str, address: str) -> Call:
        """A call that does nothing yet."""
        call = Call(
            self.sids.make("CA"), from_, to, direction, address, self.clock.now(), updated=self.clock.now()
        )
        call.first_n = self.journal.last_n
        self._made += 1
        call.number = self._made
        self.calls[call.sid] = call
        self.journal.add(EntryKind.CALL, "created", call.sid, direction=direction, to=to, **{"from": from_})
        return call

    def new_leg(
        self, from_: str, to: str, direction: str = "outbound-api", parent: Call | None = None
    ) -> Call:
        """An outbound leg; `client:x?a=1` rings client x with custom parameters."""
        address, custom = split_address(to)
        call = self.new_call(from_, address, direction, address)
        call.custom = custom
        call.parent_sid = parent.sid if parent else None
        return call

    def start_leg(self, call: Call, source: Source, timeout: float) -> None:
        """Dial a leg and follow `source` once it is answered; paced by the account's create limit."""
        call.queue_time = self.create_queue() + self.next_create_delay
        self.next_create_delay = 0.0
        rate = self.config.knobs.creates_per_second
        if rate > 0:
            self.next_create_at = max(self.clock.now(), self.next_create_at) + 1 / rate
        call.task = self.spawn(programs.run_leg(self, call, source, timeout))

    def create_queue(self) -> float:
        """Seconds a call made now waits for the account's create limit."""
        limited = self.config.knobs.creates_per_second > 0
        return max(0.0, self.next_create_at - self.clock.now()) if limited else 0.0

    def start_inbound(self, call: Call, source: Source) -> None:
        """Let an inbound call follow its number's instructions."""
        call.status = CallStatus.RINGING
        call.started = self.clock.now()
        call.task = self.spawn(programs.run_call(self, call, source))

    def ringing(self, call: Call) -> None:
        """The callee's device rings."""
        self._set_status(call, CallStatus.RINGING)
        self.progress(call, "ringing")
        if call.participant:
            self.conferences.sound.ringback(call.participant)
        self.notify(call, "incoming", **{"from": call.from_}, params=call.custom)

    def answered(self, call: Call) -> None:
        """Somebody (or the first audible verb) answered."""
        call.answered = self.clock.now()
        self._set_status(call, CallStatus.IN_PROGRESS)
        self.progress(call, "answered")
        self.notify(call, "connected")
        if call.record:
            self.recordings.begin(call, **call.record)
        if call.script:
            self.spawn(scripts.act(self, call, call.script))
        if call.is_client:
            self._check_single_leg(call)
        if call.time_limit:
            self.clock.call_later(call.time_limit, lambda: self.hang_up(call, by="network"))
        self.audio_changed(call)

    def _check_single_leg(self, call: Call) -> None:
        others = [c for c in self.calls.values() if c.address == call.address and c.answered and c.live]
        if len(others) > 1:
            self.violation("O3", f"{call.address} has {len(others)} live legs", call.sid)

    def finish(self, call: Call, status: CallStatus) -> None:
        """The call is over; harmless when it was already."""
        if not call.live:
            return
        call.ended = self.clock.now()
        self._set_status(call, status)
        call.hearing = None
        if call.participant:
            reason = "participant_hung_up" if call.participant.joined else "participant_add_failed"
            self.conferences.leave(call.participant, reason, gone=True)
        self.audio_changed(call)
        self.recordings.finish_all(call)
        self.progress(call, "completed")
        self.notify(call, "disconnected", reason=call.ended_by or status.value)

    def progress(self, call: Call, event: str) -> None:
        """Send the status callback of a progress event, if it is subscribed."""
        callback = call.status_callback
        if callback is None or event not in callback.events:
            return
        status = PROGRESS_STATUS.get(event, call.status.value)
        fields = progress_fields(self.config.account_sid, call, status, self.clock.now())
        call.sequence += 1
        self.sender.post(Webhook("voice.status", callback.url, fields, callback.method, call.sid, call.sid))

    def _set_status(self, call: Call, status: CallStatus) -> None:
        call.status = status
        call.updated = self.clock.now()
        self.journal.add(EntryKind.CALL, status.value, call.sid, ended_by=call.ended_by or None)

    def decide(self, call: Call, kind: str, sip_code: int | None = None) -> bool:
        """The person rung decides: answered, rejected, busy. False when there is nothing to decide."""
        if call.decision is None or call.decision.done() or call.status is not CallStatus.RINGING:
            return False
        call.decision.set_result(Decision(kind, sip_code))
        return True

    def hang_up(self, call: Call, by: str) -> None:
        """End a live call. `by`: caller, callee, api, network."""
        if call.live:
            call.interrupt(HangUp(by))

    # ---- telling

    def notify(self, call: Call, event: str, **fields: Any) -> None:
        """Tell the softphones of a client leg."""
        if call.is_client:
            for device in self.endpoints.devices(call.address):
                device.notify({"type": event, "call_sid": call.sid, **fields})

    def violation(self, oracle: str, message: str, call_sid: str | None = None) -> None:
        """Record that an oracle is violated."""
        self.violations.append(Violation(oracle, message, call_sid, self.clock.now()))
        self.journal.add(EntryKind.ERROR, f"{oracle}: {message}", call_sid, oracle=oracle)

    def oracles(self, report: ProductReport | None = None) -> list[Violation]:
        """All violations so far and those of this moment, with the product's report if there is one."""
        return find_violations(self, report)

    def spawn(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Run something in the background; a failure of the simulator itself is journalled."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._reap)
        return task

    def _reap(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self.violation("O9", f"the simulator itself failed: {error!r}")

    async def close(self) -> None:
        """Drop everything that still runs."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.sender.close()
        self.journal.close()
