"""A caller whom the queue cannot serve hears why, in the caller's language, and the call ends: once."""

import pytest

from app.selfservice.locales import Locale
from app.selfservice.prompts import message
from simulator.twiml_check import check_document
from tests.channels.voice.line import Caller, Line, spoken

EXPIRED = message("announce.nobody_free", Locale.ZH_HANT)


async def set_rule(line: Line, **columns: object) -> None:
    """Set rules of every queue; the flow itself goes by no hours, so that its callers come to the queue."""
    async with line.database.transaction() as tx:
        await tx.execute("update phone_numbers set queue_id = null")
        for name, value in columns.items():
            await tx.execute(f"update queues set {name} = $1", value)


async def expired_caller(line: Line) -> Caller:
    """A caller who has waited as long as the queue allows."""
    await set_rule(line, max_wait_seconds=60, overflow={"max_wait": {"do": "message"}})
    caller = await line.waiting_caller()
    await line.route()
    await line.clock.advance(60)
    await line.route()
    return caller


async def outcome(line: Line, caller: Caller) -> str:
    found: str = await line.value("select outcome from contacts where id = $1", caller.contact_id)
    return found


async def test_the_carrier_is_told_at_once_to_say_goodbye(line: Line) -> None:
    caller = await expired_caller(line)
    assert await caller.state() == "closed/closing"
    assert await outcome(line, caller) == "expired"
    assert await line.run_commands() == ["say_goodbye done"]
    request = line.carrier.of("update_call")[-1]
    assert caller.sid in request.path
    assert spoken(request.fields["Twiml"]) == EXPIRED
    assert check_document(request.fields["Twiml"]) == []
    await caller.status("completed")
    assert await caller.state() == "closed/closed"
    assert await line.run_commands() == []


async def test_who_asks_for_the_next_document_first_hears_the_same(line: Line) -> None:
    caller = await expired_caller(line)
    answer = await caller.asks("wait")
    assert spoken(answer.text) == EXPIRED
    assert "<Hangup" in answer.text
    assert check_document(answer.text, "enqueue-wait") == []


@pytest.mark.parametrize("result", ["error", "queue-full"])
async def test_who_falls_out_of_the_carriers_queue_hears_it_too(line: Line, result: str) -> None:
    caller = await expired_caller(line)
    answer = await caller.asks("queue-left", QueueResult=result)
    assert spoken(answer.text) == EXPIRED


async def test_a_caller_who_is_refused_on_the_way_into_the_queue_hears_it_there(line: Line) -> None:
    await set_rule(line, is_closed=True, overflow={})
    caller = await line.waiting_caller()
    await line.route()
    assert await outcome(line, caller) == "out_of_hours"
    answer = await caller.asks("wait")
    assert message("opening.unknown", Locale.ZH_HANT) in spoken(answer.text)
    assert "<Hangup" in answer.text


async def test_the_words_of_the_rule_go_before_ours(line: Line) -> None:
    words = {"zh-Hant": "颱風天休息。", "en": "Closed for the typhoon."}
    await set_rule(line, is_closed=True, overflow={"closed": {"do": "message", "text": words}})
    caller = await line.waiting_caller()
    await line.route()
    assert spoken((await caller.asks("wait")).text) == "颱風天休息。"


async def test_the_next_opening_is_told_in_the_companys_time(line: Line) -> None:
    async with line.database.transaction() as tx:
        await tx.execute(
            """insert into calendars values
                 (gen_random_uuid(), 'later', 'later', 'Asia/Taipei', '{"sat": [["09:30", "18:00"]]}')"""
        )
        await tx.execute(
            "update queues set overflow = '{}', calendar_id = (select id from calendars where key = 'later')"
        )
        await tx.execute("update phone_numbers set queue_id = null")
    caller = await line.waiting_caller()
    await line.route()
    assert "明天上午九點半" in spoken((await caller.asks("wait")).text)


async def test_a_caller_who_hangs_up_first_is_not_called_after(line: Line) -> None:
    caller = await expired_caller(line)
    await caller.status("completed")
    assert await line.run_commands() == ["say_goodbye dropped"]
    assert await caller.state() == "closed/closed"
    assert await outcome(line, caller) == "expired"


async def test_a_hang_up_just_before_the_instant_is_the_callers_own_end(line: Line) -> None:
    await set_rule(line, max_wait_seconds=60, overflow={"max_wait": {"do": "message"}})
    caller = await line.waiting_caller()
    await line.route()
    await line.clock.advance(60)
    await caller.status("completed")
    await line.route()
    assert await outcome(line, caller) == "abandoned_in_queue"
    assert await line.run_commands() == []


async def test_in_another_queue_the_caller_is_told_the_place_anew(line: Line) -> None:
    async with line.database.transaction() as tx:
        await tx.execute(
            """update queues set max_wait_seconds = 60, overflow = '{"max_wait": {"do": "queue", "queue": "vip"}}'
               where key <> 'vip'"""
        )
    caller = await line.waiting_caller()
    assert spoken((await caller.asks("wait")).text)
    await line.route()
    await line.clock.advance(60)
    await line.route()
    assert await caller.state() == "queued/waiting"
    assert spoken((await caller.asks("wait")).text)
