"""Ways out of the carrier's queue and out of the room: nobody who waits or is being connected is sent away."""

import pytest

from simulator.twiml_check import check_document
from tests.channels.voice.line import Line, spoken


async def test_a_waiting_caller_is_told_the_place_once_and_hears_music(line: Line) -> None:
    caller = await line.waiting_caller()
    first = await caller.asks("wait", QueuePosition="7", AvgQueueTime="900")
    assert spoken(first.text)
    assert "<Play>" in first.text
    assert check_document(first.text, "enqueue-wait") == []
    assert "7" not in spoken(first.text)  # the place is ours, not the carrier's
    second = await caller.asks("wait", QueuePosition="7")
    assert spoken(second.text) == ""
    assert "<Play>" in second.text


@pytest.mark.parametrize("result", ["redirected", "hangup", "bridged", "redirected-from-bridged"])
async def test_leaving_the_queue_by_our_order_needs_nothing(line: Line, result: str) -> None:
    caller = await line.waiting_caller()
    before = await line.counts()
    answer = await caller.asks("queue-left", QueueResult=result, QueueTime="39", Digits="*")
    assert "<Response" in answer.text
    assert "Hangup" not in answer.text
    assert await line.counts() == before


@pytest.mark.parametrize("result", ["error", "system-error", "queue-full", "", "something-new"])
async def test_a_queue_that_fails_keeps_its_caller_without_a_hot_loop(line: Line, result: str) -> None:
    caller = await line.waiting_caller()
    answer = await caller.asks("queue-left", QueueResult=result)
    assert check_document(answer.text) == []
    assert answer.text.index("<Play>") < answer.text.index("after-queue")
    again = await caller.asks("after-queue")
    assert "<Enqueue" in again.text
    assert await caller.state() == "queued/waiting"


@pytest.mark.parametrize("name", ["queue-left", "after-queue", "after-conference"])
async def test_a_caller_who_is_being_connected_is_not_sent_away(line: Line, name: str) -> None:
    caller, leg = await line.connecting()
    await line.run_commands()
    await leg.answers()
    await leg.joins()
    assert await caller.state() == "active/connecting"
    answer = await caller.asks(name, QueueResult="error", CallStatus="in-progress")
    assert "<Hangup" not in answer.text
    assert await caller.state() in ("active/connecting", "queued/waiting")


async def test_a_room_that_ends_under_a_customer_puts_them_back_in_the_queue(line: Line) -> None:
    caller, leg = await line.talking()
    queued_at = await line.value("select queued_at from contacts where id = $1", caller.contact_id)
    answer = await caller.asks("after-conference", CallStatus="in-progress")
    assert "<Enqueue" in answer.text
    assert await caller.state() == "queued/waiting"
    assert await line.value("select queued_at from contacts where id = $1", caller.contact_id) == queued_at
    await line.run_commands()
    assert line.carrier.calls[leg.sid] == "completed"


async def test_after_the_conversation_it_is_goodbye(line: Line) -> None:
    caller, _ = await line.talking()
    await caller.status("completed")
    answer = await caller.asks("after-conference", CallStatus="completed")
    assert "<Hangup" in answer.text
    assert await caller.state() == "wrap_up/closing"


async def test_held_customers_hear_music_again_and_again(line: Line) -> None:
    caller, _ = await line.talking()
    answer = await caller.asks("hold")
    assert check_document(answer.text, "conference-wait") == []
    assert answer.text.index("<Play>") < answer.text.index("<Redirect>")


async def test_a_call_that_is_over_hears_music_at_most(line: Line) -> None:
    caller = await line.waiting_caller()
    await caller.status("completed")
    assert spoken((await caller.asks("wait")).text) == ""
    assert "<Hangup" in (await caller.asks("after-queue")).text
