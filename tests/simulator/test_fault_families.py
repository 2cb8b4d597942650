"""Each named fault does what it says to a whole call, and the network itself survives it."""

from collections.abc import Iterator

import httpx
import pytest

from simulator import (
    FAMILIES,
    FaultEffect,
    FaultRule,
    Knobs,
    Simulator,
    SteppedClock,
    hang_up_points,
    put_in_force,
)
from simulator.app import create_app
from simulator.endpoints import Policy
from simulator.fault_families import WEEK, may_strike
from simulator.faults import WHO
from simulator.journal import Entry, EntryKind
from tests.simulator.conftest import ACCOUNT, CALLER, NUMBER, make_config
from tests.simulator.product import BASE, TOKEN, Product
from tests.simulator.scenario import whole_call


def rest_of(sim: Simulator) -> httpx.AsyncClient:
    """A REST client of a network made in the test."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(sim)),
        base_url=f"http://sim/2010-04-01/Accounts/{ACCOUNT}",
        auth=(ACCOUNT, TOKEN),
    )


@pytest.mark.parametrize("name", FAMILIES)
async def test_every_family_bites_and_leaves_no_call_behind(name: str) -> None:
    applied = 0
    for seed in range(20):  # a family of chance may spare one call, not twenty
        product = Product()
        product.script |= {"/status": 204, "/conf": 204, "/leg": 204, "/rec": 204}
        sim = Simulator(make_config(), SteppedClock(), product.transport, seed=seed)
        rules = put_in_force(sim.faults, name)
        async with rest_of(sim) as rest:
            await whole_call(sim, product, rest)
        if FAMILIES[name].rules()[0].effect is FaultEffect.MEDIA_LATE:
            applied += sum(recording.missing_fetches for recording in sim.recordings.by_sid.values())
        applied += sum(rule.applied for rule in rules)
        assert not [c.sid for c in sim.calls.values() if c.live]
        assert not [v for v in sim.oracles() if "simulator itself" in v.message], sim.oracles()
        await sim.close()
        if applied:
            break
    assert applied


async def test_a_replay_after_a_week_carries_the_same_signature(sim: Simulator, product: Product) -> None:
    product.script |= {"/voice": "<Say>hello</Say>"}
    put_in_force(sim.faults, "replay-week")
    call = await sim.phone(CALLER).call(NUMBER)
    await call.ended()
    await sim.advance(WEEK + 60)
    first, again = [r for r in product.received if r.path == "/voice"]
    assert (first.params, first.signed) == (again.params, True)


@pytest.mark.parametrize("effect", [e for e in FaultEffect if e.value.startswith("forge_")])
async def test_forgeries_come_before_the_right_request_and_fail_the_check(
    sim: Simulator, product: Product, effect: FaultEffect
) -> None:
    product.script |= {"/voice": "<Say>hello</Say>"}
    sim.faults.add(FaultRule(effect, "voice.inbound"))
    call = await sim.phone(CALLER).call(NUMBER)
    await call.hears("hello")
    forged, right = [r for r in product.received if r.path == "/voice"]
    # A JSON body is checked by its hash, which the scripted product does not know: its URL is signed rightly.
    assert (forged.signed, right.signed) == (effect is FaultEffect.FORGE_JSON, True)
    noted = [e.detail["forged"] for e in sim.journal.of(kind=EntryKind.WEBHOOK) if "forged" in e.detail]
    assert noted == [effect.value]


@pytest.mark.parametrize(
    ("effect", "check"),
    [
        (FaultEffect.SHAPE_NO_GEO, lambda f: "FromCity" not in f and f["From"] == CALLER),
        (FaultEffect.SHAPE_BLANK, lambda f: f["FromCountry"] == ""),
        (FaultEffect.SHAPE_EXTRA, lambda f: f["NewField"] == "x"),
        (FaultEffect.SHAPE_REPEATED, lambda f: f["Tag"] == "a"),
        (FaultEffect.SHAPE_CJK, lambda f: "王小明" in f["CallerName"]),
        (FaultEffect.SHAPE_WITHHELD, lambda f: f["From"] != CALLER),
        (FaultEffect.SHAPE_NO_PLUS, lambda f: f["From"] == CALLER[1:]),
        (FaultEffect.SHAPE_SIP, lambda f: f["From"].startswith("sip:")),
    ],
)
async def test_odd_shapes_are_signed_as_they_are(
    sim: Simulator, product: Product, effect: FaultEffect, check: object
) -> None:
    product.script |= {"/voice": "<Say>hello</Say>"}
    sim.faults.add(FaultRule(effect, "voice.inbound"))
    call = await sim.phone(CALLER).call(NUMBER)
    await call.hears("hello")
    (request,) = [r for r in product.received if r.path == "/voice"]
    assert callable(check)
    assert check(request.params)
    # The reader of the scripted product keeps one value of a repeated key, so only there its check fails.
    assert request.signed is (effect is not FaultEffect.SHAPE_REPEATED)


async def test_the_end_can_come_before_the_answer(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    sim.faults.add(FaultRule(FaultEffect.TERMINAL_FIRST, "voice.status", event="in-progress"))
    phone = sim.phone("+886933000111")
    form = {
        "From": NUMBER,
        "To": "+886933000111",
        "Twiml": "<Response><Say>hi</Say></Response>",
        "StatusCallback": f"{BASE}/leg",
        "StatusCallbackEvent": "initiated ringing answered completed",
    }
    await rest.post("/Calls.json", data=form)
    leg = await phone.rings()
    leg.accept()
    await leg.ended()
    await sim.advance(10)
    assert product.events("/leg") == ["initiated", "ringing", "completed", "in-progress"]


async def test_overrides_in_the_fragment_make_the_network_try_again(sim: Simulator, product: Product) -> None:
    answers: Iterator[str | int] = iter([500, 503, "<Say>third time</Say>"])

    def next_answer(_: dict[str, str]) -> str | int:
        return next(answers)

    product.script |= {
        "/voice": "<Redirect>/next#rc=2&amp;rp=5xx</Redirect>",
        "/next": lambda _: next(answers),
    }
    call = await sim.phone(CALLER).call(NUMBER)
    await call.hears("third time")
    assert len(product.of("/next")) == 3


@pytest.mark.parametrize(("knob", "shown"), [("never", 0), ("on-retry", 1), ("always", 2)])
async def test_idempotency_tokens_are_shown_as_the_knob_says(product: Product, knob: str, shown: int) -> None:
    product.script |= {"/voice": "<Say>hello</Say>"}
    sim = Simulator(make_config(Knobs(idempotency_header=knob)), SteppedClock(), product.transport, seed=1)
    sim.faults.add(FaultRule(FaultEffect.ANSWER_500, "voice.inbound", nth=1))
    sim.account.change_number(next(iter(sim.account.numbers)), voice_url=f"{BASE}/voice#rc=1&rp=all")
    call = await sim.phone(CALLER).call(NUMBER)
    await call.hears("hello")
    tokens = [r.token for r in product.received if r.path == "/voice"]
    assert sum(token is not None for token in tokens) == shown
    await sim.close()


async def test_people_hang_up_at_every_step_of_a_clean_run(product: Product) -> None:
    clean = Simulator(make_config(), SteppedClock(), product.transport, seed=1)
    async with rest_of(clean) as rest:
        await whole_call(clean, product, rest)
    points = hang_up_points(clean.journal)
    await clean.close()
    assert len(points) > 40
    kinds = {point.kind for point in points}
    assert {"voice.inbound", "voice.gather", "voice.queue_wait", "CreateParticipant", "UpdateCall"} <= kinds
    for point in points[:: len(points) // 8]:
        sim = Simulator(make_config(), SteppedClock(), product.transport, seed=1)
        sim.faults.add(point)
        async with rest_of(sim) as rest:
            await whole_call(sim, product, rest)
        assert point.applied == 1
        assert not [c.sid for c in sim.calls.values() if c.live]
        await sim.close()


async def test_only_who_is_there_can_hang_up(product: Product) -> None:
    clean = Simulator(make_config(), SteppedClock(), product.transport, seed=1)
    async with rest_of(clean) as rest:
        await whole_call(clean, product, rest)
    journal = list(clean.journal)
    await clean.close()
    points = {who: [(one.kind, one.nth) for one in hang_up_points(journal, who)] for who in WHO}
    assert ("voice.inbound", 1) in points["caller"]
    assert ("voice.inbound", 1) not in points["agent"], "no agent is rung yet"
    assert points["agent"], "later one is"
    assert points["outside"] == [], "nobody outside is rung in this call"


async def test_a_telephone_outside_that_we_rang_hangs_up(sim: Simulator, product: Product) -> None:
    product.script |= {"/leg": "<Say>hello</Say><Pause length='60'/>", "/status": 204}
    sim.endpoints.set(CALLER, Policy.ANSWER, after=1)
    rule = sim.faults.add(
        FaultRule(FaultEffect.HANG_UP_AFTER, "voice.status", event="in-progress", who="outside")
    )
    async with rest_of(sim) as rest:
        form = {"From": NUMBER, "To": CALLER, "Url": f"{BASE}/leg", "StatusCallback": f"{BASE}/status",
                "StatusCallbackEvent": ["answered", "completed"]}  # fmt: skip
        sid = (await rest.post("/Calls.json", data=form)).json()["sid"]
    await sim.advance(20)
    assert (rule.applied, sim.calls[sid].live) == (1, False)


def test_a_family_is_played_only_where_it_has_something_to_strike() -> None:
    none_recorded = [
        Entry(1, 0.0, None, EntryKind.WEBHOOK, "voice.inbound ringing", {"kind": "voice.inbound"}),
        Entry(2, 0.1, None, EntryKind.REST, "UpdateCall 200", {"operation": "UpdateCall"}),
    ]
    assert may_strike("duplicate-now", none_recorded)
    assert may_strike("rest-gone", none_recorded)
    for name in ("lost-status", "rest-lost", "recording-empty", "pause-fails"):
        assert not may_strike(name, none_recorded)


async def test_a_hook_runs_where_the_rule_says(sim: Simulator, product: Product) -> None:
    product.script |= {"/voice": "<Say>hello</Say>"}
    killed: list[int] = []
    sim.faults.hooks["kill"] = lambda: killed.append(len(product.received))
    sim.faults.add(FaultRule(FaultEffect.HOOK_AFTER, "voice.inbound", hook="kill"))
    call = await sim.phone(CALLER).call(NUMBER)
    await call.hears("hello")
    assert killed == [1]


async def test_faults_and_families_by_http(sim: Simulator) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(sim)), base_url="http://sim"
    ) as http:
        assert (await http.post("/sim/faults", json={"family": "lost-third"})).status_code == 201
        shown = (await http.get("/sim/faults")).json()
        assert {rule["effect"] for rule in shown["rules"]} == {"drop"}
        assert shown["families"]["late-600"]["group"] == "line"
        wrong = await http.post("/sim/faults", json={"family": "murphy"})
        assert (wrong.status_code, wrong.json()["field"]) == (422, "family")
        wrong = await http.post("/sim/faults", json={"effect": "hang_up_before", "who": "boss"})
        assert (wrong.status_code, wrong.json()["field"]) == (422, "who")


async def test_rest_limits_of_the_account(product: Product) -> None:
    knobs = Knobs(calls_at_once=2, rest_per_second=3, creates_per_second=1.0, longest_create_queue=0.5)
    sim = Simulator(make_config(knobs), SteppedClock(), product.transport, seed=1)
    form = {"From": NUMBER, "To": CALLER, "Twiml": "<Response><Pause/></Response>"}
    async with rest_of(sim) as rest:
        codes = []
        for _ in range(4):
            answer = await rest.post("/Calls.json", data=form)
            codes.append(answer.json().get("code", answer.status_code))
        assert codes == [201, 22005, 22005, 20429]
        await sim.advance(2)
        codes = [(await rest.post("/Calls.json", data=form)).json().get("code")]
        await sim.advance(2)
        codes.append((await rest.post("/Calls.json", data=form)).json().get("code"))
        assert codes == [None, 10004]
    await sim.close()
