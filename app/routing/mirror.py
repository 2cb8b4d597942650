"""Keeps the engine and the tables agreed: what the tables say goes in (`from_tables.py`), what the engine decides
comes out (`to_tables.py`).

A mirror lives as long as it is right. When engine and tables disagree in a way no event explains it raises
OutOfStep, the transaction is rolled back, and the router makes a new one from the tables.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import structlog

from app.core.db import Reader, Record, Transaction
from app.core.settings import Settings
from app.routing import from_tables, offers, queue_tables, tables
from app.routing.beliefs import Beliefs, Known
from app.routing.locks import hold
from app.routing.outlets import Outlets
from app.routing.to_tables import Writer

log = structlog.get_logger()


class TablesBusy(Exception):
    """Somebody holds a row for too long; nothing was told to the engine, so the batch may be tried again."""


_KINDS = ("queue", "agent", "contact")


class Mirror:
    """One engine with what it was told; used by one router under one epoch."""

    def __init__(self, settings: Settings, epoch: int, outlets: Outlets):
        self.epoch = epoch
        self._outlets = outlets
        self._grace = timedelta(seconds=settings.agent_grace_seconds)
        self._connect_seconds = settings.accepting_timeout_seconds
        self._beliefs = Beliefs()

    async def load(self, reader: Reader) -> None:
        """Start where the tables stand; `reader` sees one instant."""
        now: datetime = await reader.fetchval("select switchboard_now()")
        found = await tables.load(reader, now)
        config = tables.engine_config(
            found, grace_seconds=self._grace.total_seconds(), connect_timeout_seconds=self._connect_seconds
        )
        beliefs = self._beliefs
        beliefs.t = now.timestamp()
        beliefs.engine.reset(config, beliefs.t)
        beliefs.agents = {agent.id: agent for agent in found.agents}
        beliefs.told = {agent.id: agent.state for agent in found.agents}
        for contact in found.contacts:
            agents = [offer.agent for offer in contact.offers]
            beliefs.contacts[contact.id] = Known(
                contact.engine_state, agents, contact.demands, contact.item, contact.enqueued_at
            )
        log.info("router started", epoch=self.epoch, contacts=len(found.contacts), agents=len(found.agents))

    @property
    def contact_ids(self) -> list[UUID]:
        """Every contact the engine holds."""
        return [UUID(contact) for contact in self._beliefs.contacts]

    @property
    def suspects(self) -> list[UUID]:
        """Agents left out because the tables refused them without a visible reason."""
        return [UUID(agent) for agent in self._beliefs.suspects]

    def next_deadline(self) -> float | None:
        """When something may be due without news from the tables; seconds of the database's clock."""
        return self._beliefs.next_deadline()

    async def act(self, tx: Transaction, marks: list[Record], now: datetime) -> None:
        """Do what is due and take in what was marked."""
        beliefs, writer = self._beliefs, self._writer(tx, now)
        await self._meet_answers(tx, now)
        beliefs.step(now, {"type": "tick"})
        await self._try_again(tx, now)
        refs = {kind: list(dict.fromkeys(m["ref"] for m in marks if m["kind"] == kind)) for kind in _KINDS}
        await self._sync_queues(tx, now, refs["queue"])
        # Who leaves or changes comes before the contacts, who becomes free after them: an agent that begins a
        # wrap-up must not be seen free when its contact ends, and one that becomes free gets the contact that
        # has waited longest, not the one whose mark came first.
        found = await from_tables.find_agents(tx, beliefs, now, refs["agent"])
        for agent in found:
            if not from_tables.becomes_free(beliefs, agent):
                from_tables.sync_agent(beliefs, now, agent, self._grace)
        # What is due or follows from who left must be in the tables before the contacts are read. An offer that
        # is decided from here on is not, and `Beliefs.unwritten` says so.
        await writer.write()
        contacts = {contact.id: contact for contact in await self._read_contacts(tx, refs["contact"], now)}
        for contact_id in refs["contact"]:
            if (contact := contacts.get(str(contact_id))) is not None:
                from_tables.sync_contact(beliefs, now, contact)
        for agent in found:
            if from_tables.becomes_free(beliefs, agent):
                from_tables.sync_agent(beliefs, now, agent, self._grace)
            else:
                from_tables.set_idle_clock(beliefs, now, agent.id)
        await writer.write()

    async def _sync_queues(self, tx: Transaction, now: datetime, ids: list[UUID]) -> None:
        """New rules act at once, also on those who wait."""
        if not ids:
            return
        for queue, rules in (await queue_tables.of_queues(tx, ids)).items():
            self._beliefs.step(now, {"type": "queue.update", "queue": queue, **rules})
        await self._writer(
            tx, now
        ).write()  # as below: what is due must be in the tables before they are read
        for contact in await tables.waiting_in(tx, ids, now):
            if contact.id in self._beliefs.contacts:
                from_tables.sync_contact(self._beliefs, now, contact)

    async def _meet_answers(self, tx: Transaction, now: datetime) -> None:
        """Before offers run out: wait for whoever is answering one, and take in what they said as said in time. The
        rows stay ours, so whoever has said nothing by now is late. Raises TablesBusy."""
        deadline = self._beliefs.engine.next_deadline()
        if deadline is None or deadline > max(now.timestamp(), self._beliefs.t):
            return
        due = [(offer.contact_id, offer.agent_id) for offer in await offers.due(tx, now)]
        try:
            async with tx.savepoint():
                await hold(tx, due, wait=True)
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError) as error:
            raise TablesBusy from error
        before = datetime.fromtimestamp(self._beliefs.t, UTC)
        for contact in await self._read_contacts(tx, [contact_id for contact_id, _ in due], before):
            if contact.id in self._beliefs.contacts:
                from_tables.sync_contact(self._beliefs, before, contact)

    async def sync_agents(self, tx: Transaction, now: datetime, ids: list[UUID]) -> None:
        """Tell the engine how these agents are now."""
        for agent in await from_tables.find_agents(tx, self._beliefs, now, ids):
            from_tables.sync_agent(self._beliefs, now, agent, self._grace)
        await self._writer(tx, now).write()

    def _writer(self, tx: Transaction, now: datetime) -> Writer:
        return Writer(tx, now, self._beliefs, self.epoch, self._grace, self._outlets)

    async def _read_contacts(
        self, reader: Reader, ids: list[UUID], now: datetime
    ) -> list[tables.ContactFacts]:
        return await tables.contacts(reader, ids, now) if ids else []

    async def _try_again(self, tx: Transaction, now: datetime) -> None:
        """Who or what was left out for a moment."""
        beliefs = self._beliefs
        agents = [UUID(agent) for agent, at in beliefs.busy.items() if at <= beliefs.t]
        for agent in await from_tables.find_agents(tx, beliefs, now, agents):
            from_tables.sync_agent(beliefs, now, agent, self._grace)
        for contact in [contact for contact, at in beliefs.aside.items() if at <= beliefs.t]:
            if (ending := beliefs.contacts[contact].ending) is not None:
                del beliefs.aside[contact]
                beliefs.effects.append(ending)
                continue
            beliefs.bring_back(now, contact)
