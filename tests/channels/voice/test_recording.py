"""Conversations are recorded by the queue's policy, after the customer has heard so, and paused for card numbers."""

from uuid import UUID

import asyncpg
import pytest

from app.channels.voice.recording import life, rows
from app.channels.voice.recording.timers import RecordingTimers
from app.contacts import repository as contact_rows
from app.contacts.errors import ControlRefused
from app.selfservice.locales import Locale
from app.selfservice.prompts import message
from simulator.twiml_check import check_document
from tests.channels.voice.carrier import Fault
from tests.channels.voice.line import ACCOUNT, VOICE, AgentLeg, Caller, Line, spoken

NOTICE = message("announce.recorded", Locale.ZH_HANT)
STATUS = "select status from recordings where contact_id = $1"
SHOWN = "select media -> 'recording' ->> 'state' from contacts where id = $1"


async def records(line: Line, policy: str = "always") -> None:
    async with line.database.transaction() as tx:
        await tx.execute("update queues set recording = $1", policy)


async def recorded(line: Line) -> tuple[Caller, AgentLeg, str]:
    """A conversation whose recording runs; with its sid at the carrier."""
    await records(line)
    caller, leg = await line.talking_from(await line.connecting())
    assert await line.run_commands() == ["start_recording done"]
    return caller, leg, next(iter(line.carrier.recordings.found))


async def report(line: Line, caller: Caller, sid: str, status: str, **fields: str) -> int:
    recording = await line.value("select id from recordings where contact_id = $1", caller.contact_id)
    form = {
        "AccountSid": ACCOUNT, "CallSid": caller.sid, "RecordingSid": sid, "RecordingStatus": status,
        "RecordingSource": "StartCallRecordingAPI", "RecordingUrl": "https://evil.example.com/sound", **fields,
    }  # fmt: skip
    return (await line.send(f"{VOICE}/recording?recording={recording}", form)).status_code


async def asks(line: Line, caller: Caller, what: str) -> None:
    assert caller.contact_id is not None
    async with line.database.transaction() as tx:
        contact = await contact_rows.get_for_update(tx, caller.contact_id)
        await (life.pause if what == "pause" else life.resume)(tx, contact)


async def kinds(line: Line, caller: Caller) -> list[str]:
    async with line.database.read() as reader:
        found = await reader.fetch(
            "select kind from touchpoints where contact_id = $1 and kind like 'recording.%' order by id",
            caller.contact_id,
        )
    return [row["kind"] for row in found]


async def test_a_queue_that_records_says_so_before_the_queue_and_records_both_sides(line: Line) -> None:
    await records(line)
    await line.agent_at_work()
    caller = await line.waiting_caller()
    assert spoken(caller.text).endswith(NOTICE)
    assert check_document(caller.text) == []
    await caller.asks("wait")
    await line.route()
    caller, _ = await line.talking_from((caller, await line.accept(caller)))
    moved = line.carrier.of("update_call")[-1].fields["Twiml"]
    assert spoken(moved) == "", "who has heard it is not told again"
    assert await line.run_commands() == ["start_recording done"]
    fields = line.carrier.of("create_recording")[0].fields
    assert (fields["RecordingChannels"], fields["RecordingTrack"]) == ("dual", "both")
    assert await line.value(STATUS, caller.contact_id) == "in_progress"
    assert await line.value(SHOWN, caller.contact_id) == "recording"
    assert await kinds(line, caller) == ["recording.started"]


async def test_who_is_moved_before_the_notice_was_over_hears_it_before_the_room(line: Line) -> None:
    await records(line)
    await line.talking_from(await line.connecting())
    moved = line.carrier.of("update_call")[-1].fields["Twiml"]
    assert spoken(moved) == NOTICE
    assert check_document(moved) == []
    assert moved.index("<Say") < moved.index("<Dial")


async def test_a_queue_that_does_not_record_says_nothing_of_it(line: Line) -> None:
    caller, _ = await line.talking()
    assert NOTICE not in spoken(caller.text)
    assert await line.run_commands() == []
    assert await line.value("select count(*) from recordings") == 0


