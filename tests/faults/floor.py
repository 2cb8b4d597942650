"""A floor at work: customers who come and go, agents who answer, decline, overlook and finish, and a ledger of what was
promised to whom. Every change goes through the product's own functions in transactions of its own.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from app.agents import states
from app.agents.presence import Presence
from app.contacts import service as contacts
from app.contacts.errors import ContactMovedOn
from app.contacts.service import NewContact
from app.core.bus import Bus
from app.core.db import DATABASE_AWAY, Database, Transaction
from app.core.ids import new_id
from app.core.tasks import TaskGroup
from app.routing import service
from app.routing.errors import NotYourContact, OfferNoLongerAvailable, OfferNotFound
from app.routing.service import QueueRequest
from tests.routing.office import Office, now_of, registry

AGENTS = 8
ARRIVALS_PER_SECOND = 8.0
OFFER_SECONDS = 2
RING = 3  # so many are rung at once in the second queue
ACCEPTING = timedelta(seconds=4)
TOO_LATE = (OfferNoLongerAvailable, OfferNotFound, ContactMovedOn, NotYourContact)


class Floor:
    """Works until it is told to stop. `acknowledged` arrivals were committed before anybody's eyes; of those that are
    `uncertain` (the connection broke on the way) nobody can say."""

    def __init__(self, dsn: str, chance: random.Random, *, tells: bool = True) -> None:
        self._chance = chance
        self._database = Database(dsn, pool_size=12, registry=registry())
        self._office = Office(self._database)
        self._bus = Bus(dsn, new_id()) if tells else None
        self._tasks = TaskGroup()
        self._is_open = True
        self.acknowledged: set[UUID] = set()
        self.uncertain: set[UUID] = set()
        self.done: Counter[str] = Counter()

    @property
    def database(self) -> Database:
        """For looking."""
        return self._database

    async def open(self) -> None:
        """Hire everybody and open the doors."""
        await self._database.open()
        if self._bus is not None:
            self._database.on_commit(self._bus.publish)
            self._bus.start(self._tasks)
        for n in range(AGENTS):
            await self._office.at_work(f"agent{n}", "sales", "orders")
        for key, ring in (("sales", 1), ("orders", RING)):
            await self._office.rule(
                key, offer_timeout_seconds=OFFER_SECONDS, wrap_up_seconds=1, ring_count=ring
            )
        queues = [self._office.queues["sales"], self._office.queues["orders"]]
        self._tasks.spawn("arrivals", self._arrivals(queues))
        self._tasks.spawn("leaving", self._leaving())
        self._tasks.spawn("beats", self._beats())
        for login, agent_id in self._office.agents.items():
            self._tasks.spawn(login, self._works(agent_id))

    def shut(self) -> None:
        """Nobody comes any more; those who are there are served."""
        self._is_open = False

    async def close(self) -> None:
        """Everybody goes home."""
        await self._tasks.close()
        await self._database.close()

    async def is_empty(self) -> bool:
        """Whether every contact has come to its end."""
        async with self._database.read() as reader:
            return not await reader.fetchval("select exists (select from contacts where state <> 'closed')")

    async def _arrivals(self, queues: list[UUID]) -> None:
        while self._is_open:
            await asyncio.sleep(self._chance.expovariate(ARRIVALS_PER_SECOND))
            contact_id = new_id()
            number = f"+8869{len(self.acknowledged) + len(self.uncertain):08}"
            self.uncertain.add(contact_id)
            try:
                async with self._database.transaction() as tx:
                    new = NewContact("voice", number, "+886200000001", None, "unknown", [], "en")
                    await contacts.open_contact(tx, new, contact_id=contact_id)
                    queue = self._chance.choice(queues)
                    request = QueueRequest(queue, self._chance.randint(3, 7), {}, None, "asked_for_agent")
                    await service.enqueue(tx, contact_id, request, now=await now_of(tx))
            except DATABASE_AWAY:
                self.done["arrivals without an answer"] += 1
                continue
            self.uncertain.discard(contact_id)
            self.acknowledged.add(contact_id)

    async def _leaving(self) -> None:
        """One in ten loses patience, in whatever state the contact is."""
        while True:
            await asyncio.sleep(self._chance.expovariate(ARRIVALS_PER_SECOND / 10))
            await self._try("hung up", self._leave_one)

    async def _leave_one(self) -> None:
        async with self._database.transaction() as tx:
            rows = await tx.fetch(
                "select id from contacts where state in ('queued', 'offered', 'active') order by id"
            )
            if rows:
                await service.customer_left(tx, self._chance.choice(rows)["id"], now=await now_of(tx))

    async def _beats(self) -> None:
        while True:
            await self._try("beat", self._beat)
            await asyncio.sleep(2)

    async def _beat(self) -> None:
        await self._office.sql("update agent_connections set last_heartbeat_at = switchboard_now()")

    async def _works(self, agent_id: UUID) -> None:
        while True:
            await asyncio.sleep(self._chance.uniform(0.01, 0.1))
            await self._try("moved", lambda: self._one_move(agent_id))

    async def _try(self, what: str, act: Callable[[], Awaitable[None]]) -> None:
        try:
            await act()
            self.done[what] += 1
        except TOO_LATE:
            self.done["too late"] += 1
        except DATABASE_AWAY:
            self.done["without an answer"] += 1
            await asyncio.sleep(0.1)

    async def _one_move(self, agent_id: UUID) -> None:
        """What an agent may do now. One in ten offers is overlooked, one in ten declined, each conversation ends."""
        async with self._database.transaction() as tx:
            now = await now_of(tx)
            row = await tx.fetchrow(
                """select o.id, o.state, o.contact_id from offers o
                   where agent_id = $1 and state in ('pending', 'accepting', 'accepted')""",
                agent_id,
            )
            luck = self._chance.random()
            if row is None:
                await self._tidy(tx, agent_id, now)
                return
            match row["state"]:
                case "pending" if luck < 0.8:
                    await service.accept_offer(
                        tx, offer_id=row["id"], agent_id=agent_id, now=now, timeout=ACCEPTING
                    )
                case "pending" if luck < 0.85:
                    await service.reject_offer(tx, offer_id=row["id"], agent_id=agent_id)
                case "accepting" if luck < 0.95:
                    await service.connected(tx, offer_id=row["id"], now=now)
                case "accepting" if luck < 0.97:
                    await service.fail_accepting(
                        tx, contact_id=row["contact_id"], agent_id=agent_id, reason="leg_failed", blame=False
                    )
                case "accepted":
                    await service.customer_left(tx, row["contact_id"], now=now)

    async def _tidy(self, tx: Transaction, agent_id: UUID, now: datetime) -> None:
        contact = await tx.fetchval(
            "select id from contacts where agent_id = $1 and state = 'wrap_up' limit 1", agent_id
        )
        if contact is not None and self._chance.random() < 0.5:
            await service.complete_wrap_up(tx, contact, now=now, dispositions=None, by="agent")
        elif self._chance.random() < 0.2:
            await states.set_presence(tx, agent_id, Presence.AVAILABLE, None)
        elif self._chance.random() < 0.03:
            await states.set_presence(tx, agent_id, Presence.AWAY, "break")
