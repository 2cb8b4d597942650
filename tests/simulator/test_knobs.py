"""What is not known of the live service can go either way, and the network works under both answers."""

from dataclasses import fields

import pytest

from simulator import ConfigError, Knobs, RealClock, Simulator, SteppedClock, knob_variants, parse_config
from simulator.app import create_app
from simulator.journal import EntryKind
from tests.simulator.conftest import CALLER, NUMBER, make_config
from tests.simulator.product import BASE, Product
from tests.simulator.scenario import whole_call
from tests.simulator.test_conference_life import AGENT_FORM
from tests.simulator.test_fault_families import rest_of

TIMING = {"http_timeout", "wait_music_length", "client_grace", "redirects_per_second", "withheld_number"}
LIMITS = {"calls_at_once", "rest_per_second", "longest_create_queue"}


def test_every_unknown_has_a_variant() -> None:
    default = Knobs()
    turned = {
        f.name
        for knobs in knob_variants().values()
        for f in fields(Knobs)
        if getattr(knobs, f.name) != getattr(default, f.name)
    }
    assert turned | TIMING | LIMITS == {f.name for f in fields(Knobs)}


@pytest.mark.parametrize("name", ["as documented", *knob_variants()])
async def test_a_whole_call_comes_to_its_end(product: Product, name: str) -> None:
    sim = Simulator(make_config(knob_variants().get(name)), SteppedClock(), product.transport, seed=3)
    async with rest_of(sim) as rest:
        await whole_call(sim, product, rest)
    heard = [e.title for e in sim.journal.of(kind=EntryKind.HEARS)]
    assert "我的帳單不對" in heard
    assert sim.oracles() == []
    await sim.close()


@pytest.mark.parametrize(("covers", "heard"), [(True, "please call later"), (False, "application error")])
async def test_fallback_of_an_action_that_fails(product: Product, covers: bool, heard: str) -> None:
    product.script |= {
        "/voice": '<Gather action="/broken" numDigits="1"><Say>press</Say></Gather>',
        "/broken": 500,
        "/fallback": "<Say>please call later</Say>",
    }
    knobs = Knobs(fallback_covers_actions=covers)
    sim = Simulator(make_config(knobs), SteppedClock(), product.transport, seed=1)
    call = await sim.phone(CALLER).call(NUMBER)
    await call.collecting()
    call.press("1")
    await call.hears(heard)
    await sim.close()


@pytest.mark.parametrize("overtakes", [True, False])
async def test_the_first_callback_and_the_answer_of_a_creation(product: Product, overtakes: bool) -> None:
    knobs = Knobs(callback_before_answer=overtakes, latency_min=1.0, latency_max=1.0)
    sim = Simulator(make_config(knobs), RealClock(20.0), product.transport, seed=1)
    sim.client("agent_x")
    async with rest_of(sim) as rest:
        answer = await rest.post("/Conferences/r/Participants.json", data=AGENT_FORM)
    told = [f["CallSid"] for f in product.of("/leg")]
    assert told == ([answer.json()["call_sid"]] if overtakes else [])
    await sim.close()


@pytest.mark.parametrize(("delay", "lag"), [(0.0, 0.0), (3.0, 3.0)])
async def test_the_action_of_a_queue_may_come_after_the_new_document(
    product: Product, delay: float, lag: float
) -> None:
    product.script |= {
        "/voice": '<Enqueue action="/left" waitUrl="/wait">q</Enqueue>',
        "/wait": '<Pause length="5"/>',
        "/left": "",
        "/next": "<Say>moved</Say>",
    }
    knobs = Knobs(queue_action_delay=delay, latency_min=0.1, latency_max=0.1)
    sim = Simulator(make_config(knobs), SteppedClock(), product.transport, seed=1)
    call = await sim.phone(CALLER).call(NUMBER)
    await call.queued()
    async with rest_of(sim) as rest:
        await rest.post(f"/Calls/{call.sid}.json", data={"Url": f"{BASE}/next"})
    await call.hears("moved")
    await sim.advance(10)
    sent = {e.detail["path"]: e.t for e in sim.journal.of(call.sid, EntryKind.WEBHOOK)}
    assert sent["/left"] - sent["/next"] == pytest.approx(lag, abs=0.2)
    await sim.close()


async def test_a_wrong_choice_of_a_knob_is_refused_by_name() -> None:
    data = {
        "account_sid": "AC" + "0" * 32,
        "auth_token": "t",
        "api_key_sid": "SK" + "0" * 32,
        "api_key_secret": "s",
        "numbers": [{"number": NUMBER, "label": "main", "voice_url": f"{BASE}/voice"}],
        "knobs": {"reject_status": "sulking"},
    }
    with pytest.raises(ConfigError, match=r"knobs\.reject_status"):
        parse_config(data)


def test_the_application_serves_the_control_api(sim: Simulator) -> None:
    paths = {getattr(route, "path", "") for route in create_app(sim).routes}
    assert {"/sim/endpoints/{address}/accept", "/sim/clock", "/sim/hears", "/sim/oracles"} <= paths