async def test_nobody_is_recorded_who_was_not_told(line: Line) -> None:
    caller, leg = await line.connecting()
    await line.run_commands()
    await leg.answers()
    await leg.joins()
    await line.run_commands()
    await records(line)  # only now, when the move without the notice is under way
    await caller.joins(leg)
    assert await line.value("select count(*) from recordings") == 0


@pytest.mark.parametrize("fault", [Fault.LOST_AFTER, Fault.BROKEN_AFTER, Fault.LOST_BEFORE, Fault.REFUSED])
async def test_a_start_of_unknown_outcome_is_looked_for_and_never_doubled(line: Line, fault: Fault) -> None:
    await records(line)
    caller, _ = await line.talking_from(await line.connecting())
    line.carrier.goes_wrong("create_recording", fault)
    await line.run_commands()
    assert await line.run_commands() == ["start_recording done"]
    assert len(line.carrier.recordings.found) == 1
    assert await line.value(STATUS, caller.contact_id) == "in_progress"


async def test_a_report_before_the_answer_is_taken(line: Line) -> None:
    await records(line)
    caller, _ = await line.talking_from(await line.connecting())
    line.carrier.goes_wrong("create_recording", Fault.LOST_AFTER)
    await line.run_commands()
    sid = next(iter(line.carrier.recordings.found))
    assert await report(line, caller, sid, "in-progress") == 204
    assert await line.run_commands() == ["start_recording dropped"]
    assert await line.value("select recording_sid from recordings") == sid


async def test_reports_in_any_order_and_number_mean_the_same(line: Line) -> None:
    caller, _, sid = await recorded(line)
    for status in ("completed", "in-progress", "completed", "absent"):
        assert await report(line, caller, sid, status, RecordingDuration="31") == 204
    assert await line.value("select (status, seconds) = ('completed', 31) from recordings")
    assert await kinds(line, caller) == ["recording.started", "recording.ended"]
    assert await line.value("select count(*) from pgqueuer where entrypoint = 'recording.fetch'") == 1


async def test_a_forged_or_foreign_report_changes_nothing(line: Line) -> None:
    caller, _, sid = await recorded(line)
    form = {"AccountSid": ACCOUNT, "RecordingSid": sid, "RecordingStatus": "absent"}
    path = f"{VOICE}/recording?recording={UUID(int=5)}"
    assert (await line.send(path, form)).status_code == 404
    assert (await line.send(path, form, token="wrong")).status_code == 403
    assert await report(line, caller, "RE../../x", "completed") == 422
    assert await line.value(STATUS, caller.contact_id) == "in_progress"


async def test_a_second_recording_of_one_order_is_deleted_at_the_carrier(line: Line) -> None:
    caller, _, _ = await recorded(line)
    other = line.carrier.recordings.add(caller.sid, "StartCallRecordingAPI")
    assert await report(line, caller, other, "completed", RecordingDuration="9") == 204
    assert await line.value(STATUS, caller.contact_id) == "in_progress"
    assert await line.value("select count(*) from pgqueuer where entrypoint = 'recording.discard'") == 1


async def test_a_pause_is_shown_only_when_the_carrier_has_confirmed_it(line: Line) -> None:
    caller, _, sid = await recorded(line)
    await asks(line, caller, "pause")
    await asks(line, caller, "pause")
    assert await line.value(SHOWN, caller.contact_id) == "recording"
    assert await line.run_commands() == ["pause_recording done"]
    assert line.carrier.recordings.found[sid]["status"] == "paused"
    assert line.carrier.of("update_recording")[0].fields["PauseBehavior"] == "silence"
    assert await line.value(SHOWN, caller.contact_id) == "paused"
    await asks(line, caller, "resume")
    assert await line.run_commands() == ["resume_recording done"]
    assert await line.value(SHOWN, caller.contact_id) == "recording"
    assert await kinds(line, caller) == ["recording.started", "recording.paused", "recording.resumed"]
    assert await line.value("select jsonb_array_length(pauses) from recordings") == 1


