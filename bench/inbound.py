"""The inbound webhook against a bare endpoint, and how soon the agent's socket hears of a queued caller.

`python -m bench.inbound`: a durable private PostgreSQL with 1,000,000 customers, the production route under
`switchboard serve` (pool of 4), the bare endpoint of `baseline.py` (pool of 4), the same load generator for both, in
turn, in the same run. Quote the ratios; single figures depend on the machine.
"""

import asyncio
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import asyncpg
import httpx
from twilio.request_validator import RequestValidator

from app.core import migrate
from app.core.db import Database
from app.core.embedded_postgres import EmbeddedPostgres
from app.core.settings import Settings
from app.demo.run import service_environment
from app.demo.seed import seed
from app.demo.summary import MAIN_NUMBER
from bench import offers
from bench.load import Measured, closed_loop, post

ROOT = Path(__file__).resolve().parents[1]
CUSTOMERS = 1_000_000
CONNECTIONS = 16
REQUESTS = 3000  # per round
ROUNDS = 5
SERVICE_PORT, BARE_PORT = 8765, 8766
ACCOUNT = {
    "account_sid": "AC" + "1" * 32,
    "auth_token": "bench-token",
    "api_key_sid": "SK" + "2" * 32,
    "api_key_secret": "bench-secret-bench-secret-bench-secret",
}
BASE_URL = f"http://127.0.0.1:{SERVICE_PORT}"
# The fields of a recorded call from abroad (most of the geographic ones are blank there).
_FIELDS = {
    "AccountSid": ACCOUNT["account_sid"],
    "ApiVersion": "2010-04-01",
    "CallStatus": "ringing",
    "Direction": "inbound",
    "To": MAIN_NUMBER,
    "Called": MAIN_NUMBER,
    "FromCountry": "TW",
    "CallerCountry": "TW",
    "ToCountry": "TW",
    "CalledCountry": "TW",
} | {f"{side}{part}": "" for side in ("From", "To", "Caller", "Called") for part in ("City", "State", "Zip")}


def number(n: int) -> str:
    """The phone of customer n: a valid Taiwanese mobile number."""
    return f"+8869{n:08d}"


async def fill(dsn: str) -> None:
    """The demo centre and a million customers with a verified number each."""
    await migrate.upgrade(dsn)
    database = Database(dsn, pool_size=2)
    await database.open()
    await seed(database, Settings())
    await database.close()
    connection = await asyncpg.connect(dsn)
    await connection.execute("create table if not exists bench_rows (key text, customer_id uuid)")
    # only while filling: no foreign-key checks, no waiting for the disk
    await connection.execute("set session_replication_role = replica; set synchronous_commit = off")
    if await connection.fetchval("select count(*) from customers") < CUSTOMERS:
        await connection.execute(
            """insert into customers (id, display_name, language, tier)
               select md5('bench' || n)::uuid, '客戶' || n, 'zh-Hant', 'standard' from generate_series(1, $1) n""",
            CUSTOMERS,
        )
        await connection.execute(
            """insert into identities (id, customer_id, kind, value, is_verified)
               select md5('identity' || n)::uuid, md5('bench' || n)::uuid, 'phone',
                      '+8869' || lpad((10000000 + n * 7)::text, 8, '0'), true
               from generate_series(1, $1) n""",
            CUSTOMERS,
        )
        await connection.execute("analyze")
    await connection.close()


def caller(n: int) -> str:
    """A known customer's number, spread over the million."""
    return f"+8869{10000000 + (1 + n * 7919 % CUSTOMERS) * 7:08d}"


def signed(path: str, fields: dict[str, str]) -> bytes:
    """A webhook as Twilio sends it."""
    signature = RequestValidator(ACCOUNT["auth_token"]).compute_signature(BASE_URL + path, fields)
    return post(
        path,
        f"127.0.0.1:{SERVICE_PORT}",
        urlencode(fields).encode(),
        {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": signature,
        },
    )


def inbound_requests(first: int, count: int) -> list[bytes]:
    """First webhooks of `count` different calls of different customers."""
    path = "/webhooks/twilio/voice/inbound"
    return [
        signed(
            path,
            {**_FIELDS, "CallSid": "CA" + secrets.token_hex(16), "From": caller(n), "Caller": caller(n)},
        )
        for n in range(first, first + count)
    ]


