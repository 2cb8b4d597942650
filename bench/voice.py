"""How soon webhooks are answered on a busy line, against a bare endpoint asked at the same moments.

`python -m bench.voice`: 200 calls in progress, which the carrier asks about as it does of callers who wait, and 20 new
calls a second, each of which is answered, asks for a person, waits and hangs up. A web process and a worker;
`baseline.py` (one select, one committed insert) is asked once for every webhook, in the same run. Quote the ratio.
"""

import argparse
import asyncio
import os
import re
import secrets
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import asyncpg

from app.core import migrate
from app.core.db import Database
from app.core.embedded_postgres import EmbeddedPostgres
from app.core.settings import Settings
from app.demo.run import service_environment
from app.demo.seed import seed
from app.demo.summary import MAIN_NUMBER
from bench.inbound import ACCOUNT, BARE_PORT, BASE_URL, SERVICE_PORT, answering, number, process, signed
from bench.load import percentile, post

IN_PROGRESS = 200
CALLS_PER_SECOND = 20
SECONDS = 20.0
ASKED_EVERY = 10.0  # s; the carrier asks again whenever a waiting caller's music has ended
LIVES = 4.0  # s a new call lives
LIMIT_MS = 100.0
NO_CARRIER = "http://127.0.0.1:9"  # nobody listens: what is measured here asks nobody
PATH = "/webhooks/twilio/voice"
_LENGTH = re.compile(rb"content-length: *([0-9]+)")
_ACTION = re.compile(r'action="([^"]+)"')


class Pool:
    """Connections kept alive to one port; as little work for an answer as can be, since the machine is shared with
    what is measured."""

    def __init__(self, port: int):
        self._port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, request: bytes) -> tuple[float, str]:
        """Milliseconds and body. Raises OSError or ValueError when it is no success."""
        while self._idle and self._idle[-1][0].at_eof():  # the server does not keep them for ever
            self._idle.pop()[1].close()
        reader, writer = (
            self._idle.pop() if self._idle else await asyncio.open_connection("127.0.0.1", self._port)
        )
        began = time.perf_counter()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        found = _LENGTH.search(head)
        body = await reader.readexactly(int(found.group(1)) if found else 0)
        took = (time.perf_counter() - began) * 1000
        self._idle.append((reader, writer))
        if not head.startswith(b"http/1.1 20"):
            raise ValueError(head.split(b"\r\n", 1)[0].decode())
        return took, body.decode()

    async def close(self) -> None:
        """Close them all."""
        for _, writer in self._idle:
            writer.close()
            await writer.wait_closed()


@dataclass
class Line:
    """Asks the product and, for each webhook, the bare endpoint, and notes how long both took (ms)."""

    product: Pool
    bare: Pool
    known: str
    product_ms: list[float] = field(default_factory=list)
    bare_ms: list[float] = field(default_factory=list)
    by_step: dict[str, list[float]] = field(default_factory=dict)
    failed: int = 0
    failures: set[str] = field(default_factory=set)

    async def ask(self, path: str, fields: dict[str, str]) -> str:
        """One webhook."""
        request = signed(path, {"AccountSid": ACCOUNT["account_sid"], **fields})
        query = urlencode({"number": self.known, "key": secrets.token_hex(8)})
        (ours, text), (bare, _) = await asyncio.gather(
            self.product.ask(request),
            self.bare.ask(post(f"/bare?{query}", f"127.0.0.1:{BARE_PORT}", b"", {})),
        )
        self.product_ms.append(ours)
        self.by_step.setdefault(path.partition("?")[0].rpartition("/")[2], []).append(ours)
        self.bare_ms.append(bare)
        return text

    async def waits(self, n: int) -> tuple[dict[str, str], str]:
        """A call that is answered and asks for a person; its fields, and the query of its addresses."""
        call = {"CallSid": "CA" + secrets.token_hex(16), "To": MAIN_NUMBER, "From": number(50_000_000 + n)}
        document = await self.ask(f"{PATH}/inbound", {**call, "CallStatus": "ringing"})
        action = _ACTION.search(document)
        if action is None:
            raise ValueError(f"no reply is asked for in {document}")
        address = urlsplit(action.group(1).replace("&amp;", "&"))
        live = {**call, "CallStatus": "in-progress"}
        await self.ask(f"{address.path}?{address.query}", {**live, "Digits": "0"})
        return live, "contact=" + address.query.partition("contact=")[2][:36]

    async def passing(self, n: int) -> None:
        """A new call: to the queue, a while there, and gone."""
        live, query = await self.waits(n)
        await self.ask(f"{PATH}/wait?{query}", live)
        await asyncio.sleep(LIVES)
        await self.ask(f"{PATH}/queue-left?{query}", {**live, "QueueResult": "hangup"})
        await self.ask(f"{PATH}/call-status", {**live, "CallStatus": "completed"})

    async def staying(self, n: int, until: float) -> None:
        """One of the calls in progress."""
        live, query = await self.waits(n)
        await asyncio.sleep(ASKED_EVERY * secrets.randbelow(1000) / 1000)
        while time.perf_counter() < until:
            await self.ask(f"{PATH}/wait?{query}", live)
            await asyncio.sleep(ASKED_EVERY)


