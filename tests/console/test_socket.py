"""`/ws/agent`: who gets in, what wrong frames get, and that nothing is lost between two connections."""

import asyncio
from uuid import uuid4

import orjson
import pytest
from websockets.exceptions import InvalidStatus

from app.console import socket as agent_socket
from app.console.housekeeping import Housekeeping
from app.core import streams
from tests.support.app import Person, RunningApp, close_code, running_app
from tests.support.centre import free_port
from tests.support.waiting import eventually


async def change(person: Person, times: int = 1) -> None:
    """Things that happen to the agent: each is one event of the stream."""
    async with person.web.database.transaction() as tx:
        for n in range(times):
            await streams.append(tx, person.stream, "contact.removed", {"contact_id": str(uuid4()), "n": n})


# Admission ---------------------------------------------------------------------------------------------------


async def test_a_hello_is_welcomed_with_the_whole_state(mei: Person) -> None:
    async with mei.console() as console:
        assert console.welcome["agent_id"] == str(mei.agent_id)
        state = (await console.next("snapshot"))["snapshot"]
        assert state["stream"] == mei.stream
        assert console.heard[0]["type"] == "welcome", "the welcome comes before everything else"


async def test_a_ticket_opens_one_socket_only(web: RunningApp, mei: Person) -> None:
    ticket = await mei.ticket()
    hello = orjson.dumps({"id": 1, "type": "hello", "ticket": ticket}).decode()
    async with web.socket() as first, web.socket() as second:
        await first.send(hello)
        assert orjson.loads(await first.recv())["type"] == "welcome"
        await second.send(hello)
        refusal = orjson.loads(await second.recv())
        assert (refusal["type"], refusal["code"], refusal["reply_to"]) == ("error", "not_signed_in", 1)
        assert await close_code(second) == 4401


@pytest.mark.parametrize("origin", [None, "https://evil.example.com", "null"])
async def test_a_foreign_page_gets_no_socket(web: RunningApp, origin: str | None) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with web.socket(origin=origin):
            pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("frame", ['{"id": 1, "type": "heartbeat"}', "no json", '{"id": 1, "type": "hello"}'])
async def test_the_first_frame_must_be_hello(web: RunningApp, frame: str) -> None:
    async with web.socket() as socket:
        await socket.send(frame)
        assert orjson.loads(await socket.recv())["code"] == "invalid_input"
        assert await close_code(socket) == 4400, "not 4401: the session may be fine"


async def test_silence_is_not_waited_for(web: RunningApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent_socket, "HELLO_SECONDS", 0.05)
    async with web.socket() as socket:
        assert await close_code(socket) == 4408


# Frames ------------------------------------------------------------------------------------------------------


SOMEBODY = "01930000-0000-7000-8000-000000000000"
WRONG_FRAMES: list[
    tuple[str | bytes, int | None, str]
] = [  # the frame, the id it is answered to, what is named
    ("no json", None, "frame"),
    ("[]", None, ""),
    ('{"id": 7, "type": "dance"}', 7, ""),
    ('{"id": 7}', 7, ""),
    ('{"type": "heartbeat"}', None, "id"),
    ('{"id": 7, "type": "watch", "stream": 5, "from_seq": 0}', 7, "stream"),
    ('{"id": 7, "type": "watch", "stream": "contact:x", "from_seq": 0}', 7, "stream"),
    (f'{{"id": 7, "type": "watch", "stream": "queue:{SOMEBODY}", "from_seq": 0}}', 7, "stream"),
    (f'{{"id": 7, "type": "watch", "stream": "contact:{SOMEBODY}", "from_seq": -1}}', 7, "from_seq"),
    ('{"id": 7, "type": "offer.seen", "offer_id": "x"}', 7, "offer_id"),
    ('{"id": 7, "type": "heartbeat", "more": 1}', 7, "more"),
    ('{"id": 7, "type": "hello", "ticket": "again"}', 7, "type"),
    ('{"id": 7, "type": "heartbeat", "pad": "' + "x" * 20_000 + '"}', None, "frame"),
    ("[" * 10_000, None, ""),
    (b'{"id": 7, "type": "heartbeat"}', None, "frame"),
]


