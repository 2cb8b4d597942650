"""Injected faults: the line misbehaves as told, and only as told."""

import asyncio

import httpx
import pytest

from simulator import FaultEffect, FaultRule, Simulator
from tests.simulator.conftest import CALLER, NUMBER
from tests.simulator.product import BASE, Product

LEG = {
    "From": NUMBER,
    "To": "client:agent_x",
    "Twiml": "<Response><Say>hello</Say></Response>",
    "StatusCallback": f"{BASE}/leg",
    "StatusCallbackEvent": "initiated ringing answered completed",
}


async def call_agent(sim: Simulator, rest: httpx.AsyncClient) -> None:
    """A leg that is answered, says hello and ends."""
    agent = sim.client("agent_x")
    await rest.post("/Calls.json", data=LEG)
    leg = await agent.rings()
    leg.accept()
    await leg.ended()
    await sim.advance(3)


async def test_duplicate_sends_the_same_again(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    sim.faults.add(FaultRule(FaultEffect.DUPLICATE, "voice.status", event="completed", times=2, delay=30))
    await call_agent(sim, rest)
    assert product.events("/leg").count("completed") == 1
    await sim.advance(70)
    completed = [f for f in product.of("/leg") if f["CallStatus"] == "completed"]
    assert len(completed) == 3
    assert completed[0] == completed[1] == completed[2]


async def test_drop_loses_the_nth(sim: Simulator, product: Product, rest: httpx.AsyncClient) -> None:
    sim.faults.add(FaultRule(FaultEffect.DROP, "voice.status", nth=2))
    await call_agent(sim, rest)
    assert product.events("/leg") == ["initiated", "in-progress", "completed"]


async def test_swap_changes_the_order(sim: Simulator, product: Product, rest: httpx.AsyncClient) -> None:
    sim.faults.add(FaultRule(FaultEffect.DELAY, "voice.status", event="ringing", delay=5))
    sim.faults.add(FaultRule(FaultEffect.SWAP, "voice.status", event="in-progress"))
    await call_agent(sim, rest)
    await sim.advance(10)
    assert product.events("/leg") == ["initiated", "ringing", "completed", "in-progress"]


async def test_bad_signature_is_noticed_by_the_peer(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    sim.faults.add(FaultRule(FaultEffect.BAD_SIGNATURE, "voice.status", nth=1))
    await call_agent(sim, rest)
    assert [r.signed for r in product.received] == [False, True, True, True]


async def test_document_that_cannot_be_fetched_is_tried_once_more(sim: Simulator, product: Product) -> None:
    product.script |= {"/voice": "<Say>hello</Say>", "/fallback": "<Say>fallback</Say>"}
    sim.faults.add(FaultRule(FaultEffect.DROP, "voice.inbound", nth=1))
    call = await sim.phone(CALLER).call(NUMBER)
    await call.hears("hello")


async def test_garbled_answer_goes_to_the_fallback(sim: Simulator, product: Product) -> None:
    product.script |= {"/voice": "<Say>hello</Say>", "/fallback": "<Say>fallback</Say>"}
    sim.faults.add(FaultRule(FaultEffect.GARBLE, "voice.inbound"))
    call = await sim.phone(CALLER).call(NUMBER)
    await call.hears("fallback")


@pytest.mark.parametrize(
    ("effect", "status", "code"),
    [
        (FaultEffect.ERROR_500, 500, 20500),
        (FaultEffect.ERROR_503, 503, 20503),
        (FaultEffect.ERROR_429, 429, 20429),
    ],
)
async def test_rest_refusal_happens_before_anything_else(
    sim: Simulator, rest: httpx.AsyncClient, effect: FaultEffect, status: int, code: int
) -> None:
    sim.faults.add(FaultRule(effect, "CreateCall", limit=1))
    answer = await rest.post("/Calls.json", data=LEG)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert sim.calls == {}
    assert (await rest.post("/Calls.json", data=LEG)).status_code == 201


async def test_lost_answer_still_makes_the_call(sim: Simulator, rest: httpx.AsyncClient) -> None:
    sim.faults.add(FaultRule(FaultEffect.LOSE_ANSWER, "CreateCall"))
    answer = await rest.post("/Calls.json", data=LEG)
    assert answer.status_code == 504
    assert len(sim.calls) == 1


async def test_callback_may_arrive_before_the_answer(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    sim.faults.add(FaultRule(FaultEffect.CALLBACK_FIRST, "CreateCall"))
    answering = asyncio.create_task(rest.post("/Calls.json", data=LEG))
    await sim.advance(0.01)
    assert not answering.done()
    await sim.advance(1)
    assert (await answering).status_code == 201
    assert product.events("/leg")[0] == "initiated"


async def test_rule_probability_follows_the_seed(sim: Simulator, product: Product) -> None:
    product.script["/voice"] = "<Hangup/>"
    sim.faults.add(FaultRule(FaultEffect.DROP, "voice.status", probability=0.5))
    for _ in range(40):
        call = await sim.phone(CALLER).call(NUMBER)
        await call.ended()
    await sim.advance(3)
    assert 8 < len(product.of("/status")) < 32


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"effect": "explode"}, "effect"),
        ({"effect": "drop", "nht": 1}, "nht"),
        ({"effect": "drop", "nth": "x"}, "nth"),
    ],
)
def test_bad_rule_is_refused_by_name(data: dict[str, object], field: str) -> None:
    with pytest.raises(ValueError, match=f"^{field}:"):
        FaultRule.from_json(data)
