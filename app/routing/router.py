"""Runs the engine for real: one router per deployment, fed by marks, committing by compare-and-set.

The tables are the truth. A mark says "look at this contact (agent, queue) again"; the router reads the row and
tells the engine what changed. What the engine decides becomes true only when `service.py`'s compare-and-sets hit.
A router that loses its lease, or fails in the middle, forgets everything and rebuilds: marks are deleted in the
transaction that acts on them, so none is lost.
"""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import structlog
from prometheus_client import Counter

from app.agents import states as agent_states
from app.agents.states import ROUTER_TOPIC
from app.core import clock, fault_points
from app.core.bus import Bus
from app.core.db import Database, Record, Transaction
from app.core.settings import Settings
from app.routing import lease, service, sweep
from app.routing.beliefs import OutOfStep
from app.routing.lease import LeaseLost
from app.routing.locks import hold
from app.routing.mirror import Mirror, TablesBusy
from app.routing.outlets import Outlets

log = structlog.get_logger()

rebuilds = Counter(
    "switchboard_router_rebuilds_total", "Times the tables did not fit what the engine believed"
)

MARKS_PER_BATCH = 800
WRAP_UPS_PER_BATCH = 100
SWEEP_SECONDS = 10.0
LONGEST_UNSWEPT_SECONDS = 60.0  # how long a busy floor may put the sweep off
LONGEST_WAIT_SECONDS = 2.0  # how late the router notices a lost wake-up; deadlines are exact
STALE_BEATS = 3  # heartbeats a node may miss before its agents count as lost
BUSY_SECONDS = 0.05  # until rows that somebody held for long are looked at again
STUCK_SECONDS = 10.0  # until a wrap-up that could not be ended is tried again
FIRST_REBUILD_PAUSE_SECONDS = 0.1  # from the second rebuild in a row on, doubling
LONGEST_REBUILD_PAUSE_SECONDS = 5.0