async def test_a_wrong_frame_gets_an_error_and_the_socket_stays(mei: Person) -> None:
    async with mei.console() as console:
        for frame, reply_to, names in WRONG_FRAMES:
            await console.socket.send(frame)
            error = await console.next("error")
            assert (error["code"], error["reply_to"]) == ("invalid_input", reply_to), frame[:80]
            assert names in error["message"]
        await console.settle()


async def test_a_heartbeat_tells_where_the_streams_stand(mei: Person) -> None:
    async with mei.console() as console:
        await console.next("snapshot")
        await change(mei, 2)
        await console.next("events")
        answer = await console.ask({"type": "heartbeat"})
        assert answer["streams"][mei.stream] == console.events[-1]["seq"]


async def test_who_sends_nothing_is_given_up(mei: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent_socket, "LOST_AFTER_BEATS", 0.02)
    async with mei.console() as console, asyncio.timeout(15):
        assert await close_code(console.socket) == 4408


# Watching ----------------------------------------------------------------------------------------------------


async def test_a_watched_timeline_is_told_and_an_unwatched_one_is_not(web: RunningApp, mei: Person) -> None:
    contact_id = await web.queued()
    stream = f"contact:{contact_id}"
    async with mei.console() as console:
        page = await mei.command("GET", f"/contacts/{contact_id}/timeline")
        answer = await console.ask({"type": "watch", "stream": stream, "from_seq": page["seq"]})
        assert answer["streams"][stream] == {"seq": page["seq"], "mode": "resume"}
        async with web.database.transaction() as tx:
            await streams.append(tx, stream, "touchpoint.added", {"touchpoint": {}})
        event = (await console.next("events"))["events"][-1]
        assert (event["stream"], event["seq"]) == (stream, page["seq"] + 1)
        await console.ask({"type": "unwatch", "stream": stream})
        async with web.database.transaction() as tx:
            await streams.append(tx, stream, "touchpoint.added", {"touchpoint": {}})
        await console.settle()
        assert len([e for e in console.events if e["stream"] == stream]) == 1


async def test_watching_from_behind_gives_what_was_missed(web: RunningApp, mei: Person) -> None:
    contact_id = await web.queued()
    stream = f"contact:{contact_id}"
    async with mei.console() as console:
        await console.ask({"type": "watch", "stream": stream, "from_seq": 0})
        await console.settle()
        assert [e["seq"] for e in console.events if e["stream"] == stream] == [1, 2]


async def test_nobody_follows_another_agents_stream(web: RunningApp, mei: Person) -> None:
    tom = await web.person("tom")
    async with mei.console() as console:
        refusal = await console.ask({"type": "watch", "stream": tom.stream, "from_seq": 0})
        assert (refusal["type"], refusal["code"]) == ("error", "not_found")
    async with mei.console(streams={tom.stream: 0}) as console:
        assert set(console.welcome["streams"]) == {mei.stream}
        assert (await console.next("error"))["code"] == "not_found"
        await console.settle()


async def test_a_socket_follows_a_limited_number_of_streams(mei: Person) -> None:
    async with mei.console() as console:
        for _ in range(agent_socket.MAX_STREAMS - 1):
            await console.ask({"type": "watch", "stream": f"contact:{uuid4()}", "from_seq": 0})
        refusal = await console.ask({"type": "watch", "stream": f"contact:{uuid4()}", "from_seq": 0})
        assert "unwatch" in refusal["message"]


# Resuming ----------------------------------------------------------------------------------------------------


async def test_resuming_gives_exactly_what_was_missed(mei: Person) -> None:
    await change(mei, 3)
    async with mei.console(streams={mei.stream: 1}) as console:
        assert console.welcome["streams"][mei.stream] == {"seq": 1, "mode": "resume"}
        while not console.events or console.events[-1]["type"] != "agent.state_changed":
            await console.next("events")
        assert [e["seq"] for e in console.events] == [2, 3, 4], "the last one: this console is connected"
        assert all(m["type"] != "snapshot" for m in console.heard)


