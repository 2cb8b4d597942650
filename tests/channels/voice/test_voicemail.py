"""Who cannot be served leaves a message: one at most, kept when they hang up, none when they are silent."""

import itertools

import pytest

from app.channels.voice.recording.timers import RecordingTimers
from app.selfservice.locales import Locale
from app.selfservice.prompts import message
from simulator.twiml_check import check_document
from tests.channels.voice.carrier import Fault
from tests.channels.voice.line import ACCOUNT, VOICE, Caller, Line, spoken
from tests.channels.voice.test_farewell import outcome, set_rule

LEAVE = message("voicemail.leave", Locale.ZH_HANT)
THANKS = message("voicemail.thanks", Locale.ZH_HANT)


async def diverted(line: Line) -> Caller:
    """A caller who has waited as long as the queue allows, and may leave a message."""
    await set_rule(line, max_wait_seconds=60, overflow={"max_wait": {"do": "voicemail"}})
    caller = await line.waiting_caller()
    await line.route()
    await line.clock.advance(60)
    await line.route()
    assert await caller.state() == "new/voicemail"
    return caller


async def at_the_tone(line: Line) -> tuple[Caller, str]:
    """A caller who hears the tone; with the sid of the recording."""
    caller = await diverted(line)
    assert await line.run_commands() == ["take_message done"]
    return caller, line.carrier.recordings.add(caller.sid, "RecordVerb", channels=1)


async def report(line: Line, sid: str, status: str, seconds: int = 9) -> None:
    recording = await line.value("select id from recordings where purpose = 'voicemail'")
    form = {
        "AccountSid": ACCOUNT, "RecordingSid": sid, "RecordingStatus": status, "RecordingSource": "RecordVerb",
        "RecordingDuration": str(seconds),
    }  # fmt: skip
    assert (await line.send(f"{VOICE}/recording?recording={recording}", form)).status_code == 204


async def test_the_caller_is_told_at_once_and_recorded_after_the_tone(line: Line) -> None:
    await at_the_tone(line)
    request = line.carrier.of("update_call")[-1]
    assert LEAVE in spoken(request.fields["Twiml"])
    assert check_document(request.fields["Twiml"]) == []
    assert "<Record" in request.fields["Twiml"]


@pytest.mark.parametrize("order", list(itertools.permutations(["action", "report", "status"])))
async def test_one_message_is_kept_in_whatever_order_it_is_told(line: Line, order: tuple[str, ...]) -> None:
    caller, sid = await at_the_tone(line)
    for _ in range(2):
        for what in order:
            match what:
                case "action":
                    ended = {"CallStatus": "completed", "Digits": "hangup", "RecordingSid": sid}
                    answer = await caller.asks("voicemail-done", **ended)
                    assert "<Say" not in answer.text
                case "report":
                    await report(line, sid, "completed")
                case _:
                    await caller.status("completed")
    assert await caller.state() == "closed/closed"
    assert await outcome(line, caller) == "voicemail"
    assert await line.value("select count(*) from voicemails") == 1
    last = "select kind from touchpoints where contact_id = $1 order by id desc limit 1"
    assert await line.value(last, caller.contact_id) == "contact.closed"
    assert await line.value("select count(*) from touchpoints where kind = 'voicemail.left'") == 1


async def test_who_presses_the_hash_key_is_thanked(line: Line) -> None:
    caller, sid = await at_the_tone(line)
    answer = await caller.asks("voicemail-done", Digits="#", RecordingSid=sid)
    assert spoken(answer.text) == THANKS
    assert check_document(answer.text) == []


async def test_silence_leaves_no_message_and_the_contact_ends_as_without_one(line: Line) -> None:
    caller, sid = await at_the_tone(line)
    await report(line, sid, "absent", 0)
    await caller.status("completed")
    assert await outcome(line, caller) == "expired"
    assert await line.value("select count(*) from voicemails") == 0


async def test_who_hangs_up_before_the_tone_leaves_none(line: Line) -> None:
    caller = await diverted(line)
    await caller.status("completed")
    assert await line.run_commands() == ["take_message dropped"]
    await line.clock.advance(61)
    await RecordingTimers(line.database, line.client).check_due()
    assert await caller.state() == "closed/closed"
    assert await outcome(line, caller) == "expired"


async def test_a_report_that_was_lost_is_asked_for(line: Line) -> None:
    caller, sid = await at_the_tone(line)
    line.carrier.recordings.completes(sid, 14)
    await caller.status("completed")
    await line.clock.advance(61)
    await RecordingTimers(line.database, line.client).check_due()
    assert await outcome(line, caller) == "voicemail"
    assert await line.value("select seconds from recordings") == 14


@pytest.mark.parametrize("fault", [Fault.LOST_AFTER, Fault.BROKEN_AFTER])
async def test_who_is_speaking_already_is_not_cut_off_by_a_repeat(line: Line, fault: Fault) -> None:
    caller = await diverted(line)
    line.carrier.goes_wrong("update_call", fault)
    assert await line.run_commands() == ["take_message sending"]
    line.carrier.recordings.add(caller.sid, "RecordVerb", channels=1)
    assert await line.run_commands() == ["take_message done"]
    assert len(line.carrier.of("update_call")) == 1


async def test_a_caller_whom_the_order_cannot_reach_is_taken_there_by_the_queue(line: Line) -> None:
    caller = await diverted(line)
    assert "<Play" in (await caller.asks("wait")).text, "the order is on its way"
    line.carrier.goes_wrong("update_call", Fault.BAD_REQUEST)
    assert await line.run_commands() == ["take_message failed"]
    answer = await caller.asks("wait")
    assert "<Leave" in answer.text
    assert check_document(answer.text, "enqueue-wait") == []
    assert LEAVE in spoken((await caller.asks("queue-left", QueueResult="leave")).text)


async def test_who_falls_out_of_the_carriers_queue_first_is_not_moved_again(line: Line) -> None:
    caller = await diverted(line)
    assert LEAVE in spoken((await caller.asks("queue-left", QueueResult="error")).text)
    assert await line.run_commands() == ["take_message dropped"]


async def test_a_caller_after_hours_comes_to_the_voicemail_at_once(line: Line) -> None:
    await set_rule(line, is_closed=True, overflow={"closed": {"do": "voicemail"}})
    caller = await line.waiting_caller()
    await line.route()
    assert await caller.state() == "new/voicemail"
    sid = line.carrier.recordings.add(caller.sid, "RecordVerb", channels=1)
    await report(line, sid, "absent", 0)
    assert await outcome(line, caller) == "out_of_hours"
