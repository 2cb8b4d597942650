"""Keeps the engine and the tables agreed: what the tables say goes in, what the engine decides comes out.

A mirror lives as long as it is right. When engine and tables disagree in a way no event explains it raises
OutOfStep, the transaction is rolled back, and the router makes a new one from the tables.
"""

from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import structlog
from prometheus_client import Counter

from app.agents import states as agent_states
from app.core.db import Reader, Record, Transaction
from app.core.settings import Settings
from app.routing import service, tables
from app.routing.engine import Engine
from app.routing.tables import AVAILABLE, AgentFacts, ContactFacts

log = structlog.get_logger()

corrections = Counter("switchboard_router_corrections_total", "Decisions the tables did not confirm")
set_aside = Counter("switchboard_router_set_aside_total", "Contacts whose offer failed with an error")

SUSPECT = "refused_by_table"  # an agent who looks free but was refused by the tables
ASIDE = "set_aside"  # a queue nobody serves, for contacts whose offer fails with an error
ASIDE_SECONDS = 5.0  # until such a contact is tried again
BUSY_SECONDS = 0.05  # until one is tried again that somebody else was changing


class OutOfStep(Exception):
    """Engine and table disagree in a way no event explains: rebuild."""


@dataclass(slots=True)
class _Known:
    """What the engine believes about one contact."""

    state: str  # waiting, offered, accepting, connected
    agent: str | None
    demands: tables.Demands


