"""After the agent has hung up the caller is asked for a score, once; a low one wants somebody."""

import pytest

from app.channels.voice.calls import CallState
from app.channels.voice.controls import Target
from app.channels.voice.party_rules import Focus
from app.selfservice.locales import Locale
from app.selfservice.prompts import message
from simulator.twiml_check import check_document
from tests.channels.voice.carrier import Fault
from tests.channels.voice.line import VOICE, AgentLeg, Caller, Line, control, spoken
from tests.channels.voice.people import colleague, consult, consulting, focus, nobody_is_left, sends

ASK, AGAIN, THANKS, GOODBYE = (
    message(f"survey.{key}", Locale.ZH_HANT) for key in ("ask", "again", "thanks", "goodbye")
)


async def hung_up(line: Line) -> tuple[Caller, AgentLeg]:
    """An agent of a queue with a survey hangs up; nothing has been sent to the carrier yet."""
    async with line.database.transaction() as tx:
        await tx.execute("update queues set has_survey = true")
    caller, leg = await line.talking()
    await line.run_commands()
    await control(line, caller, leg, "hang_up")
    return caller, leg


async def asked(line: Line) -> Caller:
    caller, _ = await hung_up(line)
    assert "ask_survey done" in await line.run_commands()
    return caller


async def presses(caller: Caller, key: str, nth: int = 1) -> str:
    path = f"{VOICE}/survey?contact={caller.contact_id}&n={nth}"
    answer = await caller.line.send(path, caller.fields(Digits=key))
    assert answer.status_code == 200
    assert check_document(answer.text) == []
    return spoken(answer.text)


async def survey(line: Line) -> tuple[str, int | None, str | None]:
    async with line.database.read() as reader:
        row = await reader.fetchrow("select state, score, follow_up from surveys")
    assert row is not None
    return row["state"], row["score"], row["follow_up"]


async def test_the_question_comes_in_place_of_the_end_and_frees_the_agent(line: Line) -> None:
    caller = await asked(line)
    request = line.carrier.of("update_call")[-1]
    assert spoken(request.fields["Twiml"]) == ASK
    assert check_document(request.fields["Twiml"]) == []
    assert await caller.state() == f"wrap_up/{CallState.SURVEY}"
    assert (
        await line.value("select media ->> 'pending_command' from contacts where id = $1", caller.contact_id)
        is None
    )
    assert await line.run_commands() == ["end_leg done"]
    assert line.carrier.calls[caller.sid] == "in-progress"


async def test_without_a_survey_the_call_ends(line: Line) -> None:
    caller, leg = await line.talking()
    await control(line, caller, leg, "hang_up")
    assert "end_call done" in await line.run_commands()


async def test_the_first_score_counts(line: Line) -> None:
    caller = await asked(line)
    assert await presses(caller, "5") == THANKS
    assert await presses(caller, "1") == THANKS
    assert await survey(line) == ("answered", 5, None)
    await caller.status("completed")
    assert await survey(line) == ("answered", 5, None)
    assert await caller.state() == "wrap_up/closing"


async def test_a_low_score_opens_a_follow_up_and_tells_the_supervisors(line: Line) -> None:
    caller = await asked(line)
    await presses(caller, "2")
    assert await survey(line) == ("answered", 2, "open")
    assert await line.value("select (kind, subject) = ('low_score', $1) from alerts", str(caller.contact_id))


@pytest.mark.parametrize("key", ["", "0", "9", "*", "55"])
async def test_no_such_key_is_asked_once_more_and_then_let_go(line: Line, key: str) -> None:
    caller = await asked(line)
    assert await presses(caller, key) == AGAIN
    assert await presses(caller, key, 2) == GOODBYE
    assert await survey(line) == ("no_answer", None, None)
    await presses(caller, "4", 2)
    assert await survey(line) == ("no_answer", None, None), "it is over"


async def test_who_hangs_up_has_given_none(line: Line) -> None:
    caller = await asked(line)
    await caller.status("completed")
    assert await survey(line) == ("no_answer", None, None)


