"""Snapshot before + events == snapshot after, for every command: a console that listens needs no reload."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.channels.voice import calls
from app.channels.voice.calls import CallState
from app.core.ids import new_id
from app.routing import service as routing
from tests.support.app import CALLER, Console, Person, RunningApp

State = dict[str, Any]


def applied(state: State, event: dict[str, Any]) -> State:
    """What the console's reducer does with one event of the agent's own stream."""
    assert event["seq"] == state["seq"] + 1, "a gap or a repeat"
    state = {**state, "seq": event["seq"]}
    offers = {o["offer_id"]: o for o in state["offers"]}
    contacts = {c["contact_id"]: c for c in state["contacts"]}
    match event["type"]:
        case "agent.state_changed":
            state["agent"] = event["agent"]
        case "offer.made":
            offers[event["offer"]["offer_id"]] = event["offer"]
        case "offer.accepting":
            change = {"state": "accepting", "expires_at": event["expires_at"]}
            offers[event["offer_id"]] = {**offers[event["offer_id"]], **change}
        case "offer.ended":
            offers.pop(event["offer_id"], None)
        case "contact.changed":
            contacts[event["contact"]["contact_id"]] = event["contact"]
        case "contact.removed":
            contacts.pop(event["contact_id"], None)
        case kind:
            raise AssertionError(f"the console does not know {kind}")
    return {**state, "offers": list(offers.values()), "contacts": list(contacts.values())}


def comparable(state: State) -> State:
    """Without what is not part of the stream: the time of asking and the queues' figures."""
    return {key: value for key, value in state.items() if key not in ("now", "queues")}


@dataclass
class Desk:
    """An agent at work, whose every change is checked."""

    web: RunningApp
    person: Person
    console: Console

    @contextlib.asynccontextmanager
    async def consistent(self) -> AsyncIterator[list[str]]:
        """The events of the block lead from the snapshot before to the one after; yields their types."""
        before = await self.person.snapshot()
        kinds: list[str] = []
        yield kinds
        after = await self.person.snapshot()
        while self.heard < after["seq"]:
            await self.console.next("events")
        state = before
        for event in self.console.events:
            if event["seq"] > before["seq"]:
                kinds.append(event["type"])
                state = applied(state, event)
        assert comparable(state) == comparable(after)

    @property
    def heard(self) -> int:
        own: list[int] = [e["seq"] for e in self.console.events if e["stream"] == self.person.stream]
        start: int = self.console.welcome["streams"][self.person.stream]["seq"]
        return max(own, default=start)


@pytest.fixture
async def desk(web: RunningApp, mei: Person) -> AsyncIterator[Desk]:
    async with mei.console() as console:
        await mei.command("PUT", "/agents/me/presence", {"presence": "available"})
        yield Desk(web, mei, console)


@pytest.mark.parametrize(
    "choice",
    [
        {"presence": "away", "reason": "lunch"},
        {"presence": "away"},
        {"presence": "offline"},
        {"presence": "available"},
    ],
)
async def test_choosing_a_presence(desk: Desk, choice: dict[str, str]) -> None:
    async with desk.consistent():
        await desk.person.command("PUT", "/agents/me/presence", choice)


async def test_being_offered_a_contact(desk: Desk) -> None:
    async with desk.consistent() as kinds:
        await desk.web.offered(desk.person)
    assert "offer.made" in kinds


async def test_accepting(desk: Desk) -> None:
    _, offer_id = await desk.web.offered(desk.person)
    async with desk.consistent() as kinds:
        await desk.person.command("POST", f"/offers/{offer_id}/accept")
        await desk.person.command("POST", f"/offers/{offer_id}/accept")
    assert kinds == ["offer.accepting"], "saying yes twice is told once"


async def test_rejecting(desk: Desk) -> None:
    _, offer_id = await desk.web.offered(desk.person)
    async with desk.consistent() as kinds:
        await desk.person.command("POST", f"/offers/{offer_id}/reject")
        await desk.person.command("POST", f"/offers/{offer_id}/reject")
    assert kinds.count("offer.ended") == 1


async def test_leaving_while_it_rings(desk: Desk) -> None:
    await desk.web.offered(desk.person)
    async with desk.consistent() as kinds:
        await desk.person.command("PUT", "/agents/me/presence", {"presence": "away", "reason": "break"})
    assert "offer.ended" in kinds