class Router:
    """One node's router; idle until it gets the lease."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        node: UUID,
        bus: Bus | None = None,
        outlets: Outlets | None = None,
    ):
        self._database = database
        self._node = node
        self._settings = settings
        self._outlets = outlets or Outlets()
        self._lifetime = timedelta(seconds=settings.router_lease_seconds)
        self._mirror: Mirror | None = None
        self._epoch: int | None = None
        self._wake = asyncio.Event()
        self._swept_at = 0.0
        self._renewed_at = clock.utc_now()
        self._stuck: dict[UUID, float] = {}  # wrap-ups that could not be ended -> when they are tried again
        self._failures = 0  # rebuilds in a row without a batch that went through
        if bus is not None:
            bus.listen(ROUTER_TOPIC, lambda _: self._wake.set())
            bus.on_gap(self._wake.set)

    @property
    def is_routing(self) -> bool:
        """Whether this node holds the lease as far as it knows."""
        return self._mirror is not None

    async def run(self) -> None:
        """Route until cancelled. An error goes to the supervisor; whatever failed, the next start is from the
        tables. A clean stop gives the lease back at once."""
        try:
            while True:
                pause = await self.run_once()
                if self._failures:
                    await asyncio.sleep(pause)  # news must not shorten a pause for breath
                    continue
                try:
                    await asyncio.wait_for(self._wake.wait(), pause)
                except TimeoutError:
                    continue
        except asyncio.CancelledError:
            await self._let_go()
            raise

    async def _let_go(self) -> None:
        epoch, self._epoch, self._mirror = self._epoch, None, None
        if epoch is None:
            return
        try:
            async with asyncio.timeout(2), self._database.transaction() as tx:
                await lease.release(tx, self._node, epoch)
        except Exception:
            log.warning("the router's lease could not be released; it runs out by itself", exc_info=True)

    async def run_once(self) -> float:
        """Do everything that is due; returns the seconds until there may be more. Tests drive the router so."""
        self._wake.clear()
        try:
            if self._mirror is None and not await self._begin():
                return min(LONGEST_WAIT_SECONDS, self._settings.router_lease_seconds / 3)
            assert self._mirror is not None  # noqa: S101 -- _begin made it
            more = await self._batch(self._mirror)
            pause = 0.0 if more else await self._pause(self._mirror)
        except TablesBusy:
            return BUSY_SECONDS
        except (OutOfStep, asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError) as error:
            rebuilds.inc()
            self._mirror = None
            self._failures += 1
            log.warning("router out of step, rebuilding", reason=str(error), in_a_row=self._failures)
            return self._breath()
        except LeaseLost:
            log.warning("router lease lost", epoch=self._epoch)
            self._mirror = self._epoch = None
            return 0.0
        except BaseException:
            self._mirror = None
            raise
        self._failures = 0
        return pause

    def _breath(self) -> float:
        """The first rebuild is at once: an answer that overtook a deadline is all it takes. A second one in a row
        will not be the last, so the tables get time."""
        if self._failures < 2:
            return 0.0
        return min(FIRST_REBUILD_PAUSE_SECONDS * 2.0 ** (self._failures - 2), LONGEST_REBUILD_PAUSE_SECONDS)

    async def _begin(self) -> bool:
        """Take the lease and rebuild from the tables; False while another node routes."""
        async with self._database.transaction() as tx:
            self._epoch = await lease.acquire(tx, self._node, self._lifetime)
        if self._epoch is None:
            return False
        fault_points.passing("router.lease_taken")
        self._renewed_at = clock.utc_now()
        mirror = Mirror(self._settings, self._epoch, self._outlets)
        async with self._database.read(snapshot=True) as reader:
            await mirror.load(reader)
        self._mirror = mirror
        fault_points.passing("router.rebuilt")
        return True

    async def _batch(self, mirror: Mirror) -> bool:
        """One transaction: take marks, act on them and on what is due. True when more marks wait."""
        if clock.utc_now() - self._renewed_at >= self._lifetime / 3:  # the fence below guards every batch
            async with self._database.transaction() as tx:
                await lease.renew(tx, self._node, mirror.epoch, self._lifetime)
            self._renewed_at = clock.utc_now()
        # Each in a transaction of its own: what one of them holds must not make another wait.
        await self._sweep_when_quiet(mirror)
        async with self._database.transaction() as tx:
            await self._end_wrap_ups(tx, (await self._begun(tx))["now"])
        async with self._database.transaction() as tx:
            now = (await self._begun(tx))["now"]
            marks = await _take_marks(tx)
            fault_points.passing("router.marks_taken")
            await mirror.act(tx, marks, now)
            await lease.fence(tx, self._node, mirror.epoch)
            fault_points.passing("router.before_commit")
        fault_points.passing("router.after_commit")
        return len(marks) == MARKS_PER_BATCH

    async def _begun(self, tx: Transaction) -> Record:
        """What time it is and whether marks wait. If we are frozen from here on, the server lets go of what this
        transaction holds before the lease has run out, or nobody could take it over."""
        row = await tx.fetchrow(
            """select switchboard_now() as now, exists (select from router_marks) as is_busy,
                      set_config('idle_in_transaction_session_timeout', $1, true)""",
            f"{self._lifetime / 2 / timedelta(milliseconds=1):.0f}ms",
        )
        assert row is not None  # noqa: S101 -- a select without from always has a row
        return row

    async def _sweep_when_quiet(self, mirror: Mirror) -> None:
        """A sweep takes a while: callers who have just asked for somebody go first, but not for ever."""
        async with self._database.transaction() as tx:
            row = await self._begun(tx)
            unswept = row["now"].timestamp() - self._swept_at
            if unswept < (LONGEST_UNSWEPT_SECONDS if row["is_busy"] else SWEEP_SECONDS):
                return
            await self._sweep(tx, mirror, row["now"])
            await lease.fence(tx, self._node, mirror.epoch)
            self._swept_at = row["now"].timestamp()

    async def _sweep(self, tx: Transaction, mirror: Mirror, now: datetime) -> None:
        stale = timedelta(seconds=self._settings.agent_heartbeat_seconds * STALE_BEATS)
        await sweep.lost_nodes(tx, stale)
        await sweep.strays(tx, mirror.contact_ids)
        repaired = await sweep.loads(tx)
        await sweep.unserved(tx)
        await sweep.solved(tx)
        await mirror.sync_agents(tx, now, [*mirror.suspects, *repaired])

    async def _end_wrap_ups(self, tx: Transaction, now: datetime) -> None:
        """Wrap-ups whose deadline passed. One that cannot be ended must not stop the others."""
        self._stuck = {contact: at for contact, at in self._stuck.items() if at > now.timestamp()}
        rows = await tx.fetch(
            """select id, agent_id from contacts where state = 'wrap_up' and wrap_up_until <= $1 and id <> all($2)
               order by id limit $3""",
            now,
            list(self._stuck),
            WRAP_UPS_PER_BATCH,
        )
        held = await hold(tx, [(row["id"], row["agent_id"]) for row in rows], wait=False) if rows else None
        for row in rows:
            if held is None or row["id"] not in held.contacts or row["agent_id"] not in held.agents:
                self._stuck[row["id"]] = now.timestamp() + BUSY_SECONDS
                continue
            try:
                async with tx.savepoint():
                    await service.complete_wrap_up(tx, row["id"], now=now, dispositions=None, by="deadline")
            except Exception:
                self._stuck[row["id"]] = now.timestamp() + STUCK_SECONDS
                log.exception("a wrap-up could not be ended", contact=str(row["id"]))
        await agent_states.end_overdue_wrap_ups(tx, now, WRAP_UPS_PER_BATCH)

    async def _pause(self, mirror: Mirror) -> float:
        async with self._database.read() as reader:
            row = await reader.fetchrow(
                """select switchboard_now() as now, least(
                     (select min(wrap_up_until) from contacts where state = 'wrap_up' and id <> all($1)),
                     (select min(wrap_up_until) from agent_states
                      where wrap_up_until is not null and wrap_up_contact_id <> all($1))) as wrap_up""",
                list(self._stuck),
            )
        assert row is not None  # noqa: S101 -- a select without from always has a row
        now = row["now"].timestamp()
        waits = [LONGEST_WAIT_SECONDS, self._settings.router_lease_seconds / 3]
        if (deadline := mirror.next_deadline()) is not None:
            waits.append(deadline - now)
        if row["wrap_up"] is not None:
            waits.append(row["wrap_up"].timestamp() - now)
        return max(0.0, min(waits))


async def _take_marks(tx: Transaction) -> list[Record]:
    """The oldest marks, deleted with this transaction; one that another transaction holds is left for later."""
    marks = await tx.fetch(
        # an array, because a subquery that locks may be run again for every row, and then takes more than it should
        """delete from router_marks where id = any(array(
             select id from router_marks order by id limit $1 for update skip locked))
           returning id, kind, ref""",
        MARKS_PER_BATCH,
    )
    return sorted(marks, key=lambda mark: mark["id"])