def bare_requests(first: int, count: int) -> list[bytes]:
    """As many requests of the baseline."""
    return [
        post("/bare?" + urlencode({"number": caller(n), "key": f"k{n}"}), f"127.0.0.1:{BARE_PORT}", b"", {})
        for n in range(first, first + count)
    ]


@contextmanager
def process(arguments: list[str], environment: dict[str, str]) -> Iterator[None]:
    """A child process for the length of the block."""
    child = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env={**os.environ, **environment})
    try:
        yield
    finally:
        child.terminate()
        child.wait(20)


async def answering(url: str) -> None:
    """Wait until a server is there."""
    async with httpx.AsyncClient(timeout=2) as client:
        for _ in range(300):
            try:
                await client.get(url)
                return
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
    raise RuntimeError(f"no answer from {url}")


async def compare() -> tuple[list[Measured], list[Measured]]:
    """Rounds in turn: product, baseline, product, …; the first of each only warms up."""
    ours: list[Measured] = []
    bare: list[Measured] = []
    for turn in range(ROUNDS + 1):
        first = turn * REQUESTS
        ours.append(
            await closed_loop(SERVICE_PORT, inbound_requests(first, REQUESTS), connections=CONNECTIONS)
        )
        bare.append(await closed_loop(BARE_PORT, bare_requests(first, REQUESTS), connections=CONNECTIONS))
    return ours[1:], bare[1:]


def report(ours: list[Measured], bare: list[Measured]) -> None:
    """Print medians and ratios."""
    print(
        f"\ninbound webhook, {CUSTOMERS:,} customers, {CONNECTIONS} connections, {REQUESTS} requests a round"
    )
    print(f"{'':10} {'req/s':>9} {'p50 ms':>8} {'p99 ms':>8} {'failed':>7}   (medians of {ROUNDS} rounds)")
    for name, runs in (("product", ours), ("baseline", bare)):
        print(
            f"{name:10} {statistics.median(r.per_second for r in runs):9.0f}"
            f" {statistics.median(r.p50 for r in runs):8.2f} {statistics.median(r.p99 for r in runs):8.2f}"
            f" {sum(r.failed for r in runs):7}"
        )
    throughput = statistics.median(a.per_second / b.per_second for a, b in zip(ours, bare, strict=True))
    tail = statistics.median(a.p99 / b.p99 for a, b in zip(ours, bare, strict=True))
    print(f"ratio      {throughput:9.2f} of the baseline's throughput; {tail:.2f} times its p99")


async def main() -> None:
    """Set up, measure, print."""
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as folder:
        os.chmod(folder, 0o755)
        with EmbeddedPostgres(Path(folder) / "pg") as running:
            print("filling a database with a million customers …")
            await fill(running.dsn)
            settings = Settings(port=SERVICE_PORT)
            environment = service_environment(settings, running.dsn, ACCOUNT, BASE_URL, BASE_URL)
            await throughput(running.dsn, environment)
            await forget_calls(running.dsn)
            with process(["-m", "app", "serve", "--all"], environment):
                await answering(f"{BASE_URL}/healthz")
                await offers.measure(BASE_URL, running.dsn, ACCOUNT, [caller(n) for n in range(400)])


async def forget_calls(dsn: str) -> None:
    """The calls of the first part are over: nobody is to ask a carrier how they stand."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        """update voice_calls set state = 'closed';
           update contacts set state = 'closed', outcome = 'abandoned_in_self_service', closed_at = now()
           where state <> 'closed'; analyze"""
    )
    await connection.close()


async def throughput(dsn: str, environment: dict[str, str]) -> None:
    """The webhook against the baseline."""
    with (
        process(["-m", "app", "serve"], environment),
        process(["-m", "bench.baseline", str(BARE_PORT), dsn], {}),
    ):
        await answering(f"{BASE_URL}/healthz")
        await answering(f"http://127.0.0.1:{BARE_PORT}/docs")
        report(*await compare())


if __name__ == "__main__":
    asyncio.run(main())
