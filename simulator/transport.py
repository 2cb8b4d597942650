"""Carries one signed request to the peer, with the faults of the line; journals each."""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx

from simulator.clock import Clock
from simulator.config import SimulatorConfig
from simulator.faults import FORGE_EFFECTS, SHAPE_EFFECTS, FaultEffect, FaultRule
from simulator.forgeries import forge
from simulator.journal import EntryKind, Journal
from simulator.overrides import overrides_of
from simulator.shapes import Pairs, reshape
from simulator.signature import sign, signed_url

CONTENT_TYPE = "application/x-www-form-urlencoded; charset=UTF-8"
MAX_CONNECTIONS = 1_000  # requests on their way at once
GARBAGE = b"<html><body>502 Bad Gateway"
NO_ANSWER = 599  # status of an answer that never came


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
        named = self.params.get("StatusCallbackEvent") or self.params.get("RecordingStatus")
        return named or self.params.get("CallStatus") or self.params.get("MessageStatus")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the peer answered."""

    status: int
    body: bytes
    content_type: str


class ConnectFailedError(Exception):
    """The peer could not be reached."""


REPLACED = {
    FaultEffect.GARBLE: Answer(200, GARBAGE, "text/html"),
    FaultEffect.EMPTY: Answer(200, b"", "text/xml"),
    FaultEffect.ANSWER_500: Answer(500, GARBAGE, "text/html"),
    FaultEffect.ANSWER_404: Answer(404, b"", ""),
    FaultEffect.ANSWER_429: Answer(429, b"", ""),
    FaultEffect.TOO_SLOW: Answer(NO_ANSWER, b"", "TooSlow"),
}


class Transport:
    """The HTTP client of the network."""

    def __init__(
        self,
        config: SimulatorConfig,
        clock: Clock,
        journal: Journal,
        rng: random.Random,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._config = config
        self._clock = clock
        self._journal = journal
        self._rng = rng
        self._http = httpx.AsyncClient(
            transport=transport,
            timeout=config.knobs.http_timeout,
            limits=httpx.Limits(max_connections=MAX_CONNECTIONS),
            trust_env=False,
        )

    async def send(self, hook: Webhook, rules: list[FaultRule], token: str | None = None) -> Answer:
        """Send once; raises ConnectFailedError. `token` is the idempotency token, if one is shown."""
        effects = {rule.effect for rule in rules}
        for effect in sorted(FORGE_EFFECTS & effects):
            await self._forge(hook, effect)
        began = asyncio.get_running_loop().time()
        if FaultEffect.DROP in effects:
            self._note(hook, "dropped", began)
            raise ConnectFailedError("connection refused (injected fault)")
        pairs: Pairs = list(hook.params.items())
        for effect in sorted(SHAPE_EFFECTS & effects):
            pairs = reshape(effect, dict(pairs), self._rng)
        request = self._request(hook, pairs, FaultEffect.BAD_SIGNATURE in effects, token)
        answer = await self._exchange(hook, request, began)
        replaced = next((REPLACED[effect] for effect in REPLACED if effect in effects), None)
        return replaced or answer

    async def _exchange(
        self, hook: Webhook, request: httpx.Request, began: float, forged: str = ""
    ) -> Answer:
        limits = overrides_of(hook.url)
        patience = min(
            limit
            for limit in (self._config.knobs.http_timeout, limits.read, limits.total)
            if limit is not None
        )
        with self._clock.busy():
            try:
                async with asyncio.timeout(patience):
                    response = await self._http.send(request)
            except httpx.ConnectError as error:
                self._note(hook, "connect failed", began, forged)
                raise ConnectFailedError(str(error)) from error
            except (TimeoutError, httpx.HTTPError) as error:
                self._note(hook, "no answer", began, forged)
                return Answer(NO_ANSWER, b"", type(error).__name__)
            except Exception as error:
                self._note(hook, f"peer raised {type(error).__name__}", began, forged)
                return Answer(500, b"", "")
        content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        self._note(hook, str(response.status_code), began, forged)
        return Answer(response.status_code, response.content, content_type)

    async def _forge(self, hook: Webhook, effect: FaultEffect) -> None:
        """Send an attacker's request; how the peer took it is in the journal."""
        request = forge(effect, hook.url, hook.params, self._config.auth_token)
        began = asyncio.get_running_loop().time()
        try:
            await self._exchange(hook, request, began, effect.value)
        except ConnectFailedError:
            return

    def _request(
        self, hook: Webhook, pairs: Pairs, bad_signature: bool, idempotency_token: str | None
    ) -> httpx.Request:
        url = signed_url(hook.url)
        if hook.method == "GET":
            parts = urlsplit(url)
            query = "&".join(part for part in (parts.query, urlencode(pairs)) if part)
            url, pairs = urlunsplit(parts._replace(query=query)), []
        fields: dict[str, list[str]] = {}
        for key, value in pairs:
            fields.setdefault(key, []).append(value)
        token = self._config.auth_token + ("?" if bad_signature else "")
        headers = {
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "X-Home-Region": "us1",
            "X-Twilio-Signature": sign(token, url, fields),
        }
        if idempotency_token:
            headers["I-Twilio-Idempotency-Token"] = idempotency_token
        if hook.method == "GET":
            return self._http.build_request("GET", url, headers=headers)
        headers["Content-Type"] = CONTENT_TYPE
        return self._http.build_request("POST", url, headers=headers, content=urlencode(pairs).encode())

    async def audio_length(self, url: str) -> float | None:
        """Seconds of the audio at `url` (X-Sim-Duration, or a WAV header); None when it is not there."""
        with self._clock.busy():
            try:
                response = await self._http.get(url, timeout=5.0)
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

    def _note(self, hook: Webhook, outcome: str, began: float, forged: str = "") -> None:
        milliseconds = round((asyncio.get_running_loop().time() - began) * 1000)
        title = f"{hook.kind} {hook.event or ''}".strip()
        self._journal.add(
            EntryKind.WEBHOOK,
            f"forged {title}" if forged else title,
            hook.call_sid,
            kind=hook.kind,
            method=hook.method,
            url=hook.url,
            path=urlsplit(hook.url).path,
            params=dict(hook.params),
            status=outcome,
            ms=milliseconds,
            **({"forged": forged} if forged else {}),
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()
