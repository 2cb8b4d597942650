"""The waiting room: its document again and again, and how a caller gets out."""

import httpx
import pytest

from simulator import Simulator
from simulator.phones import PhoneCall
from tests.simulator.conftest import CALLER, NUMBER
from tests.simulator.product import BASE, Product

WAIT = '<Gather action="/wait-key" numDigits="1" timeout="2"><Say>please wait</Say></Gather>'


async def park(sim: Simulator, product: Product, attributes: str = "") -> PhoneCall:
    """A caller in the waiting room."""
    product.script["/voice"] = (
        f'<Enqueue action="/left" waitUrl="/wait" {attributes}>parking</Enqueue><Say>next</Say>'
    )
    product.script |= {"/wait": WAIT, "/left": "<Say>after the queue</Say>", "/wait-key": "<Leave/>"}
    return await sim.phone(CALLER).call(NUMBER)


async def test_waiting_document_is_fetched_again_each_time_it_ends(sim: Simulator, product: Product) -> None:
    call = await park(sim, product)
    await call.queued()
    await sim.advance(30)
    waits = product.of("/wait")
    assert len(waits) > 5
    assert {w["QueuePosition"] for w in waits} == {"1"}
    times = [int(w["QueueTime"]) for w in waits]
    assert times == sorted(times)
    assert times[-1] > 20


async def test_key_can_leave_the_queue_and_the_action_goes_on(sim: Simulator, product: Product) -> None:
    call = await park(sim, product)
    await call.hears("please wait")
    call.press("1")
    await call.hears("after the queue")
    (left,) = product.of("/left")
    assert left["QueueResult"] == "leave"
    assert await call.ended() == "completed"
    assert sim.oracles() == []


async def test_hang_up_sends_action_and_final_status(sim: Simulator, product: Product) -> None:
    call = await park(sim, product)
    await call.hears("please wait")
    call.hangup()
    await call.ended()
    await sim.advance(2)
    assert [left["QueueResult"] for left in product.of("/left")] == ["hangup"]
    (status,) = product.of("/status")
    assert (status["CallStatus"], status["SequenceNumber"]) == ("completed", "0")
    assert int(status["CallDuration"]) >= 0


async def test_rest_redirect_interrupts_at_once_and_still_sends_the_action(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    call = await park(sim, product)
    await call.hears("please wait")
    product.script["/voicemail"] = "<Say>leave a message</Say>"
    answer = await rest.post(f"/Calls/{call.sid}.json", data={"Url": f"{BASE}/voicemail"})
    assert answer.json()["status"] == "in-progress"
    await call.hears("leave a message")
    await sim.advance(2)
    assert [left["QueueResult"] for left in product.of("/left")] == ["redirected"]
    heard = [e.title for e in sim.journal.of(call.sid)]
    assert "after the queue" not in heard


async def test_full_queue_goes_to_the_action(sim: Simulator, product: Product) -> None:
    first = await park(sim, product, 'maxQueueSize="1"')
    await first.queued()
    second = await sim.phone("+886911111111").call(NUMBER)
    await second.hears("after the queue")
    assert product.of("/left")[0]["QueueResult"] == "queue-full"


@pytest.mark.parametrize("wait", [500, "<Record/>", "!not xml"])
async def test_broken_waiting_document_is_an_error_result(
    sim: Simulator, product: Product, wait: str | int
) -> None:
    call = await park(sim, product)
    product.script["/wait"] = wait
    await call.hears("after the queue")
    assert product.of("/left")[0]["QueueResult"] == "error"


async def test_members_are_listed_in_order_and_can_be_called_out(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    first = await park(sim, product)
    await first.queued()
    second = await sim.phone("+886911111111").call(NUMBER)
    await second.queued()
    queue = (await rest.get("/Queues.json")).json()["queues"][0]
    assert (queue["friendly_name"], queue["current_size"]) == ("parking", 2)
    members = (await rest.get(f"/Queues/{queue['sid']}/Members.json")).json()["queue_members"]
    assert [m["call_sid"] for m in members] == [first.sid, second.sid]
    product.script["/out"] = "<Say>you are first</Say>"
    await rest.post(f"/Queues/{queue['sid']}/Members/Front.json", data={"Url": f"{BASE}/out"})
    await first.hears("you are first")
    left = (await rest.get(f"/Queues/{queue['sid']}/Members.json")).json()["queue_members"]
    assert [(m["call_sid"], m["position"]) for m in left] == [(second.sid, 1)]
