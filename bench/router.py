"""Assignments per second the router commits, against a bare loop that does the same writes; and how soon.

`python -m bench.router [throughput] [latency] [rebuild]`: a durable private PostgreSQL, the production router with the
production event handlers. Quote the ratios; single figures depend on the machine.

- throughput: contacts wait, agents finish at once and are free again through the tables. The bare loop writes the
  rows of as many assignments (contact, agent load, offer, touchpoint, streams and events, marks) in transactions of
  the same size, statement by statement and once more pipelined by table, and neither reads nor decides. All take
  turns in the same run.
- latency: contacts arrive one by one; from the commit that queued one to the commit of its offer.
- rebuild: a new router takes over 100,000 waiting contacts and 10,000 agents; until its first offer is committed.
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import orjson
import uvloop

from app.core import garbage, migrate
from app.core.bus import Bus
from app.core.db import Database
from app.core.embedded_postgres import EmbeddedPostgres, homes
from app.core.hints import Hint
from app.core.ids import new_id
from app.core.settings import Settings
from app.routing.router import Router
from app.wiring import event_registry
from bench import router_floor as floor
from bench.load import percentile

PARTS = ("throughput", "latency", "rebuild")
QUEUES = 20
AGENTS = 400
ROUNDS = 16  # each some batches of the router and as many of the bare loop
ARRIVALS_PER_SECOND = 50
ARRIVAL_SECONDS = 10
REBUILD_WAITING, REBUILD_AGENTS = 100_000, 10_000


def _router(database: Database) -> Router:
    return Router(database, Settings(_env_file=None), new_id())


async def throughput(database: Database) -> None:
    """Router and bare loop in turn."""
    await floor.fill(database, queues=QUEUES, agents=AGENTS, waiting=AGENTS * (ROUNDS + 8))
    router = _router(database)
    await router.run_once()  # takes the lease, rebuilds, makes the first offers
    bare = floor.BareLoop(database)
    for _ in range(3):  # plans, caches
        await floor.finish_all(database)
        await _drain(router)
    routed, routing_s, sizes = 0, 0.0, []
    writing_s = {False: 0.0, True: 0.0}  # pipelined or not
    for _ in range(ROUNDS):
        await floor.finish_all(database)
        before = await floor.offers_made(database)
        started = time.perf_counter()
        batches = await _drain(router)
        routing_s += time.perf_counter() - started
        made = await floor.offers_made(database) - before
        routed += made
        sizes.append(made / batches)
        for pipelined in writing_s:
            assignments = await bare.prepare(made)
            started = time.perf_counter()
            for part in floor.parts(assignments, batches):
                await bare.write(part, pipelined=pipelined)
            writing_s[pipelined] += time.perf_counter() - started
            await bare.clean()
    rate, plain, fast = routed / routing_s, routed / writing_s[False], routed / writing_s[True]
    print(
        f"\nassignments committed, {AGENTS} agents, {QUEUES} queues, {await floor.waiting(database)} still waiting\n"
        f"router {rate:,.0f}/s, {percentile(sizes, 0.5):.0f} a batch   "
        f"bare loop {plain:,.0f}/s, ratio {rate / plain:.2f}   "
        f"pipelined by table {fast:,.0f}/s, ratio {rate / fast:.2f}"
    )


async def _drain(router: Router) -> int:
    """Until nothing is left to do; how many batches that took."""
    batches = 1
    while await router.run_once() <= 0:
        batches += 1
    return batches


async def latency(database: Database, dsn: str) -> None:
    """One contact after the other."""
    await floor.fill(database, queues=QUEUES, agents=AGENTS, waiting=0)
    told: dict[UUID, float] = {}
    everybody = asyncio.Event()

    bus = Bus(dsn, new_id())

    def committed(hints: list[Hint]) -> None:
        bus.publish(hints)
        now = time.perf_counter()
        for hint in hints:
            if hint.body is not None and b'"offer.made"' in hint.body:
                event = orjson.loads(hint.body)
                if event["type"] == "offer.made":
                    told.setdefault(UUID(event["offer"]["contact_id"]), now)
                    if len(told) == ARRIVALS_PER_SECOND * ARRIVAL_SECONDS:
                        everybody.set()

    router = Router(database, Settings(_env_file=None), new_id(), bus)
    database.on_commit(committed)
    running = asyncio.ensure_future(router.run())
    asked: dict[UUID, float] = {}
    for n in range(ARRIVALS_PER_SECOND * ARRIVAL_SECONDS):
        contact = await floor.arrive(database, n)
        asked[contact] = time.perf_counter()
        if n % (AGENTS // 4) == AGENTS // 4 - 1:
            await floor.finish_all(database)
        await asyncio.sleep(1 / ARRIVALS_PER_SECOND)
    await asyncio.wait_for(everybody.wait(), 30)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    waits = [(told[contact] - at) * 1000 for contact, at in asked.items()]
    print(
        f"\ncommit of the contact to commit of its offer, {ARRIVALS_PER_SECOND}/s for {ARRIVAL_SECONDS} s\n"
        f"p50 {percentile(waits, 0.5):.1f} ms   p99 {percentile(waits, 0.99):.1f} ms   worst {max(waits):.1f} ms"
    )


async def rebuild(database: Database) -> None:
    """A dead router's place is taken on a large floor."""
    await floor.fill(
        database, queues=200, agents=REBUILD_AGENTS, waiting=REBUILD_WAITING, busy=REBUILD_AGENTS - 1
    )
    router = _router(database)
    started = time.perf_counter()
    await router.run_once()
    seconds = time.perf_counter() - started
    print(
        f"\nrebuild with {REBUILD_WAITING:,} waiting and {REBUILD_AGENTS:,} agents: first offer committed after "
        f"{seconds:.2f} s ({await floor.offers_made(database)} made)"
    )


async def main(parts: list[str]) -> None:
    """Set up, measure, print: a database for each part."""
    print("load average", *(f"{load:.2f}" for load in os.getloadavg()))
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        with EmbeddedPostgres(Path(folder) / "pg") as running:
            for part in parts:
                dsn = await _new_database(running.dsn, part)
                database = Database(dsn, pool_size=6, registry=event_registry())
                await database.open()
                match part:
                    case "throughput":
                        await throughput(database)
                    case "latency":
                        await latency(database, dsn)
                    case "rebuild":
                        await rebuild(database)
                    case _:
                        raise SystemExit(f"there is no part {part!r}; there are {', '.join(PARTS)}")
                await database.close()
        homes.wait_stopped(Path(folder) / "pg")  # before its files go


async def _new_database(server: str, name: str) -> str:
    connection = await asyncpg.connect(server)
    await connection.execute(f'create database "bench_{name}"')
    await connection.close()
    dsn = urlsplit(server)._replace(path=f"/bench_{name}").geturl()
    await migrate.upgrade(dsn)
    return dsn


if __name__ == "__main__":
    garbage.settle()  # as in the product's processes
    uvloop.run(main(sys.argv[1:] or list(PARTS)))
