"""A busy hour of callers: the same for the same seed, as busy as asked, and every kind behaves as it says."""

import asyncio
import json
import socket

import httpx
import pytest
import uvicorn

from simulator import Policy, RealClock, Simulator, SteppedClock
from simulator.app import create_app
from simulator.load import BEHAVIOURS, MIX, Drive, busy_hour
from simulator.load_command import load_main
from simulator.oracles import check_journal
from tests.simulator.conftest import CALLER, NUMBER, make_config
from tests.simulator.product import Product, Reply

SERVING: dict[str, Reply] = {
    "/status": 204,
    "/conf": 204,
    "/voice": '<Gather action="/menu" input="dtmf speech" numDigits="1" timeout="8" actionOnEmptyResult="true">'
    "<Say>welcome</Say></Gather>",
    # A Gather with a result goes to somebody; without one the caller is let go.
    "/menu": lambda fields: (
        '<Dial timeout="40"><Number>+886933000111</Number></Dial>'
        if fields.get("Digits") or fields.get("SpeechResult")
        else "<Say>goodbye</Say>"
    ),
}


def plan_of(seed: int, calls: int = 200) -> list[object]:
    """A plan as a list to compare."""
    return list(busy_hour(seed=seed, numbers=[NUMBER], calls=calls, callers=[CALLER]))


def test_the_same_seed_gives_the_same_hour_and_another_seed_another() -> None:
    assert plan_of(7) == plan_of(7)
    assert plan_of(7) != plan_of(8)


def test_the_hour_is_as_busy_as_asked_swells_and_mixes_all_kinds() -> None:
    plan = busy_hour(seed=3, numbers=[NUMBER], calls=2000, callers=[CALLER])
    assert 1800 < len(plan) < 2200
    assert plan == sorted(plan, key=lambda call: call.at)
    peak = sum(0.25 < call.at / 3600 < 0.45 for call in plan)
    trough = sum(0.75 < call.at / 3600 < 0.95 for call in plan)
    assert peak > 2 * trough
    assert {call.kind for call in plan} == set(MIX) == set(BEHAVIOURS)
    assert any(call.from_ is None for call in plan)
    assert 800 < sum(call.from_ == CALLER for call in plan) < 1200


def test_unknown_behaviours_and_no_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="grumpy"):
        busy_hour(seed=1, numbers=[NUMBER], calls=1, mix={"grumpy": 1})
    with pytest.raises(ValueError, match="numbers"):
        busy_hour(seed=1, numbers=[], calls=1)


async def test_an_hour_runs_to_its_end_on_a_stepped_clock_and_violates_nothing() -> None:
    product = Product()
    product.script |= SERVING
    sim = Simulator(make_config(), SteppedClock(), product.transport, seed=5)
    sim.phone("+886933000111").behaves(Policy.ANSWER, after=12)
    drive = Drive(busy_hour(seed=5, numbers=[NUMBER], calls=60, seconds=1200))
    drive.start(sim)
    await sim.advance(1200 + 3600)
    report = drive.report()
    assert (report.dialled, report.live, report.refused) == (len(drive.plan), 0, 0)
    assert report.met > report.dialled / 3
    assert report.wait_median is not None
    assert report.wait_median > 12
    assert sum(report.by_kind.values()) == sum(report.statuses.values()) == report.dialled
    assert [v for v in check_journal(list(sim.journal)) if v.oracle in ("O1", "O9")] == []
    await sim.close()


async def test_a_number_nobody_has_is_counted_as_refused(sim: Simulator) -> None:
    drive = Drive(busy_hour(seed=1, numbers=["+886255509999"], calls=5, seconds=60))
    drive.start(sim)
    await sim.advance(100)
    assert (drive.report().dialled, drive.report().refused) == (0, len(drive.plan))


async def test_the_command_drives_a_running_simulator(capsys: pytest.CaptureFixture[str]) -> None:
    product = Product()
    product.script |= SERVING
    sim = Simulator(make_config(), RealClock(200.0), product.transport, seed=5)
    server = uvicorn.Server(uvicorn.Config(create_app(sim), log_level="critical", ws="websockets-sansio"))
    listening = socket.create_server(("127.0.0.1", 0))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    options = ["--control", address, "--calls", "12", "--minutes", "2", "--only", "leaves-in-menu"]
    assert await asyncio.to_thread(load_main, options) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["dialled"] == report["by_kind"]["leaves-in-menu"] > 0
    assert report["live"] == 0
    assert await asyncio.to_thread(load_main, ["--control", address, "--only", "grumpy"]) == 2
    assert "grumpy" in capsys.readouterr().err
    server.should_exit = True
    await serving
    listening.close()
    await sim.close()
    async with httpx.AsyncClient() as gone:
        with pytest.raises(httpx.ConnectError):
            await gone.get(address)


async def test_a_busy_hour_runs_by_the_control_api(sim: Simulator, product: Product) -> None:
    product.script |= {"/voice": "<Say>hello</Say>"}
    transport = httpx.ASGITransport(create_app(sim))
    async with httpx.AsyncClient(transport=transport, base_url="http://sim") as http:
        assert (await http.get("/sim/load")).status_code == 404
        for wrong in ({}, {"calls": 0, "seconds": 60}, {"calls": 5, "seconds": 60, "seed": "x"}):
            assert (await http.post("/sim/load", json=wrong)).status_code == 422
        began = (await http.post("/sim/load", json={"calls": 5, "seconds": 60, "seed": 3})).json()
        assert began["planned"] > 0
        assert (await http.post("/sim/load", json={"calls": 5, "seconds": 60})).status_code == 409
        await sim.advance(400)
        state = (await http.get("/sim/load")).json()
        assert state["is_over"]
        assert state["report"]["dialled"] == began["planned"]

        await http.post("/sim/load", json={"calls": 5, "seconds": 60, "seed": 3})
        assert (await http.delete("/sim/load")).status_code == 204
        await sim.advance(400)
        assert (await http.get("/sim/load")).json()["report"]["dialled"] == 0
