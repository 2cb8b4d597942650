"""Runs the engine for real: one router per deployment, fed by marks, committing by compare-and-set.

The tables are the truth. A mark says "look at this contact (agent) again"; the router reads the row and tells the
engine what changed. What the engine decides becomes true only when `service.py`'s compare-and-sets hit; when they
do not, the engine is corrected from the table. A router that loses its lease, or fails in the middle, forgets
everything and rebuilds: marks are deleted in the transaction that acts on them, so none is lost.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from prometheus_client import Counter

from app.agents import connections
from app.agents.events import AgentStateChanged
from app.agents.states import ROUTER_TOPIC
from app.core.bus import Bus
from app.core.db import Database, Record, Transaction
from app.core.settings import Settings
from app.routing import lease, service, tables
from app.routing.engine import Engine
from app.routing.lease import LeaseLost
from app.routing.tables import AVAILABLE, AgentFacts, ContactFacts

log = structlog.get_logger()

corrections = Counter("switchboard_router_corrections_total", "Decisions the tables did not confirm")
swept = Counter(
    "switchboard_router_swept_total", "Contacts found unrouted by the safety sweep (should stay 0)"
)

MARKS_PER_BATCH = 200
SWEEP_SECONDS = 10.0
LONGEST_WAIT_SECONDS = 2.0  # how late the router notices a lost wake-up; deadlines are exact
STALE_BEATS = 3  # heartbeats a node may miss before its agents count as lost
SUSPECT = "refused_by_table"
FAILED_PAIR_SKIP_SECONDS = 10.0  # somebody else first, when connecting this agent has just failed

_WITHDRAW_REASONS = {
    "agent left": "agent_left",
    "abandoned": "abandoned",
    "connect timeout": "connect_timeout",
}


@dataclass(slots=True)
class _Known:
    """What the engine believes about one contact."""

    state: str  # waiting, offered, accepting, connected
    agent: str | None = None


class OutOfStep(Exception):
    """Engine and table disagree in a way no event explains: rebuild."""


class Router:
    """One node's router; idle until it gets the lease."""

    def __init__(self, database: Database, settings: Settings, node: UUID, bus: Bus | None = None):
        self._database = database
        self._settings = settings
        self._node = node
        self._engine = Engine()
        self._contacts: dict[str, _Known] = {}
        self._agents: dict[str, AgentFacts] = {}
        self._epoch: int | None = None
        self._wake = asyncio.Event()
        self._t = 0.0
        self._swept_at = 0.0
        if bus is not None:
            bus.listen(ROUTER_TOPIC, lambda _: self._wake.set())
            bus.on_gap(self._wake.set)

    @property
    def is_routing(self) -> bool:
        """Whether this node holds the lease as far as it knows."""
        return self._epoch is not None

    async def run(self) -> None:
        """Route for ever. Whatever fails, the next round starts from the tables."""
        try:
            while True:
                try:
                    pause = await self.run_once()
                except LeaseLost:
                    log.warning("router lease lost", epoch=self._epoch)
                    self._epoch = None
                    continue
                except BaseException:
                    self._epoch = None
                    raise
                try:
                    await asyncio.wait_for(self._wake.wait(), pause)
                except TimeoutError:
                    continue
        finally:
            await self._let_go()

    async def _let_go(self) -> None:
        if self._epoch is None:
            return
        epoch, self._epoch = self._epoch, None
        try:
            async with asyncio.timeout(2), self._database.transaction() as tx:
                await lease.release(tx, self._node, epoch)
        except Exception:
            log.warning("the router's lease could not be released; it runs out by itself")

    async def run_once(self) -> float:
        """Do everything that is due; returns the seconds until there may be more. Tests drive the router so."""
        lifetime = timedelta(seconds=self._settings.router_lease_seconds)
        self._wake.clear()
        if self._epoch is None:
            async with self._database.transaction() as tx:
                epoch = await lease.acquire(tx, self._node, lifetime)
            if epoch is None:
                return min(LONGEST_WAIT_SECONDS, lifetime.total_seconds() / 3)
            try:
                await self._rebuild(epoch)
            except OutOfStep:
                log.exception("the tables could not be loaded into the engine")
                raise
        try:
            more = await self._batch(lifetime)
        except OutOfStep as error:
            log.warning("router out of step, rebuilding", reason=str(error))
            corrections.inc()
            self._epoch = None
            return 0.0
        except LeaseLost:
            raise
        except Exception:
            self._epoch = None
            raise
        return 0.0 if more else await self._pause(lifetime)

    async def _rebuild(self, epoch: int) -> None:
        async with self._database.read(snapshot=True) as reader:
            now: datetime = await reader.fetchval("select switchboard_now()")
            config = await tables.engine_config(
                reader,
                grace_seconds=self._settings.agent_grace_seconds,
                connect_timeout_seconds=self._settings.accepting_timeout_seconds,
            )
            self._agents = {a.id: a for a in await tables.agents(reader)}
        self._t = now.timestamp()
        self._engine = Engine()
        self._engine.reset(config, self._t)
        self._contacts = {
            c["contact"]: _Known(c.get("state", "waiting"), c.get("agent")) for c in config["contacts"]
        }
        self._epoch = epoch
        log.info("router started", epoch=epoch, contacts=len(self._contacts), agents=len(self._agents))

    async def _batch(self, lifetime: timedelta) -> bool:
        """One transaction: renew, take marks, act on them and on what is due. True when more marks wait."""
        assert self._epoch is not None  # noqa: S101 -- run_once acquires first
        async with self._database.transaction() as tx:
            await lease.renew(tx, self._node, self._epoch, lifetime)
        async with self._database.transaction() as tx:
            await lease.check(tx, self._node, self._epoch)
            now: datetime = await tx.fetchval("select switchboard_now()")
            if now.timestamp() - self._swept_at >= SWEEP_SECONDS:
                self._swept_at = now.timestamp()
                await self._sweep(tx)
            await self._end_wrap_ups(tx, now)
            marks = await tx.fetch(
                """delete from router_marks where id in (
                     select id from router_marks order by id limit $1 for update skip locked)
                   returning id, kind, ref""",
                MARKS_PER_BATCH,
            )
            await self._act(tx, sorted(marks, key=lambda mark: mark["id"]), now)
        return len(marks) == MARKS_PER_BATCH

    async def _act(self, tx: Transaction, marks: list[Record], now: datetime) -> None:
        agent_ids = list(dict.fromkeys(m["ref"] for m in marks if m["kind"] == "agent"))
        contact_ids = list(dict.fromkeys(m["ref"] for m in marks if m["kind"] == "contact"))
        await self._step(tx, now, {"type": "tick"})
        # agents first: one that begins a wrap-up must not be seen free when its contact ends
        for agent in await tables.agents(tx, agent_ids) if agent_ids else []:
            await self._sync_agent(tx, now, agent)
        for contact_id in contact_ids:
            for contact in await tables.contacts(tx, [contact_id]):
                await self._sync_contact(tx, now, contact)
        if any(m["kind"] == "queue" for m in marks):
            raise OutOfStep("a queue's rules changed")

    async def _pause(self, lifetime: timedelta) -> float:
        deadline = self._engine.next_deadline()
        async with self._database.read() as reader:
            row = await reader.fetchrow(
                """select switchboard_now() as now,
                          (select min(wrap_up_until) from contacts where state = 'wrap_up') as wrap_up"""
            )
        assert row is not None  # noqa: S101 -- a select without from always has a row
        now = row["now"].timestamp()
        waits = [LONGEST_WAIT_SECONDS, lifetime.total_seconds() / 3]
        if deadline is not None:
            waits.append(deadline - now)
        if row["wrap_up"] is not None:
            waits.append(row["wrap_up"].timestamp() - now)
        return max(0.0, min(waits))

    # --- table → engine -------------------------------------------------------------------------------------

    async def _sync_agent(self, tx: Transaction, now: datetime, agent: AgentFacts) -> None:
        before = self._agents.get(agent.id)
        self._agents[agent.id] = agent
        if before is None:
            config = tables.agent_config(agent, self._settings.agent_grace_seconds)
            await self._step(tx, now, {"type": "agent.add", **config, "agent": agent.id})
            return
        if agent.abilities != before.abilities:
            event = {"queues": agent.queues, "skills": agent.skills, "units": agent.units}
            await self._step(tx, now, {"type": "agent.update", "agent": agent.id, **event})
        if agent.is_lost and not before.is_lost:
            await self._step(tx, now, {"type": "agent.lost", "agent": agent.id})
        elif before.is_lost and not agent.is_lost:
            await self._step(tx, now, {"type": "agent.back", "agent": agent.id})
        await self._step(tx, now, {"type": "agent.state", "agent": agent.id, "state": agent.state})

    async def _sync_contact(self, tx: Transaction, now: datetime, contact: ContactFacts) -> None:
        known = self._contacts.get(contact.id)
        pair = {"contact": contact.id, "agent": known.agent if known else None}
        match contact.state, known.state if known else None:
            case "queued", None:
                self._contacts[contact.id] = _Known("waiting")
                await self._step(tx, now, {"type": "contact.arrive", **contact.arrival()})
            case "queued", "offered" | "accepting":
                self._contacts[contact.id] = _Known("waiting")
                if contact.last_offer_state == "rejected":
                    await self._step(tx, now, {"type": "reservation.reject", **pair})
                else:
                    skip = FAILED_PAIR_SKIP_SECONDS if known and known.state == "accepting" else 0
                    await self._step(tx, now, {"type": "reservation.fail", **pair, "skip": skip})
            case "queued", "connected":
                self._contacts[contact.id] = _Known("waiting")
                await self._step(tx, now, {"type": "contact.requeue", "contact": contact.id})
            case "offered", "offered" if contact.agent == pair["agent"]:
                if contact.offer_state == "accepting":
                    self._contacts[contact.id] = _Known("accepting", contact.agent)
                    expires = contact.offer_expires_at or now
                    timeout = max((expires - now).total_seconds(), 0.001)
                    await self._step(tx, now, {"type": "reservation.accepting", **pair, "timeout": timeout})
            case "active", "offered" | "accepting" if contact.agent == pair["agent"]:
                self._contacts[contact.id] = _Known("connected", contact.agent)
                if known is not None and known.state == "offered":
                    await self._step(tx, now, {"type": "reservation.accepting", **pair})
                await self._step(tx, now, {"type": "reservation.accept", **pair})
            case ("queued", "waiting") | ("offered", "accepting") | ("active", "connected"):
                pass
            case (("wrap_up" | "closed"), ("waiting" | "offered" | "accepting")):
                del self._contacts[contact.id]
                await self._step(tx, now, {"type": "contact.abandon", "contact": contact.id})
            case (("wrap_up" | "closed"), "connected"):
                del self._contacts[contact.id]
                await self._step(tx, now, {"type": "contact.done", "contact": contact.id})
            case (("wrap_up" | "closed" | "self_service" | "new"), None):
                pass
            case found, believed:
                raise OutOfStep(f"a contact is {found}, the engine believes {believed}")

    # --- engine → table -------------------------------------------------------------------------------------

    async def _step(self, tx: Transaction, now: datetime, event: dict[str, Any]) -> None:
        self._t = max(self._t, now.timestamp())
        for effect in self._engine.step(self._t, event):
            await self._apply(tx, now, effect)

    async def _apply(self, tx: Transaction, now: datetime, effect: dict[str, Any]) -> None:
        match effect["type"]:
            case "offer":
                await self._offer(tx, now, effect)
            case "rescind":
                await self._rescind(tx, now, effect)
            case "agent.state":
                await self._not_responding(tx, UUID(effect["agent"]))
            case "connect":
                return  # the echo of an accept that the table knew first
            case "reject":
                raise OutOfStep(f"the engine refused an event: {effect['why']}")
            case kind:
                raise OutOfStep(f"the engine ordered {kind}, which no queue is configured for")

    async def _offer(self, tx: Transaction, now: datetime, effect: dict[str, Any]) -> None:
        assert self._epoch is not None  # noqa: S101 -- only called while routing
        contact, agent, expires = effect["contact"], effect["agent"], effect["expires"]
        self._contacts[contact] = _Known("offered", agent)
        offer = await service.make_offer(
            tx,
            contact_id=UUID(contact),
            agent_id=UUID(agent),
            cost=1,
            expires_at=datetime.fromtimestamp(expires, UTC) if expires is not None else None,
            epoch=self._epoch,
        )
        if offer is None:
            corrections.inc()
            log.info("an offer was refused by the tables", contact=contact, agent=agent)
            await self._correct(tx, now, contact, agent)

    async def _correct(self, tx: Transaction, now: datetime, contact: str, agent: str) -> None:
        """The tables refused the pair. The agent is looked at first; one that looks free all the same is left
        out until its next mark or sweep, so that the same pair is not tried for ever."""
        for facts in await tables.agents(tx, [UUID(agent)]):
            await self._sync_agent(tx, now, facts)
            found = await tables.contacts(tx, [UUID(contact)])
            if facts.state == AVAILABLE and found and found[0].state == "queued":
                await self._step(tx, now, {"type": "agent.state", "agent": agent, "state": SUSPECT})
                self._agents.pop(agent, None)
                self._agents[agent] = facts
        known = self._contacts.get(contact)
        if known is not None and known.state == "offered" and known.agent == agent:
            for contact_facts in await tables.contacts(tx, [UUID(contact)]):
                await self._sync_contact(tx, now, contact_facts)

    async def _rescind(self, tx: Transaction, now: datetime, effect: dict[str, Any]) -> None:
        contact, agent, why = effect["contact"], effect["agent"], effect["why"]
        if contact in self._contacts:
            self._contacts[contact] = _Known("waiting")
        contact_id, agent_id = UUID(contact), UUID(agent)
        match why:
            case "timeout":
                await service.expire_offer(tx, contact_id=contact_id, agent_id=agent_id, now=now)
            case "connect timeout":
                await service.expire_accepting(tx, contact_id=contact_id, now=now)
            case "agent left":
                await service.withdraw_offer(
                    tx, contact_id=contact_id, agent_id=agent_id, reason="agent_left"
                )
            case _:
                return  # rejected, abandoned or failed: the table said so first

    async def _not_responding(self, tx: Transaction, agent_id: UUID) -> None:
        changed = await tx.fetchval(
            """update agent_states set not_responding_since = switchboard_now(), activity_since = switchboard_now(),
                 version = version + 1
               where agent_id = $1 and not_responding_since is null and presence = 'available' returning true""",
            agent_id,
        )
        if changed:
            await tx.publish(AgentStateChanged(agent_id))

    # --- deadlines kept in the tables -----------------------------------------------------------------------

    async def _end_wrap_ups(self, tx: Transaction, now: datetime) -> None:
        rows = await tx.fetch(
            "select id from contacts where state = 'wrap_up' and wrap_up_until <= $1 order by id limit 100",
            now,
        )
        for row in rows:
            await service.complete_wrap_up(tx, row["id"], now=now, dispositions=None, by="deadline")

    async def _sweep(self, tx: Transaction) -> None:
        """What should never be needed: dead nodes' agents, and contacts the marks did not tell of."""
        stale = timedelta(seconds=self._settings.agent_heartbeat_seconds * STALE_BEATS)
        if lost := await connections.sweep_stale(tx, older_than=stale):
            log.warning("agents of a silent node are lost", connections=lost)
        rows = await tx.fetch("select id from contacts where state = 'queued'")
        for row in rows:
            if str(row["id"]) not in self._contacts:
                waits = await tx.fetchval(
                    "select true from router_marks where kind = 'contact' and ref = $1 limit 1", row["id"]
                )
                if not waits:
                    swept.inc()
                    log.error("a queued contact was unknown to the router", contact=str(row["id"]))
                    await service.mark_contact(tx, row["id"])
