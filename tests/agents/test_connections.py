"""Which agents have a live console, with several consoles and dying nodes."""

from datetime import timedelta
from uuid import UUID

from app.agents import connections, states
from app.agents.presence import Presence
from app.agents.states import AgentRow
from app.core.ids import new_id
from tests.agents.people import Person

STALE = timedelta(seconds=30)


async def open_console(mei: Person) -> UUID:
    connection_id = new_id()
    async with mei.database.transaction() as tx:
        await connections.connected(tx, connection_id=connection_id, agent_id=mei.agent_id, node=new_id())
    return connection_id


async def close_console(mei: Person, connection_id: UUID) -> None:
    async with mei.database.transaction() as tx:
        await connections.disconnected(tx, connection_id=connection_id, agent_id=mei.agent_id)


async def state(mei: Person) -> AgentRow:
    async with mei.database.read() as reader:
        return await states.get(reader, mei.agent_id)


async def sweep(mei: Person) -> int:
    async with mei.database.transaction() as tx:
        return await connections.sweep_stale(tx, older_than=STALE)


async def test_an_agent_is_lost_with_the_last_console_only(mei: Person) -> None:
    first, second = await open_console(mei), await open_console(mei)
    await close_console(mei, first)
    assert (await state(mei)).is_connected
    await close_console(mei, second)
    assert not (await state(mei)).is_connected
    assert (await state(mei)).lost_at == mei.clock.now


async def test_closing_a_console_twice_does_not_move_the_moment_of_loss(mei: Person) -> None:
    console = await open_console(mei)
    await close_console(mei, console)
    lost_at = (await state(mei)).lost_at
    await mei.clock.advance(5)
    await close_console(mei, console)
    assert (await state(mei)).lost_at == lost_at


async def test_coming_back_ends_the_loss(mei: Person) -> None:
    await close_console(mei, await open_console(mei))
    await open_console(mei)
    assert (await state(mei)).is_connected
    assert (await state(mei)).lost_at is None


async def test_a_node_that_stops_beating_loses_its_agents(mei: Person) -> None:
    await open_console(mei)
    await mei.clock.advance(30)
    assert await sweep(mei) == 0
    await mei.clock.advance(0.001)
    assert await sweep(mei) == 1
    assert not (await state(mei)).is_connected


async def test_a_beating_console_keeps_the_agent_when_another_goes_stale(mei: Person) -> None:
    await open_console(mei)
    alive = await open_console(mei)
    await mei.clock.advance(31)
    async with mei.database.transaction() as tx:
        assert await connections.beat(tx, [alive]) == []
    assert await sweep(mei) == 1
    assert (await state(mei)).is_connected


async def test_a_node_that_was_frozen_learns_that_its_consoles_were_swept(mei: Person) -> None:
    console = await open_console(mei)
    await mei.clock.advance(31)
    await sweep(mei)
    async with mei.database.transaction() as tx:
        assert await connections.beat(tx, [console]) == [console]


async def test_choosing_the_same_presence_again_leaves_the_idle_clock(mei: Person) -> None:
    async with mei.database.transaction() as tx:
        await states.set_presence(tx, mei.agent_id, Presence.AVAILABLE, None)
    since = (await state(mei)).idle_since
    await mei.clock.advance(60)
    async with mei.database.transaction() as tx:
        await states.set_presence(tx, mei.agent_id, Presence.AVAILABLE, None)
    assert (await state(mei)).idle_since == since


async def test_only_an_away_agent_has_a_reason(mei: Person) -> None:
    async with mei.database.transaction() as tx:
        await states.set_presence(tx, mei.agent_id, Presence.AWAY, "lunch")
    assert (await state(mei)).presence_reason == "lunch"
    async with mei.database.transaction() as tx:
        await states.set_presence(tx, mei.agent_id, Presence.OFFLINE, "lunch")
    assert (await state(mei)).presence_reason is None
