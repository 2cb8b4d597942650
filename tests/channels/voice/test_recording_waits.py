"""A customer who waits again is not recorded there; the recording goes on with the next conversation."""

import contextlib

import pytest

from app.channels.voice.recording.timers import RecordingTimers
from app.routing import service as routing
from tests.channels.voice.carrier import Fault, Killed
from tests.channels.voice.line import AgentLeg, Caller, Line
from tests.channels.voice.people import sends
from tests.channels.voice.test_recording import STATUS, asks, kinds, recorded, records


async def waits_again(line: Line) -> tuple[Caller, str]:
    """The agent of a recorded conversation was lost; nothing has been sent yet."""
    caller, _, sid = await recorded(line)
    assert caller.contact_id is not None
    async with line.database.transaction() as tx:
        await routing.requeue_active(tx, caller.contact_id, reason="agent_lost")
    assert await caller.state() == "queued/waiting"
    return caller, sid


def at_carrier(line: Line, sid: str) -> str:
    """How the carrier has the recording."""
    return str(line.carrier.recordings.found[sid]["status"])


async def next_conversation(line: Line, caller: Caller) -> AgentLeg:
    """Another agent takes the customer; nothing is sent after the two have met."""
    await line.agent_at_work("grace")
    await line.route()
    leg = await line.accept(caller)
    await line.run_commands()
    await leg.answers()
    await leg.joins()
    await line.run_commands()
    await caller.joins(leg)
    return leg


async def test_it_pauses_in_the_queue_and_goes_on_with_the_next_agent(line: Line) -> None:
    caller, sid = await waits_again(line)
    await sends(line)
    assert at_carrier(line, sid) == "paused"
    await line.clock.advance(600)
    await RecordingTimers(line.database, line.client).run_due()
    assert await sends(line) == []  # however long the wait is
    await next_conversation(line, caller)
    await sends(line)
    assert at_carrier(line, sid) == "in-progress"
    assert await line.value(STATUS, caller.contact_id) == "in_progress"
    assert len(line.carrier.recordings.found) == 1
    assert await kinds(line, caller) == ["recording.started", "recording.paused", "recording.resumed"]


async def test_a_pause_of_the_agent_s_does_not_end_in_the_queue(line: Line) -> None:
    caller, _, sid = await recorded(line)
    assert caller.contact_id is not None
    await asks(line, caller, "pause")
    await sends(line)
    async with line.database.transaction() as tx:
        await routing.requeue_active(tx, caller.contact_id, reason="agent_lost")
    await sends(line)
    await line.clock.advance(600)
    await RecordingTimers(line.database, line.client).run_due()
    await sends(line)
    assert at_carrier(line, sid) == "paused"
    await next_conversation(line, caller)
    await sends(line)
    assert at_carrier(line, sid) == "in-progress"


async def test_it_stops_where_the_next_queue_records_nothing(line: Line) -> None:
    caller, sid = await waits_again(line)
    await sends(line)
    await records(line, "never")
    await next_conversation(line, caller)
    await sends(line)
    assert at_carrier(line, sid) == "stopped"


@pytest.mark.parametrize("fault", [Fault.LOST_AFTER, Fault.LOST_BEFORE, Fault.KILLED_AFTER, Fault.REFUSED])
async def test_whatever_became_of_the_pause_the_next_conversation_is_recorded(
    line: Line, fault: Fault
) -> None:
    caller, sid = await waits_again(line)
    line.carrier.goes_wrong("update_recording", fault)
    with contextlib.suppress(Killed):
        await line.run_commands()
    await next_conversation_with_pause_open(line, caller)
    await sends(line)
    assert at_carrier(line, sid) == "in-progress"
    assert await line.value(STATUS, caller.contact_id) == "in_progress"


async def next_conversation_with_pause_open(line: Line, caller: Caller) -> None:
    """As above, and the pause comes to be sent again only after the two have met."""
    await line.agent_at_work("grace")
    await line.route()
    leg = await line.accept(caller)
    await only(line, "create_agent_leg")
    await leg.answers()
    await leg.joins()
    await only(line, "move_customer")
    await caller.joins(leg)


async def only(line: Line, kind: str) -> None:
    """Send the open commands of this kind."""
    async with line.database.read() as reader:
        rows = await reader.fetch(
            "select id from voice_commands where kind = $1 and state in ('pending', 'sending')", kind
        )
    for row in rows:
        await line.sender.send({"command_id": str(row["id"])})
