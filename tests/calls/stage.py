"""The whole product and the phone network, in one process and on virtual time, and the people at both ends."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import UUID

import httpx

from app.agents import connections
from app.core.db import Database
from app.core.ids import new_id
from app.demo.run import simulator_config
from app.demo.summary import MAIN_NUMBER, PASSWORD, DemoSummary, summary
from app.main import create_app
from simulator import Knobs, Simulator, parse_config
from simulator.app import create_app as create_simulator
from simulator.phones import PhoneCall, RingingLeg
from simulator.rooms import Participant, hears
from tests.calls.people import PATIENCE, Agent, NotReached
from tests.calls.virtual import StageClock, VirtualNetwork, on_virtual_time
from tests.support.centre import ACCOUNT, COMMAND_HEADERS, settings_for

T = TypeVar("T")
BEAT_SECONDS = 5.0
CUSTOMER = "+886900000105"  # of the queue that mei serves first


@dataclass
class Stage:
    """One centre at ten on a Friday morning."""

    clock: StageClock
    simulator: Simulator
    app: Any
    database: Database
    facts: DemoSummary
    failures: list[str]
    node: UUID = field(default_factory=new_id)
    agents: list[Agent] = field(default_factory=list)

    async def agent(self, login: str = "mei") -> Agent:
        """An agent at work."""
        http = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=BASE)
        signed_in = {"login": login, "password": PASSWORD}
        with self.clock.busy():
            answer = await http.post("/api/v1/session", json=signed_in, headers=COMMAND_HEADERS)
        assert answer.status_code == 200, answer.text
        # by hand: the jar of the client would judge the cookie's end by the machine's own clock
        http.headers["Cookie"] = answer.headers["set-cookie"].partition(";")[0]
        agent_id = UUID(answer.json()["agent_id"])
        identity = await self.value("select softphone_identity from agents where id = $1", agent_id)
        agent = Agent(self, http, agent_id, identity)
        self.agents.append(agent)
        await agent.comes_to_work()
        return agent

    async def call(self, number: str | None = CUSTOMER) -> PhoneCall:
        """A customer dials; None withholds the number."""
        return await self.simulator.phone(number).call(MAIN_NUMBER)

    async def asking(self, number: str | None = CUSTOMER) -> PhoneCall:
        """A customer who is asked what it is about."""
        call = await self.call(number)
        await call.collecting()
        return call

    async def waiting(self, number: str | None = CUSTOMER) -> PhoneCall:
        """A customer who has asked for a person."""
        call = await self.asking(number)
        call.press("0")
        await call.queued()
        return call

    async def rung(self, number: str, within: float = PATIENCE) -> RingingLeg:
        """A telephone outside that we ring."""
        return await self.simulator.phone(number).rings(within)

    async def row(self, sql: str, *args: Any) -> dict[str, Any] | None:
        """One row of the tables."""
        with self.clock.busy():
            async with self.database.read() as reader:
                found = await reader.fetchrow(sql, *args)
        return dict(found.items()) if found is not None else None

    async def value(self, sql: str, *args: Any) -> Any:
        """One value of the tables."""
        row = await self.row(sql, *args)
        return next(iter(row.values())) if row else None

    @contextlib.asynccontextmanager
    async def change(self) -> AsyncIterator[Any]:
        """A transaction of the product's database."""
        with self.clock.busy():
            async with self.database.transaction() as tx:
                yield tx

    async def comes(self, fact: Callable[[], Awaitable[T | None]], what: str, within: float = PATIENCE) -> T:
        """Let time pass until a fact is there, and return it. Raises NotReached."""
        deadline = self.clock.now() + within
        await self.clock.settle()
        while (found := await fact()) is None:
            if not await self.clock.step(deadline):
                found = await fact()
                if found is None:
                    raise NotReached(f"waited {within} s for {what}")
                break
        return found

    async def becomes(self, sql: str, expected: Any, *args: Any, within: float = PATIENCE) -> None:
        """Let time pass until the tables say so."""

        async def there() -> bool | None:
            return True if await self.value(sql, *args) == expected else None

        await self.comes(there, f"{sql} = {expected}", within)

    async def contact_becomes(self, contact_id: UUID, state: str, within: float = PATIENCE) -> None:
        """Wait for a state of the contact."""
        await self.becomes("select state from contacts where id = $1", state, contact_id, within=within)

    async def call_becomes(self, contact_id: UUID, state: str, within: float = PATIENCE) -> None:
        """Wait for a state of the contact's call."""
        sql = "select state from voice_calls where contact_id = $1"
        await self.becomes(sql, state, contact_id, within=within)

    async def heard(self, listener: str, speaker: str, *, is_heard: bool = True) -> None:
        """Let time pass until one hears the other (or does not), by address, as the network sees it."""

        async def there() -> bool | None:
            ear, mouth = self._seat(listener), self._seat(speaker)
            both = ear is not None and mouth is not None and hears(ear, mouth)
            return True if both is is_heard else None

        await self.comes(there, f"{listener} hears {speaker}: {is_heard}")

    def _seat(self, address: str) -> Participant | None:
        rooms = self.simulator.conferences.by_sid.values()
        there = (one for room in rooms for one in room.present)
        return next((one for one in there if one.call.address == address), None)

    async def queue_rules(self, **columns: Any) -> None:
        """Change rules of every queue."""
        async with self.change() as tx:
            for name, value in columns.items():
                await tx.execute(f"update queues set {name} = $1", value)

    async def passes(self, seconds: float) -> None:
        """Let time pass."""
        await self.clock.advance(seconds)

    async def close(self) -> None:
        """Let go of everybody."""
        for agent in self.agents:
            await agent.http.aclose()


PORT, SIMULATOR_PORT = 8000, 8010  # nobody listens there: everything is in this process
BASE = f"http://127.0.0.1:{PORT}"


@contextlib.asynccontextmanager
async def opened_stage(dsn: str, *, seed: int, knobs: Knobs | None = None) -> AsyncIterator[Stage]:
    """A centre on the seeded database `dsn`; the seed is the network's."""
    clock, failures = StageClock(), list[str]()
    settings = settings_for(dsn, PORT, SIMULATOR_PORT)
    facts = summary(settings, is_new=False)
    config = parse_config(simulator_config(facts, ACCOUNT, BASE, settings.twilio_api_base_url))
    if knobs is not None:
        config = replace(config, knobs=knobs)
    async with contextlib.AsyncExitStack() as stack:
        await clock.open(dsn)
        stack.push_async_callback(clock.close)
        network = VirtualNetwork(clock)
        stack.enter_context(on_virtual_time(clock, failures))
        app = create_app(settings, dsn, with_worker=True, transport=network)
        simulator = Simulator(config, clock, httpx.ASGITransport(app), seed=seed)
        network.serve(create_simulator(simulator))
        await stack.enter_async_context(app.router.lifespan_context(app))
        stack.push_async_callback(simulator.close)
        stage = Stage(clock, simulator, app, app.state.database, facts, failures)
        stack.push_async_callback(stage.close)
        _beat(stage)
        yield stage


def _beat(stage: Stage) -> None:
    """Consoles that are connected say so now and then."""

    async def beat() -> None:
        open_ = [agent.connection for agent in stage.agents if agent.connection is not None]
        if open_:
            async with stage.change() as tx:
                await connections.beat(tx, open_)
        stage.clock.call_later(BEAT_SECONDS, again)

    def again() -> None:
        stage.simulator.spawn(beat())

    stage.clock.call_later(BEAT_SECONDS, again)
