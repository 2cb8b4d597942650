"""A run is repeated by its seed and the inputs in its journal; and time goes as it is told."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulator import FaultEffect, FaultRule, Policy, RealClock, Simulator, SteppedClock
from simulator.app import create_app
from simulator.journal import Entry, EntryKind, Journal
from simulator.replay import inputs_of, schedule, seed_of
from tests.simulator.conftest import CALLER, NUMBER, make_config
from tests.simulator.product import Product
from tests.simulator.scenario import SCRIPT

DIAL = "<Dial><Number>+886933000111</Number><Number>+886933000222</Number></Dial><Say>bye</Say>"


def comparable(entries: list[Entry]) -> list[tuple[float, str, str | None, str]]:
    """What must be equal in two runs; inputs of scripts appear in both."""
    return [(round(e.t, 3), e.kind.value, e.call_sid, e.title) for e in entries]


def script(product: Product) -> None:
    """A product that behaves the same in both runs."""
    product.script |= SCRIPT | {"/status": 204, "/menu": DIAL}


async def test_a_journal_file_is_enough_to_run_the_same_again(tmp_path: Path) -> None:
    product, file = Product(), tmp_path / "run.jsonl"
    script(product)
    first = Simulator(make_config(), SteppedClock(), product.transport, seed=42, journal_path=file)
    first.faults.add(FaultRule(FaultEffect.DELAY, "voice.status", probability=0.5, delay=3))
    first.phone("+886933000111").behaves(
        Policy.ANSWER, after=6, then=[{"say": "hello"}, {"wait": 4}, {"hangup": True}]
    )
    call = await first.phone(CALLER).call(NUMBER)
    await call.collecting()
    await first.advance(0.7)
    call.press("1")
    other = await first.phone("+886933000222").rings()
    await first.advance(1.3)
    other.reject()
    await call.ended()
    await first.advance(20)
    await first.close()

    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    recorded = Journal.parse(lines)
    again = Product()
    script(again)
    second = Simulator(make_config(), SteppedClock(), again.transport, seed=seed_of(recorded))
    schedule(second, inputs_of(recorded))
    await second.advance(recorded[-1].t - recorded[0].t)
    assert comparable(list(second.journal)) == comparable(recorded)
    assert [r.params for r in again.received] == [r.params for r in product.received]
    await second.close()


async def test_another_seed_is_another_run() -> None:
    journals = []
    for seed in (1, 1, 2):
        product = Product()
        script(product)
        sim = Simulator(make_config(), SteppedClock(), product.transport, seed=seed)
        call = await sim.phone(CALLER).call(NUMBER)
        await call.collecting()
        call.hangup()
        await call.ended()
        await sim.advance(5)
        journals.append(comparable(list(sim.journal)))
        await sim.close()
    assert journals[0] == journals[1]
    assert journals[0] != journals[2]


def test_a_journal_without_its_beginning_cannot_be_replayed() -> None:
    entry = Entry(7, 1.0, None, EntryKind.INPUT, "press", {"call": 1, "digits": "1"})
    with pytest.raises(ValueError, match="does not begin"):
        inputs_of([entry])


async def clock_request(sim: Simulator, body: Any) -> httpx.Response:
    """POST /sim/clock."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(sim)), base_url="http://sim"
    ) as http:
        return await http.post("/sim/clock", json=body)


async def test_a_stepped_clock_is_moved_on_by_http(sim: Simulator, product: Product) -> None:
    product.script["/voice"] = "<Say>hello</Say>"
    call = await sim.phone(CALLER).call(NUMBER)
    before = sim.clock.now()
    answer = (await clock_request(sim, {"advance": 30})).json()
    assert (answer["mode"], answer["now"]) == ("stepped", before + 30)
    assert not call.call.live
    wrong = await clock_request(sim, {"speed": 3})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "advance")


async def test_a_real_clock_changes_its_pace(product: Product) -> None:
    sim = Simulator(make_config(), RealClock(), product.transport)
    assert (await clock_request(sim, {"speed": 50})).json()["speed"] == 50
    wrong = await clock_request(sim, {"speed": 0})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "speed")
    began = sim.clock.now()
    await sim.clock.sleep(5)
    assert sim.clock.now() - began >= 5
    await sim.close()