@pytest.mark.parametrize("last_seen", [1_000, 2**60])
async def test_resuming_from_the_future_loads_afresh(mei: Person, last_seen: int) -> None:
    async with mei.console(streams={mei.stream: last_seen}) as console:
        assert console.welcome["streams"][mei.stream]["mode"] == "reset"
        await console.next("snapshot")


async def test_resuming_from_before_the_log_begins_loads_afresh(web: RunningApp, mei: Person) -> None:
    await change(mei, 5)
    async with web.database.transaction() as tx:
        await tx.execute("delete from events where seq <= 3")
    async with mei.console(streams={mei.stream: 1}) as console:
        assert console.welcome["streams"][mei.stream]["mode"] == "reset"
        state = (await console.next("snapshot"))["snapshot"]
        await change(mei)
        await console.settle()
        assert [e["seq"] for e in console.events] == [state["seq"] + 1]


async def test_no_event_is_lost_or_doubled_while_consoles_come_and_go(mei: Person) -> None:
    writing = asyncio.ensure_future(_keep_changing(mei, 60))
    seen: list[int] = []
    async with mei.console() as console:
        seen.append((await console.next("snapshot"))["snapshot"]["seq"])
    while not writing.done():
        async with mei.console(streams={mei.stream: seen[-1]}) as console:
            assert console.welcome["streams"][mei.stream]["mode"] == "resume"
            await console.settle()
            seen += [e["seq"] for e in console.events]
    await writing
    assert seen == list(range(seen[0], seen[-1] + 1))


async def _keep_changing(person: Person, times: int) -> None:
    for _ in range(times):
        await change(person)


async def test_two_consoles_of_one_agent_hear_the_same(mei: Person) -> None:
    async with mei.console() as one, mei.console() as other:
        for console in (one, other):
            await console.next("snapshot")
        await change(mei, 3)
        for console in (one, other):
            await console.settle()
        assert [e["seq"] for e in one.events][-3:] == [e["seq"] for e in other.events][-3:]


async def test_an_agent_is_lost_with_the_last_console_only(web: RunningApp, mei: Person) -> None:
    async def is_connected() -> bool:
        async with web.database.read() as reader:
            return bool(await reader.fetchval("select is_connected from agent_states"))

    async with mei.console() as staying:
        async with mei.console() as leaving:
            await leaving.settle()
        async with asyncio.timeout(5):
            while len(web.app.state.hub.connections) > 1:
                await staying.settle()
        assert await is_connected()

    async def is_lost() -> bool:
        return not await is_connected()

    await eventually(is_lost, 5)


async def test_after_a_restart_of_the_service_a_console_resumes(dsn: str) -> None:
    port = free_port()
    async with running_app(dsn, port=port) as web:
        mei = await web.person("mei")
        cookies = dict(mei.http.cookies)
        async with mei.console() as console:
            last = (await console.next("snapshot"))["snapshot"]["seq"]
            web.app.state.hub.connections[0].close(1012, "restarting; reconnect")
            assert await close_code(console.socket) == 1012
    async with running_app(dsn, port=port) as web:
        back = Person(web, mei.agent_id, web.client())
        back.http.cookies.update(cookies)
        async with back.console(streams={back.stream: last}) as console:
            assert console.welcome["streams"][back.stream]["mode"] == "resume"
            await console.settle()
            seqs = [e["seq"] for e in console.events]
            assert seqs == list(range(last + 1, last + 1 + len(seqs)))


async def test_queue_figures_are_shown_once_per_change_and_to_every_new_console(
    web: RunningApp, mei: Person
) -> None:
    housekeeping = Housekeeping(web.app.state.database, web.app.state.hub, web.settings, web.app.state.bus)
    async with mei.console() as console:
        await housekeeping._show_queues_once()
        await housekeeping._show_queues_once()
        await console.settle()
        first = [m for m in console.heard if m["type"] == "queues"]
        await web.queued()
        await housekeeping._show_queues_once()
        while not any(q["waiting"] for m in console.heard if m["type"] == "queues" for q in m["queues"]):
            await console.next("queues")
        async with mei.console() as second:
            await housekeeping._show_queues_once()
            assert (await second.next("queues"))["queues"][0]["waiting"] == 1
    assert 1 <= len(first) <= 2, "the running service shows them on its own account too"
