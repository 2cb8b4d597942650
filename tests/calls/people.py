"""Agents and supervisors as the scenarios play them: a console, a browser phone, and what they press."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
import orjson

from app.agents import connections
from app.core.ids import new_id
from simulator.endpoints import Policy
from tests.support.centre import COMMAND_HEADERS

if TYPE_CHECKING:
    from tests.calls.stage import Stage

PATIENCE = 60.0  # virtual s something is waited for


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
        self.stage.simulator.endpoints.set(self.address, policy, after=after)

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

    async def orders(self, contact_id: UUID, what: str, **body: Any) -> None:
        """Press a button of the call: hold, resume, hang-up, transfer, consult, rejoin, recording/pause …"""
        await self.asks("POST", f"/contacts/{contact_id}/{what}", body or None)

    async def turns_to(self, contact_id: UUID, focus: str) -> None:
        """With a guest there, talk to the `customer`, the `guest`, or `all`."""
        await self.asks("PUT", f"/contacts/{contact_id}/consult/focus", {"focus": focus})

    async def supervises(self, contact_id: UUID, mode: str) -> None:
        """As a supervisor: listen, whisper or barge."""
        await self.asks("PUT", f"/contacts/{contact_id}/supervision", {"mode": mode})

    async def dials(self, number: str) -> UUID:
        """Call a customer; the contact."""
        made = await self.asks("POST", "/dial", {"task_id": str(uuid4()), "number": number})
        return UUID(made["contact_id"])

    async def wraps_up(self, contact_id: UUID) -> None:
        """Write how it ended."""
        await self.stage.contact_becomes(contact_id, "wrap_up")
        note = {"client_id": str(uuid4()), "dispositions": ["refund_arranged"], "note": "退款已說明"}
        await self.asks("POST", f"/contacts/{contact_id}/wrap-up", note)

    @property
    def address(self) -> str:
        """The browser phone as the network knows it."""
        return f"client:{self.identity}"

    def leg(self) -> Any:
        """The live leg at this agent's phone. Raises NotReached when there is none."""
        calls = self.stage.simulator.calls.values()
        found = next((c for c in calls if c.live and c.address == self.address), None)
        if found is None:
            raise NotReached("the agent's phone has no live leg")
        return found
