"""A small centre on a real database, driven by hand: a router that runs when told, and time that only a test moves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.agents import accounts, connections, states
from app.agents.presence import Presence
from app.console import handlers as console
from app.contacts import service as contacts
from app.contacts.lifecycle import Outcome
from app.contacts.models import Contact
from app.contacts.service import NewContact
from app.core.db import Database, Transaction
from app.core.events import EventRegistry
from app.core.ids import new_id
from app.core.settings import Settings
from app.routing import promises, service
from app.routing.offers import Offer
from app.routing.outlets import Outlets
from app.routing.overflow_rules import Cause
from app.routing.router import Router
from app.routing.service import QueueRequest
from tests.support.clock import FakeClock

SETTINGS = Settings(_env_file=None)
ACCEPTING = timedelta(seconds=12)
OFFER_SECONDS = 20
WRAP_UP_SECONDS = 30


async def now_of(tx: Transaction) -> datetime:
    """The database's clock."""
    now: datetime = await tx.fetchval("select switchboard_now()")
    return now


@dataclass
class FakeOutlet:
    """A channel that can do what the test lets it, and does it: what it takes out of the queue it closes."""

    can: set[str] = field(default_factory=lambda: {"message"})
    done: list[tuple[str, UUID, str, str | None]] = field(default_factory=list)  # what, whose, cause, text

    def keeps(self, contact: Contact) -> bool:
        """Nobody is kept."""
        return False

    async def callback(self, tx: Transaction, contact: Contact, cause: Cause) -> bool:
        """The customer goes on waiting as a callback."""
        return await self._take("callback", tx, contact, cause)

    async def voicemail(self, tx: Transaction, contact: Contact, cause: Cause) -> bool:
        """The customer speaks and hangs up."""
        return await self._take("voicemail", tx, contact, cause)

    async def _take(self, what: str, tx: Transaction, contact: Contact, cause: Cause) -> bool:
        if what not in self.can:
            return False
        self.done.append((what, contact.id, cause.value, None))
        await contacts.close(tx, contact.id, Outcome.CALLBACK_REQUESTED, now=await now_of(tx))
        return True

    async def message(
        self, tx: Transaction, contact: Contact, cause: Cause, *, text: str | None, opens_at: datetime | None
    ) -> bool:
        """The customer hears it."""
        if "message" not in self.can:
            return False
        self.done.append(("message", contact.id, cause.value, text))
        return True


