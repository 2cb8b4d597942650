"""The faults. Each happens so many times to a floor at work; what must follow is waited for, and the ledger judges."""

import asyncio
import contextlib
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

from app.core.db import DATABASE_AWAY
from tests.faults.floor import Floor
from tests.faults.ledger import settled, standing
from tests.faults.node import LEASE_SECONDS, POINTS, Node
from tests.faults.server import Server
from tests.support.waiting import eventually

PATIENCE_SECONDS = 60.0  # of the tests, not of the product: the machine may be busy


@dataclass
class Report:
    """What one run came to."""

    fault: str
    faults: int = 0
    contacts: int = 0
    recoveries: list[float] = field(
        default_factory=list
    )  # seconds from the fault (the server's return) to an offer
    wrong: list[str] = field(default_factory=list)


@dataclass
class Stage:
    """A floor at work with its server, and chance."""

    server: Server
    dsn: str
    floor: Floor
    chance: random.Random
    report: Report

    async def offers(self) -> int:
        """How many were ever made; -1 while the server is away."""
        try:
            async with self.floor.database.read() as reader:
                count: int = await reader.fetchval("select count(*) from offers")
                return count
        except DATABASE_AWAY:
            return -1

    async def epoch(self) -> int:
        """The number of the newest holder of the lease."""
        async with self.floor.database.read() as reader:
            return await reader.fetchval("select epoch from router_leases") or 0

    async def works(self, before: int, *, since: float | None = None) -> None:
        """Wait until a further offer is made, and note how long that took; the invariants hold meanwhile."""

        async def made() -> bool:
            return await self.offers() > before

        await eventually(made, PATIENCE_SECONDS, f"an offer after: {self.report.fault}")
        if since is not None:
            self.report.recoveries.append(time.monotonic() - since)
        self.report.wrong += [f"while it runs: {one}" for one in (await standing(self.floor)).items()]

    async def moment(self) -> None:
        """Let the floor work for a moment that chance decides: until so many further offers are made."""
        await self.works(await self.offers() + self.chance.randrange(4))


Scenario = Callable[[Stage, int], Awaitable[None]]


async def killed(stage: Stage, rounds: int) -> None:
    """kill -9 of the router at any moment."""
    node = Node(stage.dsn)
    with _ended(node):
        node.start()
        for _ in range(rounds):
            await stage.moment()
            await asyncio.sleep(
                stage.chance.uniform(0, 0.05)
            )  # anywhere in a batch, not only after its commit
            before, since = await stage.offers(), time.monotonic()
            node.kill()
            node.start()
            await stage.works(before, since=since)
            stage.report.faults += 1
        await _empties(stage)


async def killed_at_points(stage: Stage, rounds: int) -> None:
    """kill -9 of the router at each named place: lease taken, rebuilt, in a batch, before and after its commit."""
    node = Node(stage.dsn)
    with _ended(node):
        for n in range(rounds):
            point = POINTS[n % len(POINTS)]
            node.start(point=point, count=stage.chance.randint(1, 6) if point in POINTS[2:] else 1)

            async def has_died() -> bool:
                return not node.is_alive

            await eventually(has_died, PATIENCE_SECONDS, f"the end at {point}")
            stage.report.faults += 1
            before, since = await stage.offers(), time.monotonic()
            node.kill()
            node.start()
            await stage.works(before, since=since)
            node.kill()
        node.start()
        await _empties(stage)


async def frozen(stage: Stage, rounds: int) -> None:
    """Two routers; the one that routes is frozen until the other has taken over, then thawed."""
    first, second = Node(stage.dsn), Node(stage.dsn)
    with _ended(first), _ended(second):
        first.start()
        await stage.moment()
        second.start()
        for _ in range(rounds):
            await stage.moment()
            epoch, since = await stage.epoch(), time.monotonic()
            first.freeze()

            async def has_passed(epoch: int = epoch) -> bool:
                return await stage.epoch() > epoch

            await eventually(has_passed, PATIENCE_SECONDS, "a takeover")
            await stage.works(await stage.offers(), since=since)
            first.thaw()
            await stage.moment()
            stage.report.faults += 1
            first, second = second, first
        await _empties(stage)


async def restarted(stage: Stage, rounds: int) -> None:
    """PostgreSQL is restarted: stopped fast, or its postmaster killed with -9."""
    node = Node(stage.dsn)
    with _ended(node):
        node.start()
        for n in range(rounds):
            await stage.moment()
            before = await stage.offers()
            await asyncio.to_thread(stage.server.restart, signal.SIGKILL if n % 2 else signal.SIGINT)
            await stage.works(before, since=time.monotonic())
            stage.report.faults += 1
        await _empties(stage)


async def unheard(stage: Stage, rounds: int) -> None:
    """The event bus is cut: every NOTIFY is lost, and every listening connection is ended again and again."""
    node = Node(stage.dsn)
    with _ended(node):
        node.start()
        for _ in range(rounds):
            before, since = await stage.offers(), time.monotonic()
            async with stage.floor.database.transaction() as tx:
                await tx.execute(
                    """select pg_terminate_backend(pid) from pg_stat_activity
                       where application_name = 'switchboard-bus' and datname = current_database()"""
                )
            await stage.works(before, since=since)
            stage.report.faults += 1
        await _empties(stage)


@dataclass(frozen=True, slots=True)
class Plan:
    """A scenario, how often its fault happens in a short run, and the seconds within which routing must be back."""

    play: Scenario
    rounds: int
    back_within: float


SCENARIOS = {
    "killed": Plan(killed, 1, LEASE_SECONDS + 2),
    "killed at points": Plan(killed_at_points, len(POINTS), LEASE_SECONDS + 2),
    "frozen": Plan(frozen, 1, LEASE_SECONDS + 2),
    "server restarted": Plan(restarted, 2, 10),
    "bus cut": Plan(unheard, 1, 5),
}


async def run(name: str, server: Server, *, seed: int, rounds: int) -> Report:
    """Play one scenario on a database of its own."""
    plan = SCENARIOS[name]
    report = Report(name)
    chance = random.Random(f"{seed} {name}")
    dsn = await server.new_database(f"faults_{name.replace(' ', '_')}_{os.getpid()}_{seed}")
    floor = Floor(dsn, random.Random(f"{seed} {name} floor"), tells=name != "bus cut")
    try:
        await floor.open()
        await plan.play(Stage(server, dsn, floor, chance, report), rounds)
        report.wrong += await settled(floor)
        report.contacts = len(floor.acknowledged) + len(floor.uncertain)
    finally:
        await floor.close()
    late = [took for took in report.recoveries if took > plan.back_within + server.slack]
    report.wrong += [f"back after {took:.1f} s" for took in late]
    return report


@contextlib.contextmanager
def _ended(node: Node) -> Iterator[None]:
    try:
        yield
    finally:
        node.thaw()
        node.kill()


async def _empties(stage: Stage) -> None:
    stage.floor.shut()
    await eventually(
        stage.floor.is_empty, PATIENCE_SECONDS, f"the end of every contact after: {stage.report.fault}"
    )
