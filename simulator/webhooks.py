"""Sends webhooks: signed, timed, in lanes that keep order per call and conference, with injected faults."""

import asyncio
import random
import uuid
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx

from simulator.clock import Clock
from simulator.config import SimulatorConfig
from simulator.faults import FaultEffect, FaultRule, Faults
from simulator.journal import EntryKind, Journal
from simulator.signature import sign, signed_url

CONTENT_TYPE = "application/x-www-form-urlencoded; charset=UTF-8"
TWIML_TYPES = frozenset({"text/xml", "application/xml", "text/html"})
MAX_CONNECTIONS = 1_000  # requests on their way at once
GARBAGE = b"<html><body>502 Bad Gateway"


@dataclass(frozen=True, slots=True)
class Webhook:
    """One request to the peer. `lane` keeps order among status callbacks of one call or conference."""

    kind: str
    url: str
    params: Mapping[str, str]
    method: str = "POST"
    call_sid: str | None = None
    lane: str = ""

    @property
    def event(self) -> str | None:
        """The event a fault rule may ask for."""
        return self.params.get("StatusCallbackEvent") or self.params.get("CallStatus")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the peer answered."""

    status: int
    body: bytes
    content_type: str


class FetchFailedError(Exception):
    """A document could not be had. `code` is Twilio's error code."""

    def __init__(self, code: int, url: str, message: str) -> None:
        super().__init__(f"{code} {url}: {message}")
        self.code = code
        self.url = url


class _ConnectFailedError(Exception):
    pass


class WebhookSender:
    """Talks to the peer. Nothing is retried but a TwiML fetch that could not connect, once."""

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
        self._http = httpx.AsyncClient(
            transport=transport,
            timeout=config.knobs.http_timeout,
            limits=httpx.Limits(max_connections=MAX_CONNECTIONS),
            trust_env=False,
        )
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
        token = str(uuid.UUID(int=self._rng.getrandbits(128)))
        try:
            answer = await self._send(hook, rules)
        except _ConnectFailedError as first:
            await self._clock.sleep(self._latency())
            try:
                answer = await self._send(hook, [], token)
            except _ConnectFailedError:
                raise FetchFailedError(11205, hook.url, str(first)) from first
        self._repeat(hook, rules)
        if any(rule.effect is FaultEffect.GARBLE for rule in rules):
            answer = Answer(200, GARBAGE, "text/html")
        if not 200 <= answer.status < 300:
            raise FetchFailedError(11217, hook.url, f"answered {answer.status}")
        if answer.body and answer.content_type not in TWIML_TYPES:
            raise FetchFailedError(12300, hook.url, f"content type {answer.content_type!r} is not XML")
        return answer.body

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
            if any(rule.effect is FaultEffect.SWAP for rule in rules) and lane:
                await self._deliver(lane.popleft(), [])
            await self._deliver(hook, rules)
        del self._lanes[name]

    async def _deliver(self, hook: Webhook, rules: list[FaultRule]) -> None:
        try:
            answer = await self._send(hook, rules)
        except _ConnectFailedError:
            pass
        else:
            if answer.status >= 300:
                self._journal.add(
                    EntryKind.ERROR,
                    f"11200 status callback answered {answer.status}",
                    hook.call_sid,
                    url=hook.url,
                )
        if hook.call_sid:
            self.delivered.add(hook.call_sid)
            self._journal.recheck()
        self._repeat(hook, rules)

    def _repeat(self, hook: Webhook, rules: list[FaultRule]) -> None:
        for rule in rules:
            if rule.effect is FaultEffect.DUPLICATE:
                self._keep(asyncio.create_task(self._duplicate(hook, rule)))

    async def _duplicate(self, hook: Webhook, rule: FaultRule) -> None:
        for _ in range(rule.times):
            await self._clock.sleep(rule.delay)
            try:
                await self._send(replace(hook), [])
            except _ConnectFailedError:
                continue

    async def _send(self, hook: Webhook, rules: list[FaultRule], retry_token: str | None = None) -> Answer:
        effects = {rule.effect for rule in rules}
        began = asyncio.get_running_loop().time()
        if FaultEffect.DROP in effects:
            self._note(hook, "dropped", began)
            raise _ConnectFailedError("connection refused (injected fault)")
        request = self._request(hook, FaultEffect.BAD_SIGNATURE in effects, retry_token)
        with self._clock.busy():
            try:
                async with asyncio.timeout(self._config.knobs.http_timeout):
                    response = await self._http.send(request)
            except httpx.ConnectError as error:
                self._note(hook, "connect failed", began)
                raise _ConnectFailedError(str(error)) from error
            except (TimeoutError, httpx.HTTPError) as error:
                self._note(hook, "no answer", began)
                return Answer(599, b"", type(error).__name__)
            except Exception as error:
                self._note(hook, f"peer raised {type(error).__name__}", began)
                return Answer(500, b"", "")
        content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        self._note(hook, str(response.status_code), began)
        return Answer(response.status_code, response.content, content_type)

    def _request(self, hook: Webhook, bad_signature: bool, retry_token: str | None) -> httpx.Request:
        url = signed_url(hook.url)
        params = dict(hook.params)
        if hook.method == "GET":
            parts = urlsplit(url)
            query = "&".join(part for part in (parts.query, urlencode(params)) if part)
            url, params = urlunsplit(parts._replace(query=query)), {}
        token = self._config.auth_token + ("?" if bad_signature else "")
        headers = {
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "X-Home-Region": "us1",
            "X-Twilio-Signature": sign(token, url, params),
        }
        if retry_token:
            headers["I-Twilio-Idempotency-Token"] = retry_token
        if hook.method == "GET":
            return self._http.build_request("GET", url, headers=headers)
        headers["Content-Type"] = CONTENT_TYPE
        return self._http.build_request("POST", url, headers=headers, content=urlencode(params).encode())

    async def play_length(self, url: str) -> float | None:
        """Seconds of the audio at `url` (X-Sim-Duration, or a WAV header); None when it is not there."""
        if url not in self._play_lengths:
            self._play_lengths[url] = await self._probe(url)
        return self._play_lengths[url]

    async def _probe(self, url: str) -> float | None:
        with self._clock.busy():
            try:
                response = await self._http.get(url, timeout=5.0)
            except httpx.HTTPError:
                return None
            except Exception:
                return None
        if response.status_code != 200:
            return None
        stated = response.headers.get("x-sim-duration")
        if stated is not None:
            return float(stated)
        body = response.content
        if body[:4] == b"RIFF" and body[12:16] == b"fmt ":
            byte_rate = int.from_bytes(body[28:32], "little")
            return (len(body) - 44) / byte_rate if byte_rate else None
        return self._config.knobs.wait_music_length

    def _latency(self) -> float:
        return self._rng.uniform(self._config.knobs.latency_min, self._config.knobs.latency_max)

    def _note(self, hook: Webhook, outcome: str, began: float) -> None:
        milliseconds = round((asyncio.get_running_loop().time() - began) * 1000)
        title = f"{hook.kind} {hook.event or ''}".strip()
        self._journal.add(
            EntryKind.WEBHOOK,
            title,
            hook.call_sid,
            kind=hook.kind,
            method=hook.method,
            url=hook.url,
            path=urlsplit(hook.url).path,
            params=dict(hook.params),
            status=outcome,
            ms=milliseconds,
        )

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
        await self._http.aclose()


def _delay_of(rules: list[FaultRule]) -> float:
    return sum(rule.delay for rule in rules if rule.effect is FaultEffect.DELAY)
