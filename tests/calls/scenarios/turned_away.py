"""Callers who do not come to a person, and what they are told."""

from simulator.phones import PhoneCall
from tests.calls.scenarios.waiting import OTHER
from tests.calls.stage import CUSTOMER, Stage
from tests.calls.table import scenario


@scenario(ends="out_of_hours")
async def a_caller_comes_after_hours(stage: Stage) -> None:
    await stage.queue_rules(is_closed=True)
    call = await stage.call()
    await call.hears("不是專人服務時間")
    assert await call.ended(timeout=180) == "completed"  # asked for a question twice, and silent


@scenario(ends="out_of_hours")
async def a_queue_closes_while_a_caller_waits(stage: Stage) -> None:
    call = await stage.waiting()
    await stage.passes(30)
    await stage.queue_rules(overflow={"closed": {"do": "message"}})
    admin = await stage.agent("sara")
    queue = await stage.value("select queue_id from contacts")
    await admin.asks("POST", f"/queues/{queue}/close")
    await call.hears("恢復服務")
    assert await call.ended() == "completed"


@scenario(ends="abandoned_in_queue")
async def a_blocked_caller_is_turned_away_and_the_next_one_is_not(stage: Stage) -> None:
    sara = await stage.agent("sara")
    await sara.asks("POST", "/blocked-callers", {"number": CUSTOMER, "reason": "threats"})
    await sara.goes_away()
    blocked = await stage.call()
    await blocked.hears("無法接聽這個號碼")
    assert await blocked.ended() == "completed"
    call: PhoneCall = await stage.waiting(OTHER)
    call.hangup()
    await stage.becomes("select state from contacts", "closed")