class Mirror:
    """One engine with what it was told; used by one router under one epoch."""

    def __init__(self, settings: Settings, epoch: int):
        self.epoch = epoch
        self._grace = timedelta(seconds=settings.agent_grace_seconds)
        self._connect_seconds = settings.accepting_timeout_seconds
        self._engine = Engine()
        self._t = 0.0
        self._contacts: dict[str, _Known] = {}
        self._agents: dict[str, AgentFacts] = {}
        self._told: dict[str, str] = {}  # agent -> the state the engine has for it
        self._suspects: set[str] = set()
        self._aside: dict[str, float] = {}  # contact -> when it is tried again
        self._busy: dict[str, float] = {}  # agent -> when it is looked at again
        self._effects: deque[dict[str, Any]] = deque()
        self._is_applying = False
        self._unmade: set[tuple[str, str]] = set()  # pairs the engine saw offered and the tables never did

    async def load(self, reader: Reader) -> None:
        """Start where the tables stand; `reader` sees one instant."""
        now: datetime = await reader.fetchval("select switchboard_now()")
        found = await tables.load(reader, now)
        config = tables.engine_config(
            found, grace_seconds=self._grace.total_seconds(), connect_timeout_seconds=self._connect_seconds
        )
        self._t = now.timestamp()
        self._engine.reset(config, self._t)
        self._agents = {agent.id: agent for agent in found.agents}
        self._told = {agent.id: agent.state for agent in found.agents}
        for contact in found.contacts:
            state = tables.ENGINE_STATES[contact.offer_state] if contact.offer_state else "waiting"
            self._contacts[contact.id] = _Known(state, contact.agent, contact.demands)
        log.info("router started", epoch=self.epoch, contacts=len(found.contacts), agents=len(found.agents))

    @property
    def contact_ids(self) -> list[UUID]:
        """Every contact the engine holds."""
        return [UUID(contact) for contact in self._contacts]

    @property
    def suspects(self) -> list[UUID]:
        """Agents left out because the tables refused them without a visible reason."""
        return [UUID(agent) for agent in self._suspects]

    def next_deadline(self) -> float | None:
        """When something may be due without news from the tables; seconds of the database's clock."""
        again = [*self._aside.values(), *self._busy.values()]
        return min(
            (at for at in (self._engine.next_deadline(), *again) if at is not None),
            default=None,
        )

    async def act(self, tx: Transaction, marks: list[Record], now: datetime) -> None:
        """Do what is due and take in what was marked."""
        await self._step(tx, now, {"type": "tick"})
        await self._try_again(tx, now)
        refs = {kind: list(dict.fromkeys(m["ref"] for m in marks if m["kind"] == kind)) for kind in _KINDS}
        for queue, rules in (await tables.queues(tx, refs["queue"])).items() if refs["queue"] else ():
            await self._step(tx, now, {"type": "queue.update", "queue": queue, **rules})
        # Who leaves or changes comes before the contacts, who becomes free after them: an agent that begins a
        # wrap-up must not be seen free when its contact ends, and one that becomes free gets the contact that
        # has waited longest, not the one whose mark came first.
        found = await self._find_agents(tx, now, refs["agent"])
        for agent in found:
            if not self._becomes_free(agent):
                await self._sync_agent(tx, now, agent)
        for contact_id in refs["contact"]:
            for contact in await tables.contacts(tx, [contact_id], now):
                await self._sync_contact(tx, now, contact)
        for agent in found:
            if self._becomes_free(agent):
                await self._sync_agent(tx, now, agent)
            else:
                await self._set_idle_clock(tx, now, agent.id)

    # --- table → engine -------------------------------------------------------------------------------------

    async def sync_agents(self, tx: Transaction, now: datetime, ids: list[UUID]) -> None:
        """Tell the engine how these agents are now."""
        for agent in await self._find_agents(tx, now, ids):
            await self._sync_agent(tx, now, agent)

    async def _find_agents(self, tx: Transaction, now: datetime, ids: list[UUID]) -> list[AgentFacts]:
        """These agents, the longest idle first, then in agent order. Those who are no more are removed."""
        found = await tables.agents(tx, ids) if ids else []
        for gone in {str(agent_id) for agent_id in ids} - {agent.id for agent in found}:
            await self._remove_agent(tx, now, gone)
        return sorted(found, key=lambda agent: agent.idle_since)

    def _becomes_free(self, agent: AgentFacts) -> bool:
        before = self._agents.get(agent.id)
        if agent.state != AVAILABLE or agent.is_lost:
            return False
        return before is None or before.is_lost or self._told.get(agent.id) != AVAILABLE

    async def _sync_agent(self, tx: Transaction, now: datetime, agent: AgentFacts) -> None:
        before = self._agents.get(agent.id)
        self._agents[agent.id] = agent
        self._suspects.discard(agent.id)
        self._busy.pop(agent.id, None)
        if before is None:
            self._told[agent.id] = agent.state
            config = tables.agent_config(agent, self._grace.total_seconds())
            await self._step(tx, now, {"type": "agent.add", **config, "agent": agent.id})
            return
        if agent.abilities != before.abilities:
            event = {"queues": agent.queues, "skills": agent.skills, "units": agent.units}
            await self._step(tx, now, {"type": "agent.update", "agent": agent.id, **event})
        if agent.is_lost and not before.is_lost:
            await self._step(tx, now, {"type": "agent.lost", "agent": agent.id})
        elif before.is_lost and not agent.is_lost:
            await self._step(tx, now, {"type": "agent.back", "agent": agent.id})
        state = agent.state
        if state == AVAILABLE and agent.lost_at is not None and agent.lost_at + self._grace <= now:
            # the grace ran out while something else (a wrap-up) kept offers away
            await agent_states.fall_silent(tx, UUID(agent.id))
            state = "not_responding"
        await self._set_state(tx, now, agent.id, state)
        await self._set_idle_clock(tx, now, agent.id)

    async def _set_state(self, tx: Transaction, now: datetime, agent: str, state: str) -> None:
        self._told[agent] = state
        await self._step(tx, now, {"type": "agent.state", "agent": agent, "state": state})

    async def _set_idle_clock(self, tx: Transaction, now: datetime, agent: str) -> None:
        """The engine starts an idle clock when it hears of a change, the tables when it happened: theirs rules,
        so that two agents who became free within one batch keep their order (R03)."""
        if agent in self._agents:
            idle_since = min(self._agents[agent].idle_since.timestamp(), self._t)
            await self._step(tx, now, {"type": "agent.update", "agent": agent, "idle_since": idle_since})

    async def _remove_agent(self, tx: Transaction, now: datetime, agent: str) -> None:
        if self._agents.pop(agent, None) is not None:
            self._suspects.discard(agent)
            self._busy.pop(agent, None)
            await self._step(tx, now, {"type": "agent.remove", "agent": agent})

    async def _sync_contact(self, tx: Transaction, now: datetime, contact: ContactFacts) -> None:
        known = self._contacts.get(contact.id)
        pair = {"contact": contact.id, "agent": known.agent if known else None}
        match contact.state, known.state if known else None:
            case "queued", None:
                self._believe(contact, "waiting")
                await self._step(tx, now, {"type": "contact.arrive", **contact.arrival()})
            case "queued", "waiting":
                await self._update_demands(tx, now, contact)
            case "queued", "offered" | "accepting":
                self._believe(contact, "waiting")
                if contact.last_offer_state == "rejected":
                    await self._step(tx, now, {"type": "reservation.reject", **pair})
                else:
                    failed = known is not None and known.state == "accepting"
                    skip = tables.FAILED_PAIR_SKIP.total_seconds() if failed else 0
                    await self._step(tx, now, {"type": "reservation.fail", **pair, "skip": skip})
            case "queued", "connected":
                self._believe(contact, "waiting")
                await self._step(tx, now, {"type": "contact.requeue", "contact": contact.id})
            case "offered", "offered" if contact.agent == pair["agent"]:
                if contact.offer_state == "accepting":
                    self._believe(contact, "accepting")
                    expires = contact.offer_expires_at or now
                    timeout = max((expires - now).total_seconds(), 0.001)
                    await self._step(tx, now, {"type": "reservation.accepting", **pair, "timeout": timeout})
            case "active", "offered" | "accepting" if contact.agent == pair["agent"]:
                self._believe(contact, "connected")
                await self._step(tx, now, {"type": "reservation.accept", **pair})
            case ("offered", "accepting") | ("active", "connected"):
                pass
            case (("wrap_up" | "closed"), ("waiting" | "offered" | "accepting")):
                self._forget(contact.id)
                await self._step(tx, now, {"type": "contact.abandon", "contact": contact.id})
            case (("wrap_up" | "closed"), "connected"):
                self._forget(contact.id)
                await self._step(tx, now, {"type": "contact.done", "contact": contact.id})
            case (("wrap_up" | "closed" | "self_service" | "new"), None):
                pass
            case (("offered" | "active"), None) if contact.offer_state is None:
                log.error("a contact is in nobody's hands", contact=contact.id, state=contact.state)
            case found, believed:
                raise OutOfStep(f"a contact is {found}, the engine believes {believed}")

    def _believe(self, contact: ContactFacts, state: str) -> None:
        agent = contact.agent if state in ("accepting", "connected") else None
        self._contacts[contact.id] = _Known(state, agent, contact.demands)

    def _forget(self, contact: str) -> None:
        del self._contacts[contact]
        self._aside.pop(contact, None)

    async def _update_demands(self, tx: Transaction, now: datetime, contact: ContactFacts) -> None:
        known = self._contacts[contact.id]
        if known.demands == contact.demands:
            return
        known.demands = contact.demands
        if contact.id not in self._aside:
            await self._step(tx, now, contact.demands.update_of(contact.id))

    async def _try_again(self, tx: Transaction, now: datetime) -> None:
        await self.sync_agents(tx, now, [UUID(agent) for agent, at in self._busy.items() if at <= self._t])
        for contact in [contact for contact, at in self._aside.items() if at <= self._t]:
            del self._aside[contact]
            await self._step(tx, now, self._contacts[contact].demands.update_of(contact))

    # --- engine → table -------------------------------------------------------------------------------------

    async def _step(self, tx: Transaction, now: datetime, event: dict[str, Any]) -> None:
        """Step the engine. Effects are believed at once and written in order; what a refused one makes
        necessary is a further step, whose effects come after those that are still to be written."""
        self._t = max(self._t, now.timestamp())
        effects = self._engine.step(self._t, event)
        for effect in effects:
            self._believe_effect(effect)
        self._effects.extend(effects)
        if self._is_applying:
            return
        self._is_applying = True
        try:
            while self._effects:
                await self._apply(tx, now, self._effects.popleft())
        finally:
            self._is_applying = False

    def _believe_effect(self, effect: dict[str, Any]) -> None:
        known = self._contacts.get(effect.get("contact", ""))
        if known is not None and effect["type"] == "offer":
            known.state, known.agent = "offered", effect["agent"]
        elif known is not None and effect["type"] == "rescind":
            known.state, known.agent = "waiting", None
        elif effect["type"] == "agent.state":
            self._told[effect["agent"]] = effect["state"]

    async def _apply(self, tx: Transaction, now: datetime, effect: dict[str, Any]) -> None:
        match effect["type"]:
            case "offer":
                await self._offer(tx, now, effect["contact"], effect["agent"], effect["expires"])
            case "rescind":
                await self._rescind(tx, now, effect["contact"], effect["agent"], effect["why"])
            case "agent.state":
                await agent_states.fall_silent(tx, UUID(effect["agent"]))
            case "connect":
                return  # the echo of an accept that the table knew first
            case "reject":
                raise OutOfStep(f"the engine refused an event: {effect['why']}")
            case kind:
                raise OutOfStep(f"the engine ordered {kind}, which no queue is configured for")

    async def _offer(
        self, tx: Transaction, now: datetime, contact: str, agent: str, expires: float | None
    ) -> None:
        if not self._is_offered(contact, agent):  # taken back again by what an earlier effect met
            self._unmade.add((contact, agent))
            return
        try:
            async with tx.savepoint():
                offer = await service.make_offer(
                    tx,
                    contact_id=UUID(contact),
                    agent_id=UUID(agent),
                    cost=1,
                    expires_at=datetime.fromtimestamp(expires, UTC) if expires is not None else None,
                    epoch=self.epoch,
                )
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            self._unmade.add((contact, agent))
            await self._set_aside(tx, now, contact, agent, BUSY_SECONDS)
            return
        except agent_states.AgentBusy:
            self._unmade.add((contact, agent))
            await self._let_be(tx, now, contact, agent)
            return
        except Exception:
            # one contact that cannot be offered must not stop the others
            log.exception(
                "an offer failed; the contact is set aside for a while", contact=contact, agent=agent
            )
            set_aside.inc()
            self._unmade.add((contact, agent))
            await self._set_aside(tx, now, contact, agent, ASIDE_SECONDS)
            return
        if offer is None:
            corrections.inc()
            log.info("an offer was refused by the tables", contact=contact, agent=agent)
            self._unmade.add((contact, agent))
            await self._correct(tx, now, contact, agent)

    def _is_offered(self, contact: str, agent: str) -> bool:
        known = self._contacts.get(contact)
        return known is not None and known.state == "offered" and known.agent == agent

    async def _set_aside(
        self, tx: Transaction, now: datetime, contact: str, agent: str, seconds: float
    ) -> None:
        self._aside[contact] = self._t + seconds
        await self._step(tx, now, {"type": "contact.update", "contact": contact, "queue": ASIDE})
        await self._step(tx, now, {"type": "reservation.fail", "contact": contact, "agent": agent})

    async def _let_be(self, tx: Transaction, now: datetime, contact: str, agent: str) -> None:
        """Somebody is changing the agent: leave them out for a moment, so that the contacts keep their order. One
        at whom something else rings must not lose that for it; then the contact waits a moment instead."""
        others = (one for one, known in self._contacts.items() if known.agent == agent and one != contact)
        if any(self._contacts[one].state == "offered" for one in others):
            await self._set_aside(tx, now, contact, agent, BUSY_SECONDS)
            return
        self._busy[agent] = self._t + BUSY_SECONDS
        await self._set_state(tx, now, agent, SUSPECT)

    async def _correct(self, tx: Transaction, now: datetime, contact: str, agent: str) -> None:
        """The tables refused the pair: see whether the contact or the agent is not as believed. An agent who
        looks free all the same is left out until the next mark or sweep, or the pair would be tried for ever."""
        found = await tables.contacts(tx, [UUID(contact)], now)
        if found and found[0].state == "offered":
            raise OutOfStep("somebody else offered the contact")
        if found and found[0].state != "queued":
            await self._sync_contact(tx, now, found[0])
        await self.sync_agents(tx, now, [UUID(agent)])
        facts = self._agents.get(agent)
        if facts is None or not self._is_offered(contact, agent):
            return
        if not facts.is_lost:
            self._suspects.add(agent)
            log.error("the tables refuse an agent who looks free", agent=agent)
            await self._set_state(tx, now, agent, SUSPECT)
        else:
            await self._step(tx, now, {"type": "reservation.fail", "contact": contact, "agent": agent})

    async def _rescind(self, tx: Transaction, now: datetime, contact: str, agent: str, why: str) -> None:
        if (contact, agent) in self._unmade:
            self._unmade.discard((contact, agent))
            return
        contact_id, agent_id = UUID(contact), UUID(agent)
        match why:
            case "timeout":
                done = await service.expire_offer(tx, contact_id=contact_id, agent_id=agent_id, now=now)
            case "connect timeout":
                done = await service.expire_accepting(tx, contact_id=contact_id, now=now)
            case "agent left":
                done = await service.withdraw_offer(
                    tx, contact_id=contact_id, agent_id=agent_id, reason="agent_left"
                )
            case _:
                return  # rejected, abandoned or failed: the table said so first
        if not done:
            # an answer or a hang-up was committed just before: it won, and nobody may be blamed for silence
            raise OutOfStep(f"an offer had ended before it could be taken back ({why})")


_KINDS = ("queue", "agent", "contact")
