"""Sends webhooks: signed, timed, in lanes that keep order per call, conference and recording, with injected faults."""

import asyncio
import random
import uuid
from collections import deque
from typing import Any

import httpx

from simulator.clock import Clock
from simulator.config import SimulatorConfig
from simulator.faults import FaultEffect, FaultRule, Faults
from simulator.journal import EntryKind, Journal
from simulator.overrides import Overrides, overrides_of
from simulator.transport import NO_ANSWER, Answer, ConnectFailedError, Transport, Webhook

__all__ = ["FetchFailedError", "Webhook", "WebhookSender"]
TWIML_TYPES = frozenset({"text/xml", "application/xml", "text/html"})
FETCH_RETRIES = 1  # of a document, after a failed connection; status callbacks have none
TERMINAL_HOLD = 3.0  # s progress is held back so that its last event can go first


class FetchFailedError(Exception):
    """A document could not be had. `code` is Twilio's error code."""

    def __init__(self, code: int, url: str, message: str) -> None:
        super().__init__(f"{code} {url}: {message}")
        self.code = code
        self.url = url


class WebhookSender:
    """Talks to the peer; tries again only as the URL's connection overrides say."""

    def __init__(
        self,
        config: SimulatorConfig,
        clock: Clock,
        journal: Journal,
        faults: Faults,
        rng: random.Random,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._config = config
        self._clock = clock
        self._journal = journal
        self._faults = faults
        self._rng = rng
        self._line = Transport(config, clock, journal, rng, transport)
        self._lanes: dict[str, deque[Webhook]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._play_lengths: dict[str, float | None] = {}
        self.delivered: set[str] = set()

    async def fetch(self, hook: Webhook) -> bytes:
        """Ask the peer for a document; raises FetchFailedError. Not stopped when the asker is cancelled."""
        task = asyncio.create_task(self._fetch(hook))
        self._keep(task)
        return await asyncio.shield(task)

    async def _fetch(self, hook: Webhook) -> bytes:
        rules = self._faults.for_webhook(hook.kind, hook.event, hook.call_sid)
        await self._clock.sleep(self._latency() + _delay_of(rules))
        self._faults.people(rules, hook.call_sid, after=False)
        answer = await self._persist(hook, rules, FETCH_RETRIES)
        self._repeat(hook, rules)
        self._faults.people(rules, hook.call_sid, after=True)
        if answer.status == NO_ANSWER:
            raise FetchFailedError(11200, hook.url, "no answer in time")
        if not 200 <= answer.status < 300:
            raise FetchFailedError(11217, hook.url, f"answered {answer.status}")
        if answer.body and answer.content_type not in TWIML_TYPES:
            raise FetchFailedError(12300, hook.url, f"content type {answer.content_type!r} is not XML")
        return answer.body

    async def _persist(self, hook: Webhook, rules: list[FaultRule], retries: int) -> Answer:
        """Send, and again as the overrides allow. Raises FetchFailedError when there is no connection."""
        limits = overrides_of(hook.url)
        left = retries if limits.retries is None else limits.retries
        token = str(uuid.UUID(int=self._rng.getrandbits(128)))
        shown = token if self._config.knobs.idempotency_header == "always" else None
        while True:
            outcome, answer = await self._once(hook, rules, shown)
            if left <= 0 or not _wants_more(limits, outcome, answer):
                break
            left, rules = left - 1, []
            shown = None if self._config.knobs.idempotency_header == "never" else token
            await self._clock.sleep(self._latency())
        if outcome == "ct":
            raise FetchFailedError(11205, hook.url, "connection refused")
        return answer

    async def _once(self, hook: Webhook, rules: list[FaultRule], token: str | None) -> tuple[str, Answer]:
        try:
            answer = await self._line.send(hook, rules, token)
        except ConnectFailedError as error:
            return "ct", Answer(0, b"", str(error))
        return ("rt" if answer.status == NO_ANSWER else "answered"), answer

    def post(self, hook: Webhook) -> None:
        """Send a callback whose answer does not matter, after the earlier ones of its lane."""
        lane = self._lanes.get(hook.lane)
        if lane is None:
            lane = self._lanes[hook.lane] = deque()
            self._keep(asyncio.create_task(self._drain(hook.lane, lane)))
        lane.append(hook)

    async def _drain(self, name: str, lane: deque[Webhook]) -> None:
        # The first turn of the loop runs after post() has put its webhook in.
        while lane:
            hook = lane.popleft()
            rules = self._faults.for_webhook(hook.kind, hook.event, hook.call_sid)
            await self._clock.sleep(self._latency() + _delay_of(rules))
            effects = {rule.effect for rule in rules}
            if FaultEffect.TERMINAL_FIRST in effects:
                await self._clock.sleep(TERMINAL_HOLD)
                while lane:
                    await self._deliver(lane.pop(), [])
            if FaultEffect.SWAP in effects and lane:
                await self._deliver(lane.popleft(), [])
            await self._deliver(hook, rules)
        del self._lanes[name]

    async def _deliver(self, hook: Webhook, rules: list[FaultRule]) -> None:
        self._faults.people(rules, hook.call_sid, after=False)
        try:
            answer = await self._persist(hook, rules, 0)
        except FetchFailedError:
            pass
        else:
            if answer.status >= 300:
                title = f"11200 status callback answered {answer.status}"
                self._journal.add(EntryKind.ERROR, title, hook.call_sid, url=hook.url)
        if hook.call_sid:
            self.delivered.add(hook.call_sid)
            self._journal.recheck()
        self._repeat(hook, rules)
        self._faults.people(rules, hook.call_sid, after=True)

    def _repeat(self, hook: Webhook, rules: list[FaultRule]) -> None:
        for rule in rules:
            if rule.effect is FaultEffect.DUPLICATE:
                self._keep(asyncio.create_task(self._duplicate(hook, rule)))

    async def _duplicate(self, hook: Webhook, rule: FaultRule) -> None:
        token = str(uuid.UUID(int=self._rng.getrandbits(128)))
        for _ in range(rule.times):
            await self._clock.sleep(rule.delay)
            if rule.fresh_token:
                token = str(uuid.UUID(int=self._rng.getrandbits(128)))
            await self._once(hook, [], token)

    async def play_length(self, url: str) -> float | None:
        """Seconds of the audio at `url`, asked for once; None when it is not there."""
        if url not in self._play_lengths:
            self._play_lengths[url] = await self._line.audio_length(url)
        return self._play_lengths[url]

    def _latency(self) -> float:
        return self._rng.uniform(self._config.knobs.latency_min, self._config.knobs.latency_max)

    def _keep(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that an abandoned fetch leaves no warning

    async def close(self) -> None:
        """Stop everything that is still on its way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._line.close()


def _wants_more(limits: Overrides, outcome: str, answer: Answer) -> bool:
    return (outcome != "answered" or answer.status >= 400) and limits.again(outcome, answer.status)


def _delay_of(rules: list[FaultRule]) -> float:
    return sum(rule.delay for rule in rules if rule.effect is FaultEffect.DELAY)
