"""How soon an agent's socket hears of a caller who asked for a human, at 20 calls a second.

From the moment the key press leaves for the webhook to the moment the `offer.made` frame is read, with router, jobs
and web in one process (`serve --all`), 40 agents on sockets; each caller hangs up once offered.
"""

import asyncio
import contextlib
import itertools
import re
import secrets
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import orjson
from twilio.request_validator import RequestValidator
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from app.agents import accounts
from app.core.db import Database
from app.demo.summary import MAIN_NUMBER
from bench.load import percentile

AGENTS = 40
CALLS_PER_SECOND = 20
SECONDS = 15
HEARTBEAT_SECONDS = 8
PASSWORD = "bench-password"
COMMAND_HEADERS = {"X-Requested-With": "switchboard"}
_ACTION = re.compile(r'action="([^"]+)"')
_CONTACT = re.compile(r"contact=([0-9a-f-]{36})")


async def add_agents(dsn: str) -> list[str]:
    """Agents who serve every queue with every skill; returns their logins."""
    database = Database(dsn, pool_size=2)
    await database.open()
    password_hash = accounts.hash_password(PASSWORD)
    logins = [f"bench{n}" for n in range(AGENTS)]
    async with database.transaction() as tx:
        for n, login in enumerate(logins):
            agent_id = await accounts.create(
                tx,
                number=5000 + n,
                login=login,
                display_name=f"Agent {n}",
                password_hash=password_hash,
                role="agent",
                locale="en",
            )
            await tx.execute(
                "insert into agent_queues (agent_id, queue_id) select $1, id from queues", agent_id
            )
            await tx.execute(
                "insert into agent_skills (agent_id, skill, level) select $1, key, 5 from skills", agent_id
            )
    await database.close()
    return logins


class Floor:
    """All agents' sockets, and who was told of which contact when."""

    def __init__(self, base_url: str):
        self._base_url = base_url
        self._told: dict[str, float] = {}
        self._waiting: dict[str, asyncio.Event] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self, login: str) -> None:
        """Sign in, connect, be available."""
        async with httpx.AsyncClient(base_url=self._base_url, headers=COMMAND_HEADERS, timeout=20) as http:
            answer = await http.post("/api/v1/session", json={"login": login, "password": PASSWORD})
            answer.raise_for_status()
            ticket = (await http.post("/api/v1/session/socket-ticket")).json()["ticket"]
            address = self._base_url.replace("http", "ws", 1) + "/ws/agent"
            socket = await connect(address, origin=self._base_url, compression=None)  # type: ignore[arg-type]
            await socket.send(orjson.dumps({"id": 1, "type": "hello", "ticket": ticket}).decode())
            self._tasks.append(asyncio.ensure_future(self._read(socket)))
            self._tasks.append(asyncio.ensure_future(self._beat(socket)))
            (await http.put("/api/v1/agents/me/presence", json={"presence": "available"})).raise_for_status()

    async def _read(self, socket: Any) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for raw in socket:
                now = time.perf_counter()
                message = orjson.loads(raw)
                for event in message.get("events", ()):
                    if event["type"] == "offer.made":
                        contact = event["offer"]["contact_id"]
                        self._told.setdefault(contact, now)
                        self._waiting.setdefault(contact, asyncio.Event()).set()

    async def _beat(self, socket: Any) -> None:
        """An agent whose heartbeats stop counts as lost."""
        with contextlib.suppress(ConnectionClosed):
            for n in itertools.count(2):
                await asyncio.sleep(HEARTBEAT_SECONDS)
                await socket.send(orjson.dumps({"id": n, "type": "heartbeat"}).decode())

    async def told(self, contact: str, limit_seconds: float) -> float:
        """When the contact's offer was read."""
        await asyncio.wait_for(self._waiting.setdefault(contact, asyncio.Event()).wait(), limit_seconds)
        return self._told[contact]

    async def close(self) -> None:
        """Stop reading."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class Carrier:
    """Sends signed webhooks."""

    def __init__(self, base_url: str, account: dict[str, str]):
        self._http = httpx.AsyncClient(base_url=base_url, timeout=15, limits=httpx.Limits(max_connections=50))
        self._base_url, self._account = base_url, account
        self._validator = RequestValidator(account["auth_token"])

    async def post(self, path: str, fields: dict[str, str]) -> str:
        """One webhook; the answer's body."""
        form = {"AccountSid": self._account["account_sid"], **fields}
        signature = self._validator.compute_signature(self._base_url + path, form)
        answer = await self._http.post(
            path,
            content=urlencode(form),
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Twilio-Signature": signature,
            },
        )
        answer.raise_for_status()
        return answer.text

    async def close(self) -> None:
        """Close the pool."""
        await self._http.aclose()


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    if found is None:
        raise ValueError(f"no {pattern.pattern} in {text!r}")
    return found.group(1)


async def one_call(carrier: Carrier, floor: Floor, number: str) -> float:
    """A call that asks for a human; milliseconds from the key press to the offer's frame."""
    sid = "CA" + secrets.token_hex(16)
    call = {"CallSid": sid, "To": MAIN_NUMBER, "From": number, "CallStatus": "ringing"}
    document = await carrier.post("/webhooks/twilio/voice/inbound", call)
    action = urlsplit(_first(_ACTION, document).replace("&amp;", "&"))
    contact = _first(_CONTACT, action.query)
    started = time.perf_counter()
    await carrier.post(f"{action.path}?{action.query}", {**call, "CallStatus": "in-progress", "Digits": "0"})
    told = await floor.told(contact, 10)
    await carrier.post("/webhooks/twilio/voice/call-status", {"CallSid": sid, "CallStatus": "completed"})
    return (told - started) * 1000


async def measure(base_url: str, dsn: str, account: dict[str, str], numbers: list[str]) -> None:
    """Open the floor, call at the given rate, print."""
    logins = await add_agents(dsn)
    floor, carrier = Floor(base_url), Carrier(base_url, account)
    for login in logins:
        await floor.open(login)
    for number in numbers[:40]:
        await one_call(carrier, floor, number)  # warm-up, one after the other
    calls: list[asyncio.Task[float]] = []
    for n in range(CALLS_PER_SECOND * SECONDS):
        calls.append(asyncio.ensure_future(one_call(carrier, floor, numbers[40 + n])))
        await asyncio.sleep(1 / CALLS_PER_SECOND)
    results = await asyncio.gather(*calls, return_exceptions=True)
    waits = [r for r in results if isinstance(r, float)]
    failures = sorted({type(r).__name__ for r in results if not isinstance(r, float)})
    print(f"\nkey press to offer frame, {CALLS_PER_SECOND} calls/s for {SECONDS} s, {AGENTS} agents")
    print(
        f"p50 {percentile(waits, 0.5):.1f} ms   p95 {percentile(waits, 0.95):.1f} ms   "
        f"p99 {percentile(waits, 0.99):.1f} ms   worst {max(waits):.1f} ms   "
        f"failed {len(results) - len(waits)} {failures}"
    )
    await floor.close()
    await carrier.close()