async def test_getting_connected(desk: Desk) -> None:
    async with desk.consistent() as kinds:
        await desk.web.talking(desk.person)
    assert "contact.changed" in kinds


@pytest.mark.parametrize("order", ["hold", "hang-up"])
async def test_ordering_a_call_control(desk: Desk, order: str) -> None:
    contact_id = await desk.web.talking(desk.person)
    async with desk.consistent() as kinds:
        await desk.person.command("POST", f"/contacts/{contact_id}/{order}")
        await desk.person.command("POST", f"/contacts/{contact_id}/{order}")
    assert kinds == ["contact.changed"], "ordering twice is told once"


async def test_resuming(desk: Desk) -> None:
    contact_id = await desk.web.talking(desk.person)
    async with desk.web.database.transaction() as tx:
        await calls.change(tx, contact_id, state=CallState.HELD.value)
    async with desk.consistent() as kinds:
        await desk.person.command("POST", f"/contacts/{contact_id}/resume")
    assert kinds == ["contact.changed"]


async def test_writing_a_note(desk: Desk) -> None:
    contact_id = await desk.web.talking(desk.person)
    note = {"client_id": str(uuid4()), "body": "promised a call back"}
    async with desk.consistent() as kinds:
        first = await desk.person.command("POST", f"/contacts/{contact_id}/notes", note)
        again = await desk.person.command("POST", f"/contacts/{contact_id}/notes", note)
    assert first == again
    assert kinds == ["contact.changed"]


async def test_the_conversation_ends(desk: Desk) -> None:
    async with desk.consistent() as kinds:
        await desk.web.wrapping_up(desk.person)
    assert "contact.changed" in kinds


async def test_extending_the_wrap_up(desk: Desk) -> None:
    contact_id = await desk.web.wrapping_up(desk.person)
    async with desk.consistent():
        await desk.person.command("POST", f"/contacts/{contact_id}/wrap-up/extend")


@pytest.mark.parametrize("note", ["", "all well"])
async def test_completing_the_wrap_up(desk: Desk, note: str) -> None:
    contact_id = await desk.web.wrapping_up(desk.person)
    body = {"client_id": str(uuid4()), "dispositions": ["solved"], "note": note}
    async with desk.consistent() as kinds:
        await desk.person.command("POST", f"/contacts/{contact_id}/wrap-up", body)
        await desk.person.command("POST", f"/contacts/{contact_id}/wrap-up", body)
    assert kinds.count("contact.removed") == 1


async def known_customer(web: RunningApp) -> UUID:
    customer_id = new_id()
    async with web.database.transaction() as tx:
        await tx.execute("insert into customers (id, display_name) values ($1, 'Lin')", customer_id)
        await tx.execute(
            "insert into identities (id, customer_id, kind, value) values ($1, $2, 'phone', $3)",
            new_id(),
            customer_id,
            CALLER,
        )
    return customer_id


@pytest.mark.parametrize("is_known", [True, False])
async def test_choosing_the_customer(desk: Desk, is_known: bool) -> None:
    customer_id = await known_customer(desk.web)
    contact_id = await desk.web.talking(desk.person)
    chosen = {"customer_id": str(customer_id) if is_known else None}
    async with desk.consistent() as kinds:
        view = await desk.person.command("POST", f"/contacts/{contact_id}/customer", chosen)
    assert (view["screen_pop"]["customer"] is not None) == is_known
    assert "contact.changed" in kinds


async def test_losing_the_customer_while_it_rings(desk: Desk) -> None:
    contact_id, _ = await desk.web.offered(desk.person)
    async with desk.consistent() as kinds, desk.web.database.transaction() as tx:
        now = await tx.fetchval("select switchboard_now()")
        await routing.customer_left(tx, contact_id, now=now)
    assert "offer.ended" in kinds


async def test_being_lost_in_conversation(desk: Desk) -> None:
    contact_id = await desk.web.talking(desk.person)
    async with desk.consistent() as kinds, desk.web.database.transaction() as tx:
        await routing.requeue_active(tx, contact_id, reason="agent_lost")
    assert "contact.removed" in kinds


async def test_opening_a_second_console(desk: Desk) -> None:
    async with desk.consistent(), desk.person.console() as second:
        await second.settle()