@dataclass
class Office:
    """Queues, agents, callers and one router. Agents are known by their login, callers by a word of the test's."""

    database: Database
    clock: FakeClock | None = None
    agents: dict[str, UUID] = field(default_factory=dict)
    queues: dict[str, UUID] = field(default_factory=dict)
    callers: dict[str, UUID] = field(default_factory=dict)
    sockets: dict[str, UUID] = field(default_factory=dict)
    outlet: "FakeOutlet" = field(default_factory=lambda: FakeOutlet())
    router: Router = field(init=False)

    def __post_init__(self) -> None:
        self.new_router()

    def new_router(self) -> Router:
        """Forget the running router (as a crash does) and have another node's take its place."""
        self.router = self.another_router()
        return self.router

    def another_router(self) -> Router:
        """A router of a further node."""
        return Router(self.database, SETTINGS, new_id(), outlets=Outlets({"voice": self.outlet}))

    async def crash(self) -> None:
        """The routing node dies; the next one takes over when the lease has run out."""
        self.new_router()
        await self.sql("update router_leases set expires_at = switchboard_now()")

    async def route(self) -> float:
        """Let the router do all that is due; returns how long it would rest."""
        for _ in range(20):
            if (pause := await self.router.run_once()) > 0:
                return pause
        raise AssertionError("the router finds no rest")

    async def passes(self, seconds: float, *, beating: bool = True) -> None:
        """Time passes and nobody acts; open consoles keep beating unless told otherwise."""
        assert self.clock is not None
        await self.clock.advance(seconds)
        if beating:
            await self.sql("update agent_connections set last_heartbeat_at = switchboard_now()")

    async def advance(self, seconds: float, *, beating: bool = True) -> None:
        """Time passes; the router acts at the end of it."""
        await self.passes(seconds, beating=beating)
        await self.route()

    # --- people ---------------------------------------------------------------------------------------------

    async def queue(self, key: str = "sales", **rules: int) -> UUID:
        """A queue, made when it is first named."""
        if key not in self.queues:
            rules = {"wrap_up_seconds": WRAP_UP_SECONDS, "offer_timeout_seconds": OFFER_SECONDS, **rules}
            self.queues[key] = new_id()
            await self.sql(
                """insert into queues (id, key, name, wrap_up_seconds, offer_timeout_seconds)
                   values ($1, $2, $2, $3, $4)""",
                self.queues[key],
                key,
                rules["wrap_up_seconds"],
                rules["offer_timeout_seconds"],
            )
        return self.queues[key]

    async def rule(self, key: str = "sales", **columns: Any) -> None:
        """Set rules of a queue as a supervisor does: columns of its row."""
        await self.queue(key)
        sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(columns, start=2))
        await self.sql(f"update queues set {sets} where key = $1", key, *columns.values())

    async def hire(
        self,
        login: str,
        *queues: str,
        skills: dict[str, int] | None = None,
        units: int = 1,
        rank: int = 1,
    ) -> UUID:
        """An account that serves these queues (`sales` unless told), not at work yet."""
        served = [await self.queue(key) for key in queues or ("sales",)]
        async with self.database.transaction() as tx:
            agent_id = await accounts.create(
                tx,
                number=len(self.agents) + 1,
                login=login,
                display_name=login.title(),
                password_hash="-",
                role="agent",
                locale="en",
                units=units,
            )
            for queue_id in served:
                await tx.execute("insert into agent_queues values ($1, $2, $3)", agent_id, queue_id, rank)
            for skill, level in (skills or {}).items():
                await self._skill(tx, agent_id, skill, level)
        self.agents[login] = agent_id
        return agent_id

    async def _skill(self, tx: Transaction, agent_id: UUID, skill: str, level: int) -> None:
        await tx.execute("insert into skills (key) values ($1) on conflict do nothing", skill)
        await tx.execute("insert into agent_skills values ($1, $2, $3)", agent_id, skill, level)

    async def teach(self, login: str, skill: str, level: int) -> None:
        """Give an agent a skill while at work."""
        async with self.database.transaction() as tx:
            await self._skill(tx, self.agents[login], skill, level)

    async def connect(self, login: str) -> None:
        """The agent's console opens its socket."""
        self.sockets[login] = new_id()
        async with self.database.transaction() as tx:
            await connections.connected(
                tx, connection_id=self.sockets[login], agent_id=self.agents[login], node=new_id()
            )

    async def lose(self, login: str) -> None:
        """The agent's socket closes."""
        async with self.database.transaction() as tx:
            await connections.disconnected(tx, connection_id=self.sockets[login], agent_id=self.agents[login])

    async def choose(self, login: str, presence: Presence, reason: str | None = None) -> None:
        """The agent chooses a presence."""
        async with self.database.transaction() as tx:
            await states.set_presence(tx, self.agents[login], presence, reason)

    async def at_work(self, login: str, *queues: str, **how: Any) -> UUID:
        """An agent who is hired, connected and available."""
        agent_id = await self.hire(login, *queues, **how)
        await self.connect(login)
        await self.choose(login, Presence.AVAILABLE)
        return agent_id

    # --- callers --------------------------------------------------------------------------------------------

    async def call(
        self,
        word: str,
        queue: str = "sales",
        *,
        priority: int = 5,
        skills: dict[str, int] | None = None,
        number: str | None = "",
        customer_id: UUID | None = None,
    ) -> UUID:
        """A caller whom self-service did not help waits in the queue. The number is the caller's own unless told;
        None: withheld."""
        queue_id = await self.queue(queue)
        number = f"+8869{len(self.callers):08}" if number == "" else number
        async with self.database.transaction() as tx:
            contact = await contacts.open_contact(
                tx, NewContact("voice", number, "+886200000001", customer_id, "unknown", [], "en")
            )
            request = QueueRequest(queue_id, priority, skills or {}, None, "asked_for_agent")
            await service.enqueue(tx, contact.id, request, now=await now_of(tx))
        self.callers[word] = contact.id
        return contact.id

    async def hang_up(self, word: str) -> Contact:
        """The caller goes."""
        async with self.database.transaction() as tx:
            return await service.customer_left(tx, self.callers[word], now=await now_of(tx))

    # --- answers --------------------------------------------------------------------------------------------

    async def offer_id(self, login: str, *states: str) -> UUID:
        """The agent's newest offer that is pending (or in one of `states`)."""
        found: UUID | None = await self.value(
            """select id from offers where agent_id = $1 and state = any($2)
               order by made_at desc, id desc limit 1""",
            self.agents[login],
            list(states or ("pending",)),
        )
        assert found is not None, f"{login} has no offer that is {states or 'pending'}"
        return found

    async def accept(self, login: str, offer_id: UUID | None = None) -> Offer:
        """The agent says yes."""
        offer_id = offer_id or await self.offer_id(login)
        async with self.database.transaction() as tx:
            return await service.accept_offer(
                tx, offer_id=offer_id, agent_id=self.agents[login], now=await now_of(tx), timeout=ACCEPTING
            )

    async def join(self, login: str, offer_id: UUID | None = None) -> Contact | None:
        """The agent's media joins."""
        offer_id = offer_id or await self.offer_id(login, "accepting")
        async with self.database.transaction() as tx:
            return await service.connected(tx, offer_id=offer_id, now=await now_of(tx))

    async def talk(self, login: str) -> None:
        """The agent takes what rings and is connected."""
        await self.accept(login)
        await self.join(login)
        await self.route()

    async def reject(self, login: str, offer_id: UUID | None = None) -> Offer:
        """The agent says no."""
        offer_id = offer_id or await self.offer_id(login)
        async with self.database.transaction() as tx:
            return await service.reject_offer(tx, offer_id=offer_id, agent_id=self.agents[login])

    async def wrap_up(self, word: str) -> None:
        """The agent ends the wrap-up of this caller's contact."""
        async with self.database.transaction() as tx:
            await service.complete_wrap_up(
                tx, self.callers[word], now=await now_of(tx), dispositions=None, by="agent"
            )

    # --- what the tables say --------------------------------------------------------------------------------

    async def sql(self, sql: str, *args: Any) -> None:
        """Change something behind everybody's back."""
        async with self.database.transaction() as tx:
            await tx.execute(sql, *args)

    async def value(self, sql: str, *args: Any) -> Any:
        """One value."""
        async with self.database.read() as reader:
            return await reader.fetchval(sql, *args)

    async def ringing(self) -> dict[str, str]:
        """Who rings at whom: caller -> login, offers pending."""
        return await self._held("pending")

    async def held(self) -> dict[str, str]:
        """Every caller in somebody's hands or ringing: caller -> login."""
        return await self._held("pending", "accepting", "accepted")

    async def _held(self, *states: str) -> dict[str, str]:
        async with self.database.read() as reader:
            rows = await reader.fetch(
                "select contact_id, agent_id from offers where state = any($1) order by made_at, id",
                list(states),
            )
        words = {contact_id: word for word, contact_id in self.callers.items()}
        logins = {agent_id: login for login, agent_id in self.agents.items()}
        return {words[row["contact_id"]]: logins[row["agent_id"]] for row in rows}

    async def state(self, word: str) -> str:
        """The state of a caller's contact."""
        state: str = await self.value("select state from contacts where id = $1", self.callers[word])
        return state

    async def is_not_responding(self, login: str) -> bool:
        """Whether the agent is marked as not responding."""
        return bool(
            await self.value(
                "select not_responding_since is not null from agent_states where agent_id = $1",
                self.agents[login],
            )
        )

    async def offers_made(self) -> int:
        """How many offers there ever were."""
        count: int = await self.value("select count(*) from offers")
        return count


def registry() -> EventRegistry:
    """The handlers above routing, as in the product: changes reach the agents' streams."""
    handlers = EventRegistry()
    promises.subscribe(handlers)
    console.subscribe(handlers)
    return handlers


@asynccontextmanager
async def open_office(dsn: str) -> AsyncIterator[Office]:
    """An empty centre on a fresh database, with time standing still."""
    database = Database(dsn, pool_size=8, registry=registry())
    await database.open()
    clock = FakeClock(database)
    await clock.install()
    try:
        yield Office(database, clock)
    finally:
        clock.uninstall()
        await database.close()