async def measure(line: Line, in_progress: int, rate: float, seconds: float) -> None:
    """Fill the line, forget what that took, then let the new calls come."""

    async def counted(work: Callable[[], Awaitable[object]]) -> None:
        try:
            await work()
        except (OSError, EOFError, ValueError) as error:
            line.failed += 1
            line.failures.add(repr(error)[:200])

    until = time.perf_counter() + in_progress / rate + seconds
    tasks = []
    for n in range(in_progress):
        tasks.append(asyncio.ensure_future(counted(lambda n=n: line.staying(n, until))))  # type: ignore[misc]
        await asyncio.sleep(1 / rate)
    line.product_ms.clear()
    line.bare_ms.clear()
    line.by_step.clear()
    for n in range(round(rate * seconds)):
        number_ = in_progress + n
        tasks.append(asyncio.ensure_future(counted(lambda n=number_: line.passing(n))))  # type: ignore[misc]
        await asyncio.sleep(1 / rate)
    await asyncio.gather(*tasks)


def report(line: Line, in_progress: int, rate: float, seconds: float) -> bool:
    """Print what was measured; whether the 99th percentile keeps its limit."""
    ours, bare = percentile(line.product_ms, 0.99), percentile(line.bare_ms, 0.99)
    print(
        f"\nwebhooks, {in_progress} calls in progress and {rate:g} new ones a second for {seconds:g} s:"
        f" {len(line.product_ms)} answered, {line.failed} failed"
    )
    print(f"product    p50 {percentile(line.product_ms, 0.5):6.1f} ms   p99 {ours:6.1f} ms")
    for failure in sorted(line.failures):
        print(f"  failed: {failure}")
    for step, times in sorted(line.by_step.items()):
        p50, p99 = percentile(times, 0.5), percentile(times, 0.99)
        print(f"  {step:<12} p50 {p50:6.1f} ms   p99 {p99:6.1f} ms   {len(times):5}")
    print(f"baseline   p50 {percentile(line.bare_ms, 0.5):6.1f} ms   p99 {bare:6.1f} ms")
    print(f"ratio      {ours / bare:.2f} times the baseline's p99 (limit for the product: {LIMIT_MS:.0f} ms)")
    return ours < LIMIT_MS and not line.failed


async def main(words: list[str]) -> int:
    """Set up, measure, print; 1 when the limit is not kept."""
    parser = argparse.ArgumentParser(prog="python -m bench.voice", description=__doc__)
    parser.add_argument("--in-progress", type=int, default=IN_PROGRESS)
    parser.add_argument("--rate", type=float, default=CALLS_PER_SECOND, help="new calls a second")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as folder:
        os.chmod(folder, 0o755)
        with EmbeddedPostgres(Path(folder) / "pg") as running:
            known = await prepare(running.dsn)
            environment = service_environment(
                Settings(port=SERVICE_PORT), running.dsn, ACCOUNT, BASE_URL, NO_CARRIER
            )
            environment["SWITCHBOARD_LOG_LEVEL"] = "error"
            with (
                process(["-m", "app", "serve"], environment),
                process(["-m", "app", "worker"], environment),
                process(["-m", "bench.baseline", str(BARE_PORT), running.dsn], {}),
            ):
                await answering(f"{BASE_URL}/healthz")
                await answering(f"http://127.0.0.1:{BARE_PORT}/docs")
                line = Line(Pool(SERVICE_PORT), Pool(BARE_PORT), known)
                await measure(line, asked.in_progress, asked.rate, asked.seconds)
                await line.product.close()
                await line.bare.close()
    return 0 if report(line, asked.in_progress, asked.rate, asked.seconds) else 1


async def prepare(dsn: str) -> str:
    """The demo centre; returns a number that is known there."""
    await migrate.upgrade(dsn)
    database = Database(dsn, pool_size=2)
    await database.open()
    await seed(database, Settings())
    await database.close()
    connection = await asyncpg.connect(dsn)
    await connection.execute("create table bench_rows (key text, customer_id uuid)")
    known: str = await connection.fetchval("select value from identities where kind = 'phone' limit 1")
    await connection.close()
    return known


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
