"""The carrier repeats, delays and shuffles what it sends; nothing of that may happen twice or end wrong."""

import asyncio

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.channels.voice.reports import EARLY_JOB, Reports
from tests.channels.voice.line import KNOWN_CALLER, VOICE, AgentLeg, Caller, Line, new_sid, opened_line
from tests.support.postgres import TestServer


async def world(line: Line) -> dict[str, int]:
    """How many rows each table holds, of what a call writes."""
    counts = await line.counts()
    return {name: n for name, n in counts.items() if not name.startswith("pgqueuer")}


async def test_the_end_of_a_call_may_overtake_its_beginning(line: Line) -> None:
    caller = Caller(line, new_sid(), KNOWN_CALLER)
    assert (await caller.status("completed")).status_code == 404
    assert (await line.send(f"{VOICE}/inbound", caller.fields(CallStatus="ringing"))).status_code == 200
    payload = await line.value("select payload from pgqueuer where entrypoint = $1", EARLY_JOB)
    for _ in range(2):
        await Reports(line.database).early_status(orjson.loads(payload))
    caller.contact_id = await line.value("select contact_id from voice_calls where call_sid = $1", caller.sid)
    assert await caller.state() == "closed/closed"


async def test_the_first_webhook_repeated_gets_the_same_answer_and_changes_nothing(line: Line) -> None:
    caller = await line.call()
    before = await world(line)
    again = await line.send(f"{VOICE}/inbound", caller.fields(CallStatus="ringing"))
    assert again.text == caller.text
    await caller.press("0")
    later = await line.send(f"{VOICE}/inbound", caller.fields(CallStatus="ringing"))
    assert later.status_code == 200
    assert (await world(line))["contacts"] == before["contacts"]