async def test_a_forgotten_pause_ends_by_itself_after_five_minutes(line: Line) -> None:
    caller, _, sid = await recorded(line)
    await asks(line, caller, "pause")
    await line.run_commands()
    timers = RecordingTimers(line.database, line.client)
    await line.clock.advance(299)
    assert await timers.run_due() == 0
    await line.clock.advance(2)
    await timers.run_due()
    await timers.run_due()
    assert await line.run_commands() == ["resume_recording done"]
    assert line.carrier.recordings.found[sid]["status"] == "in-progress"
    assert await line.value(
        "select actor_kind from touchpoints where kind = 'recording.resumed'"
    ) == "system"  # fmt: skip


async def test_a_pause_that_fails_says_that_it_may_still_be_recorded(line: Line) -> None:
    caller, _, _ = await recorded(line)
    await asks(line, caller, "pause")
    line.carrier.goes_wrong("update_recording", Fault.BAD_REQUEST)
    assert await line.run_commands() == ["pause_recording failed"]
    shown = await line.value("select media -> 'recording' from contacts where id = $1", caller.contact_id)
    assert (shown["state"], shown["pending"]) == ("recording", None)
    assert shown["error"]


async def test_a_resume_that_fails_is_tried_again_while_it_pauses(line: Line) -> None:
    caller, _, sid = await recorded(line)
    await asks(line, caller, "pause")
    await line.run_commands()
    await line.clock.advance(301)
    timers = RecordingTimers(line.database, line.client)
    line.carrier.goes_wrong("update_recording", Fault.BAD_REQUEST)
    await timers.run_due()
    assert await line.run_commands() == ["resume_recording failed"]
    await line.clock.advance(11)
    await timers.run_due()
    assert await line.run_commands() == ["resume_recording done"]
    assert line.carrier.recordings.found[sid]["status"] == "in-progress"


async def test_what_is_not_recorded_cannot_be_paused(line: Line) -> None:
    caller, _ = await line.talking()
    with pytest.raises(ControlRefused):
        await asks(line, caller, "pause")


async def test_a_recording_whose_end_nobody_told_is_asked_for(line: Line) -> None:
    caller, _, sid = await recorded(line)
    await caller.status("completed")
    line.carrier.recordings.completes(sid, 12)
    timers = RecordingTimers(line.database, line.client)
    assert await timers.check_due() == 0, "the carrier has a minute"
    await line.clock.advance(61)
    assert await timers.check_due() == 1
    assert await line.value("select (status, seconds) = ('completed', 12) from recordings")
    assert await timers.check_due() == 0


async def test_a_recording_the_carrier_knows_nothing_of_is_absent(line: Line) -> None:
    await records(line)
    caller, _ = await line.talking_from(await line.connecting())
    line.carrier.goes_wrong("create_recording", Fault.LOST_BEFORE)
    await line.run_commands()
    await caller.status("completed")
    assert "start_recording dropped" in await line.run_commands()
    await line.clock.advance(61)
    await RecordingTimers(line.database, line.client).check_due()
    assert await line.value(STATUS, caller.contact_id) == "absent"


async def test_the_same_recording_goes_on_with_the_next_agent_and_stops_where_none_is_wanted(
    line: Line,
) -> None:
    caller, _, sid = await recorded(line)
    assert caller.contact_id is not None
    async with line.database.transaction() as tx:
        contact = await contact_rows.get_for_update(tx, caller.contact_id)
        await life.conversation_began(tx, contact, has_consent=True)
    assert await line.run_commands() == []
    await records(line, "never")
    async with line.database.transaction() as tx:
        contact = await contact_rows.get_for_update(tx, caller.contact_id)
        await life.conversation_began(tx, contact, has_consent=True)
    assert await line.run_commands() == ["stop_recording done"]
    assert line.carrier.recordings.found[sid]["status"] == "stopped"
    assert await line.value(STATUS, caller.contact_id) == "processing"


async def test_only_one_recording_of_a_leg_is_live(line: Line) -> None:
    caller, _, _ = await recorded(line)
    leg = await line.value("select leg_id from recordings")
    assert caller.contact_id is not None
    with pytest.raises(asyncpg.UniqueViolationError):
        async with line.database.transaction() as tx:
            await rows.insert(
                tx, contact_id=caller.contact_id, leg_id=leg, purpose=rows.CONVERSATION, channels=2
            )
