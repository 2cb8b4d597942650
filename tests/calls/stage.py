"""The whole product and the phone network, in one process and on virtual time, and the people at both ends."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx
import orjson

from app.agents import connections
from app.core.db import Database
from app.core.ids import new_id
from app.demo.run import simulator_config
from app.demo.summary import MAIN_NUMBER, PASSWORD, DemoSummary, summary
from app.main import create_app
from simulator import Knobs, Simulator, parse_config
from simulator.app import create_app as create_simulator
from simulator.endpoints import Policy
from simulator.phones import PhoneCall, RingingLeg
from tests.calls.virtual import StageClock, VirtualNetwork, on_virtual_time
from tests.support.centre import ACCOUNT, COMMAND_HEADERS, settings_for

T = TypeVar("T")
PATIENCE = 60.0  # virtual s something is waited for
BEAT_SECONDS = 5.0
CUSTOMER = "+886900000105"  # of the queue that mei serves first


class NotReached(AssertionError):
    """What a scenario waits for has not come: under a fault that ends the scenario, else it is wrong."""


@dataclass
class Agent:
    """An agent with a console and a browser phone that answers by itself, unless told otherwise."""

    stage: "Stage"
    http: httpx.AsyncClient
    id: UUID
    identity: str
    connection: UUID | None = None
    _offers: set[str] = field(default_factory=set)

    async def asks(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Call the API. Raises NotReached when it refuses."""
        with self.stage.clock.busy():
            answer = await self.http.request(method, f"/api/v1{path}", json=body, headers=COMMAND_HEADERS)
        if not answer.is_success:
            raise NotReached(f"{method} {path}: {answer.status_code} {answer.text}")
        return orjson.loads(answer.content) if answer.content else {}

    def phone(self, policy: Policy, after: float = 0.2) -> None:
        """How the browser phone behaves from now on."""
        self.stage.simulator.endpoints.set(f"client:{self.identity}", policy, after=after)

    async def comes_to_work(self) -> None:
        """Console open, phone ready, available."""
        self.phone(Policy.ANSWER)
        await self.connects()
        await self.asks("PUT", "/agents/me/presence", {"presence": "available"})

    async def connects(self) -> None:
        """The console's socket opens."""
        self.connection = new_id()
        async with self.stage.change() as tx:
            await connections.connected(
                tx, connection_id=self.connection, agent_id=self.id, node=self.stage.node
            )

    async def drops(self) -> None:
        """The console's socket is gone: network, sleep, a closed lid."""
        gone, self.connection = self.connection, None
        if gone is not None:
            async with self.stage.change() as tx:
                await connections.disconnected(tx, connection_id=gone, agent_id=self.id)

    async def goes_away(self) -> None:
        """No new contacts."""
        await self.asks("PUT", "/agents/me/presence", {"presence": "away", "reason": "break"})

    async def offered(self, within: float = PATIENCE) -> dict[str, Any]:
        """The next offer that pends: its `id` and `contact_id`."""

        async def pending() -> dict[str, Any] | None:
            row = await self.stage.row(
                "select id, contact_id from offers where agent_id = $1 and state = 'pending'", self.id
            )
            return row if row is not None and str(row["id"]) not in self._offers else None

        found = await self.stage.comes(pending, "an offer", within)
        self._offers.add(str(found["id"]))
        return found

    async def accepts(self, within: float = PATIENCE) -> UUID:
        """Say yes to the next offer; the contact."""
        offer = await self.offered(within)
        await self.asks("POST", f"/offers/{offer['id']}/accept")
        contact_id: UUID = offer["contact_id"]
        return contact_id

    async def talks(self, within: float = PATIENCE) -> UUID:
        """Accept the next offer, and the two are connected; the contact."""
        contact_id = await self.accepts(within)
        await self.stage.call_becomes(contact_id, "talking")
        return contact_id

    async def orders(self, contact_id: UUID, what: str) -> None:
        """Press a button of the call: hold, resume, hang-up."""
        await self.asks("POST", f"/contacts/{contact_id}/{what}")

    async def wraps_up(self, contact_id: UUID) -> None:
        """Write how it ended."""
        await self.stage.contact_becomes(contact_id, "wrap_up")
        note = {"client_id": str(uuid4()), "dispositions": ["refund_arranged"], "note": "退款已說明"}
        await self.asks("POST", f"/contacts/{contact_id}/wrap-up", note)

    def leg(self) -> Any:
        """The live leg at this agent's phone. Raises NotReached when there is none."""
        calls = self.stage.simulator.calls.values()
        found = next((c for c in calls if c.live and c.address == f"client:{self.identity}"), None)
        if found is None:
            raise NotReached("the agent's phone has no live leg")
        return found


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
    config = parse_config(simulator_config(facts, ACCOUNT, BASE))
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