async def test_who_hangs_up_first_is_not_asked(line: Line) -> None:
    caller, _ = await hung_up(line)
    await caller.status("completed")
    assert "ask_survey dropped" in await line.run_commands()
    assert await line.value("select count(*) from surveys") == 0
    assert (await caller.state()).startswith("wrap_up/")


async def test_a_key_before_the_answer_to_our_order_counts(line: Line) -> None:
    caller, _ = await hung_up(line)
    line.carrier.goes_wrong("update_call", Fault.LOST_AFTER)
    await line.run_commands()
    assert await presses(caller, "4") == THANKS
    assert await survey(line) == ("answered", 4, None)
    assert await caller.state() == f"wrap_up/{CallState.SURVEY}"
    assert "ask_survey dropped" in await line.run_commands()


async def test_a_question_that_cannot_be_asked_ends_the_call(line: Line) -> None:
    caller, _ = await hung_up(line)
    line.carrier.goes_wrong("update_call", Fault.BAD_REQUEST)
    assert "ask_survey failed" in await line.run_commands()
    assert "end_call done" in await line.run_commands()
    assert line.carrier.calls[caller.sid] == "completed"


async def test_the_end_of_the_room_asks_too_and_never_says_goodbye_first(line: Line) -> None:
    caller, _ = await hung_up(line)
    assert spoken((await caller.asks("after-conference")).text) == ASK
    await line.run_commands()
    assert spoken((await caller.asks("after-conference")).text) == ASK
    await presses(caller, "3")
    assert ASK not in spoken((await caller.asks("after-conference")).text)


async def test_the_recording_stops_before_the_question(line: Line) -> None:
    async with line.database.transaction() as tx:
        await tx.execute("update queues set recording = 'always'")
    await hung_up(line)
    line.carrier.requests.clear()
    await line.run_commands()
    order = [request.operation for request in line.carrier.requests]
    assert order.index("update_recording") < order.index("update_call")
    assert await line.value("select status from recordings") == "processing"


@pytest.mark.parametrize("outside", [False, True])
@pytest.mark.parametrize("on", [Focus.GUEST, Focus.ALL])
async def test_with_a_guest_there_the_customer_alone_is_asked_and_the_guest_goes(
    line: Line, outside: bool, on: Focus
) -> None:
    async with line.database.transaction() as tx:
        await tx.execute("update queues set has_survey = true")
    caller, leg, guest = await consulting(line, outside=outside)
    await focus(line, caller, on)
    await sends(line)
    await control(line, caller, leg, "hang_up")
    await sends(line)
    assert spoken(line.carrier.of("update_call")[-1].fields.get("Twiml", "")) in ("", ASK)
    assert await caller.state() == f"wrap_up/{CallState.SURVEY}"
    for sid in (leg.sid, guest.sid):
        assert line.carrier.calls[sid] == "completed"
    assert line.carrier.calls[caller.sid] == "in-progress"
    for one in (leg, guest):
        await one.status("completed", 9)
    assert await caller.state() == f"wrap_up/{CallState.SURVEY}", "the guest's end is not the customer's"
    assert await presses(caller, "5") == THANKS
    assert await survey(line) == ("answered", 5, None)
    await caller.status("completed")
    await nobody_is_left(line)


async def test_a_guest_who_only_rings_does_not_keep_the_customer_from_the_question(line: Line) -> None:
    async with line.database.transaction() as tx:
        await tx.execute("update queues set has_survey = true")
    caller, leg = await line.talking()
    guest = await consult(line, caller, leg, Target(agent_id=await colleague(line)))
    await sends(line)
    await guest.status("ringing", 1)
    await control(line, caller, leg, "hang_up")
    await sends(line)
    assert await caller.state() == f"wrap_up/{CallState.SURVEY}"
    assert line.carrier.calls[guest.sid] == "completed"
    await guest.status("completed", 9)
    assert await presses(caller, "4") == THANKS
    await caller.status("completed")
    await leg.status("completed", 9)
    await nobody_is_left(line)