async def test_eight_first_webhooks_at_once_open_one_contact(line: Line) -> None:
    before = await world(line)
    caller = Caller(line, "CA" + "8" * 32, "+886900000103")
    answers = await asyncio.gather(
        *(line.send(f"{VOICE}/inbound", caller.fields(CallStatus="ringing")) for _ in range(8))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    after = await world(line)
    new = {name: after[name] - n for name, n in before.items() if after[name] != n}
    assert new["contacts"] == new["voice_calls"] == new["voice_legs"] == new["flow_runs"] == new["inbox"] == 1
    opened = await line.value(
        """select count(*) from touchpoints t join voice_calls v using (contact_id)
           where v.call_sid = $1 and t.kind = 'contact.opened'""",
        caller.sid,
    )
    assert opened == 1


async def test_eight_equal_replies_at_once_take_one_step(line: Line) -> None:
    caller = await line.call()
    action = caller.action()
    step = await line.value("select step from flow_runs where contact_id = $1", caller.contact_id)
    answers: list[httpx.Response] = await asyncio.gather(
        *(line.send(action, caller.fields(Digits="0")) for _ in range(8))
    )
    assert len({answer.content for answer in answers}) == 1
    assert "<Enqueue" in answers[0].text
    assert await line.value("select step from flow_runs where contact_id = $1", caller.contact_id) == step + 1
    queued = "select count(*) from touchpoints where contact_id = $1 and kind = 'contact.queued'"
    assert await line.value(queued, caller.contact_id) == 1


async def test_a_late_reply_gets_the_current_document_and_changes_nothing(line: Line) -> None:
    caller = await line.call()
    first = caller.action()
    await caller.press("3")
    current = caller.text
    before = await world(line)
    for digits in ("3", "0", "9"):
        late = await line.send(first, caller.fields(Digits=digits))
        assert late.text == current
    assert await world(line) == before


async def test_a_reply_after_the_queue_gets_the_queue_again(line: Line) -> None:
    caller = await line.call()
    first = caller.action()
    await caller.press("0")
    parked = caller.text
    before = await world(line)
    assert (await line.send(first, caller.fields(Digits="1"))).text == parked
    assert await world(line) == before


async def test_a_leg_s_callback_may_come_before_the_answer_that_made_it(line: Line) -> None:
    caller, leg = await line.connecting()
    await line.run_commands()
    sid = leg.sid
    async with line.database.transaction() as tx:  # as if the answer had not been recorded
        await tx.execute("update voice_legs set call_sid = null, status = 'new' where id = $1", leg.id)
        await tx.execute("update voice_commands set state = 'sending'")
    await leg.answers()
    await leg.joins()
    assert await line.value("select call_sid from voice_legs where id = $1", leg.id) == sid
    assert "create_agent_leg dropped" in await line.run_commands()
    await caller.joins(leg)
    assert await caller.state() == "active/talking"
    assert line.carrier.legs_made == 1


async def test_a_join_of_a_leg_that_is_over_puts_nobody_into_the_room(line: Line) -> None:
    caller, leg = await line.connecting()
    await line.run_commands()
    await leg.answers()
    await leg.status("completed", 3)
    await leg.event("participant-join", 1, sid=leg.sid)
    assert await line.value("select is_in_room from voice_legs where id = $1", leg.id) is False
    assert await caller.state() == "queued/waiting"


async def test_a_late_hold_does_not_undo_a_newer_resume(line: Line) -> None:
    caller, leg = await line.talking()
    who = {"sid": caller.sid, "label": "customer"}
    await leg.event("participant-hold", 3, **who)
    assert await caller.state() == "active/held"
    await leg.event("participant-unhold", 5, **who)
    await leg.event("participant-hold", 3, **who)
    assert await caller.state() == "active/talking"
    kinds = "select count(*) from touchpoints where contact_id = $1 and kind = 'call.held'"
    assert await line.value(kinds, caller.contact_id) == 1


async def test_a_second_conversation_counts_its_events_from_the_start(line: Line) -> None:
    """The customer comes back into a new room whose numbers are smaller than the last of the old one."""
    caller, leg = await line.talking()
    await leg.event("participant-hold", 7, sid=caller.sid, label="customer")
    await leg.event("participant-unhold", 9, sid=caller.sid, label="customer")
    await leg.leaves(10)
    await line.clock.advance(11)
    assert await line.reconciler.rescue_alone() == 1
    assert await caller.state() == "queued/waiting"
    await line.run_commands()
    await line.route()
    second = await line.accept(caller)
    assert second.room != leg.room
    await line.run_commands()
    await second.answers()
    await second.joins(1)
    await line.run_commands()
    await caller.joins(second, 2)
    assert await caller.state() == "active/talking"
    await leg.event("participant-leave", 11, sid=caller.sid, label="customer")  # late, of the old room
    assert await caller.state() == "active/talking"


Event = tuple[str, str, int]

WHOLE_CALL: list[Event] = [
    ("leg", "initiated", 0),
    ("leg", "ringing", 1),
    ("leg", "in-progress", 2),
    ("agent", "participant-join", 1),
    ("customer", "participant-join", 2),
    ("customer", "participant-hold", 4),
    ("customer", "participant-unhold", 5),
    ("customer", "participant-leave", 6),
    ("agent", "participant-leave", 7),
    ("leg", "completed", 3),
    ("call", "completed", 0),
]


@given(data=st.data())
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
def test_the_callbacks_of_a_call_in_any_order_end_in_the_same_state(
    postgres: TestServer, demo_template: str, data: st.DataObject
) -> None:
    events = data.draw(st.permutations(WHOLE_CALL))
    repeated = data.draw(st.lists(st.sampled_from(WHOLE_CALL), max_size=4))
    dsn = postgres.clone(demo_template)
    try:
        asyncio.run(_any_order(dsn, [*events, *repeated]))
    finally:
        postgres.drop_database(dsn)


async def _any_order(dsn: str, events: list[Event]) -> None:
    async with opened_line(dsn) as line:
        caller, leg = await line.connecting()
        await line.run_commands()
        sid = leg.sid
        room = line.carrier.room(leg.room)
        assert room is not None
        for who, what, sequence in events:
            await _deliver(line, caller, leg, sid, who, what, sequence)
        for _ in range(4):
            await line.route(1)
            await line.run_commands()
        assert await line.value("select state from contacts where id = $1", caller.contact_id) in (
            "closed",
            "wrap_up",
        )
        state = await line.value("select state from voice_calls where contact_id = $1", caller.contact_id)
        assert state == "closed"
        # whoever's leave came first: the customer hung up, the agent did not drop off
        dropped = "select count(*) from touchpoints where contact_id = $1 and kind = 'agent.dropped'"
        assert await line.value(dropped, caller.contact_id) == 0
        assert await line.value("select bool_and(ended_at is not null) from voice_legs") is True
        live = "select count(*) from offers where state in ('pending', 'accepting', 'accepted')"
        assert await line.value(live) == 0
        assert await line.value("select sum(used_units) from agent_states") == 0
        twice = await line.value(
            "select count(*) from (select from touchpoints where contact_id = $1 group by kind, data having"
            " count(*) > 1 and kind in ('contact.connected', 'contact.ended', 'call.connected')) t",
            caller.contact_id,
        )
        assert twice == 0
        assert line.carrier.legs_made == 1


async def _deliver(
    line: Line, caller: Caller, leg: AgentLeg, sid: str, who: str, what: str, sequence: int
) -> None:
    match who:
        case "leg":
            fields = leg.event_fields("", sequence, sid=sid) | {"CallStatus": what}
            response = await line.send(f"{VOICE}/leg?leg={leg.id}", fields)
        case "call":
            response = await caller.status(what)
        case _:
            person = {"sid": sid} if who == "agent" else {"sid": caller.sid, "label": "customer"}
            fields = leg.event_fields(what, sequence, **person)
            response = await line.send(f"{VOICE}/conference?contact={caller.contact_id}", fields)
    assert response.status_code == 204, response.text


@pytest.mark.parametrize("times", [2, 3])
async def test_every_report_of_a_call_repeated_changes_nothing(line: Line, times: int) -> None:
    caller, leg = await line.talking()
    sid = leg.sid
    for event in WHOLE_CALL:
        await _deliver(line, caller, leg, sid, *event)
        before = await world(line)
        state = await caller.state()
        for _ in range(times - 1):
            await _deliver(line, caller, leg, sid, *event)
        assert await world(line) == before, event
        assert await caller.state() == state, event
