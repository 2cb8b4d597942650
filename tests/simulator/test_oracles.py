"""Each oracle catches a violation planted for it, and says nothing about a run without one."""

import itertools
from dataclasses import replace
from typing import Any

import httpx
import pytest

from simulator import FaultEffect, FaultRule, ProductReport, ReportedContact, Simulator, check_journal
from simulator.app import create_app
from simulator.journal import Entry, EntryKind
from simulator.oracles.report import ReportedCounts
from tests.simulator.conftest import CALLER, NUMBER
from tests.simulator.product import Product
from tests.simulator.scenario import whole_call
from tests.simulator.test_conference_life import connect
from tests.simulator.test_hearing import join

C, A, S = "CA" + "c" * 32, "CA" + "a" * 32, "CA" + "5" * 32


class Planted:
    """A journal written by hand."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._n = itertools.count(1)

    def line(self, t: float, kind: EntryKind, title: str, sid: str | None = None, **detail: Any) -> None:
        """One line."""
        self.entries.append(Entry(next(self._n), t, sid, kind, title, detail))

    def call(self, t: float, sid: str, direction: str, from_: str, to: str) -> None:
        """A call is made and answered."""
        self.line(t, EntryKind.CALL, "created", sid, direction=direction, to=to, **{"from": from_})
        self.line(t, EntryKind.CALL, "in-progress", sid)

    def room(self, t: float, title: str, sid: str, label: str, **flags: bool) -> None:
        """A conference event of a participant."""
        more = {"coaching": False, "hold": False, "muted": False} | flags
        self.line(t, EntryKind.CONFERENCE, title, sid, conference_sid="CF1", name="r", label=label, **more)

    def hears(self, t: float, listener: str, speaker: str) -> None:
        """A listener begins to hear a speaker."""
        self.line(t, EntryKind.AUDIO, "hears", listener=listener, speaker=speaker, where="CF1")

    def customer_and_agent(self) -> None:
        """Two who talk."""
        self.call(0, C, "inbound", CALLER, NUMBER)
        self.call(1, A, "outbound-api", NUMBER, "client:agent_x")
        self.room(2, "participant-join", C, "customer")
        self.room(2, "participant-join", A, "agent-1")

    def oracles(self, report: ProductReport | None = None) -> set[str]:
        """Which oracles complain."""
        return {v.oracle for v in check_journal(self.entries, report)}


@pytest.fixture
def planted() -> Planted:
    """A journal to write."""
    return Planted()


async def test_a_clean_run_violates_nothing(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    await whole_call(sim, product, rest)
    assert sim.oracles() == []
    assert check_journal(list(sim.journal)) == []


def test_o1_something_left_over_long_after_the_last_one_left(planted: Planted) -> None:
    planted.customer_and_agent()
    planted.line(3, EntryKind.CONFERENCE, "created", conference_sid="CF1", name="r")
    planted.line(5, EntryKind.QUEUE, "entered", C, name="parking", position=1)
    planted.line(10, EntryKind.CALL, "completed", C)
    planted.line(60, EntryKind.CALL, "keys pressed", A)
    assert "O1" not in planted.oracles()
    planted.line(75, EntryKind.CALL, "keys pressed", A)
    messages = {v.message for v in check_journal(planted.entries) if v.oracle == "O1"}
    assert messages == {
        "the call is still in-progress",
        "the conference r is still open",
        "still waits in parking",
    }


async def test_o2_a_customer_alone_in_silence(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    _, leg, _ = await connect(sim, product, rest)
    leg.hangup()
    await sim.advance(32)
    assert "O2" in {v.oracle for v in sim.oracles()}


def test_o3_one_softphone_in_two_calls(planted: Planted) -> None:
    planted.customer_and_agent()
    assert "O3" not in planted.oracles()
    planted.call(5, S, "outbound-api", NUMBER, "client:agent_x")
    assert "O3" in planted.oracles()


async def test_o4_consult_joins_before_the_customer_is_held(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    _, _, room = await connect(sim, product, rest)
    await sim.advance(5)
    await join(sim, rest, room, "consult-7")
    assert {v.oracle for v in sim.oracles()} >= {"O4"}


async def test_o4_a_merge_by_command_is_no_leak(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    _, _, room = await connect(sim, product, rest)
    path = f"/Conferences/{room}/Participants/customer.json"
    await rest.post(path, data={"Hold": "true"})
    await sim.advance(5)
    await join(sim, rest, room, "consult-7")
    await sim.advance(5)
    await rest.post(path, data={"Hold": "false"})
    assert "O4" not in {v.oracle for v in sim.oracles()}


def test_o4_a_coach_is_heard_by_the_customer(planted: Planted) -> None:
    planted.customer_and_agent()
    planted.call(3, S, "outbound-api", NUMBER, "client:boss")
    planted.room(4, "participant-join", S, "boss", coaching=True)
    planted.hears(4, A, S)
    assert "O4" not in planted.oracles()
    planted.hears(4, C, S)
    assert "O4" in planted.oracles()


def test_o5_something_recorded_in_a_pause_or_not_heard(planted: Planted) -> None:
    planted.customer_and_agent()
    planted.hears(2, C, A)
    said = {"since": 0.0, "until": 2.0, "track": 1, "source": A, "text": "hello", "at": 10.0}
    planted.line(30, EntryKind.CALL, "recording completed", C, content=[said], pauses=[[12.5, 20.0]])
    assert "O5" not in planted.oracles()
    paused = said | {"at": 11.0, "text": "card"}
    planted.line(30, EntryKind.CALL, "recording completed", C, content=[paused], pauses=[[12.5, 20.0]])
    unheard = said | {"source": S, "text": "consult"}
    planted.line(30, EntryKind.CALL, "recording completed", C, content=[unheard], pauses=[])
    messages = [v.message for v in check_journal(planted.entries) if v.oracle == "O5"]
    assert [("pause" in m, "did not hear" in m) for m in messages] == [(True, False), (False, True)]


CONTACT = ReportedContact(C, True, ("resolved",), 1, 1, answered_at=0.0, ended_at=10.0)


@pytest.mark.parametrize(
    ("change", "oracle"),
    [
        ({}, None),
        ({"is_closed": False, "outcomes": ()}, "O6"),
        ({"answered_at": 4.0}, "O6"),
        ({"ended_at": 12.0}, "O6"),
        ({"ended_at": 10.9}, None),
        ({"call_sid": S}, "O6"),
        ({"outcomes": ("resolved", "abandoned")}, "O8"),
        ({"outcomes": ()}, "O8"),
        ({"wrap_ups": 2}, "O8"),
        ({"survey_answers": 2}, "O8"),
    ],
)
def test_o6_and_o8_the_product_s_account(
    planted: Planted, change: dict[str, Any], oracle: str | None
) -> None:
    planted.call(0, C, "inbound", CALLER, NUMBER)
    planted.line(10, EntryKind.CALL, "completed", C)
    report = ProductReport(contacts=(replace(CONTACT, **change),))
    assert planted.oracles(report) == ({oracle} if oracle else set())


def test_o6_a_call_the_product_forgot(planted: Planted) -> None:
    planted.call(0, C, "inbound", CALLER, NUMBER)
    planted.line(10, EntryKind.CALL, "completed", C)
    planted.call(20, S, "inbound", CALLER, NUMBER)
    planted.line(30, EntryKind.CALL, "completed", S)
    assert planted.oracles(ProductReport(contacts=(CONTACT,))) == {"O6"}


def test_o7_more_legs_than_were_meant(planted: Planted) -> None:
    planted.customer_and_agent()
    assert planted.oracles(ProductReport(legs_meant=1)) == set()
    assert planted.oracles(ProductReport(legs_meant=2)) == {"O7"}


async def test_o7_a_creation_sent_again_after_its_answer_was_lost(
    sim: Simulator, rest: httpx.AsyncClient
) -> None:
    sim.client("agent_x")
    sim.faults.add(FaultRule(FaultEffect.LOSE_ANSWER, "CreateParticipant", nth=1))
    form = {"From": NUMBER, "To": "client:agent_x?leg=9", "Timeout": "5"}
    statuses = [
        (await rest.post("/Conferences/r/Participants.json", data=form)).status_code for _ in range(2)
    ]
    assert statuses == [504, 201]
    await sim.advance(20)
    assert [v.message for v in sim.oracles() if v.oracle == "O7"] == ["the leg 9 was dialled twice"]


async def test_o9_a_relative_url_in_an_inline_document(sim: Simulator, rest: httpx.AsyncClient) -> None:
    phone = sim.phone(CALLER)
    twiml = '<Response><Gather action="/key" numDigits="1"/></Response>'
    await rest.post("/Calls.json", data={"From": NUMBER, "To": CALLER, "Twiml": twiml})
    leg = await phone.rings()
    leg.accept()
    await leg.collecting()
    leg.press("1")
    await leg.ended()
    assert "O9" in {v.oracle for v in sim.oracles()}


def test_o10_slow_webhooks(planted: Planted) -> None:
    for i in range(200):
        planted.line(i, EntryKind.WEBHOOK, "voice.status", status="200", ms=1500 if i == 7 else 20)
    assert planted.oracles() == set()
    for i in range(3):
        planted.line(300 + i, EntryKind.WEBHOOK, "voice.status", status="200", ms=1500)
    assert planted.oracles() == {"O10"}


async def test_o11_a_product_that_believes_forgeries(sim: Simulator, product: Product) -> None:
    product.script["/voice"] = "<Say>hello</Say>"
    sim.faults.add(FaultRule(FaultEffect.FORGE_TOKEN, "voice.inbound"))
    call = await sim.phone(CALLER).call(NUMBER)
    await call.ended()
    assert [v.message for v in sim.oracles()] == ["forge_token was answered 200"]


async def test_o11_is_content_with_403_and_unchanged_tables(sim: Simulator, product: Product) -> None:
    product.script["/voice"] = lambda _: "<Say>hello</Say>" if product.received[-1].signed else 403
    sim.faults.add(FaultRule(FaultEffect.FORGE_TOKEN, "voice.inbound"))
    call = await sim.phone(CALLER).call(NUMBER)
    await call.ended()
    await sim.advance(5)
    same, more = {"contacts": 1}, {"contacts": 2}
    assert sim.oracles(ProductReport(rows_before_attack=same, rows_after_attack=same)) == []
    found = sim.oracles(ProductReport(rows_before_attack=same, rows_after_attack=more))
    assert [v.oracle for v in found] == ["O11"]


def test_o12_callers_are_served_in_the_router_s_order(planted: Planted) -> None:
    for t, sid in ((1, C), (2, A)):
        planted.line(t, EntryKind.QUEUE, "left", sid, name="parking", result="redirected")
    planted.line(3, EntryKind.QUEUE, "left", S, name="parking", result="hangup")
    assert planted.oracles(ProductReport(served=(C, S, A))) == set()
    assert planted.oracles(ProductReport(served=(A, C))) == {"O12"}


def test_o13_the_metrics_add_up(planted: Planted) -> None:
    planted.line(1, EntryKind.INPUT, "run", seed=1)
    good = ReportedCounts(offered=10, answered=5, abandoned=2, voicemail=1, callback=1, waiting=1)
    assert planted.oracles(ProductReport(counts=good)) == set()
    assert planted.oracles(ProductReport(counts=replace(good, offered=11))) == {"O13"}


async def test_a_report_is_taken_by_http_and_checked_by_name(sim: Simulator) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(sim)), base_url="http://sim"
    ) as http:
        report: dict[str, Any] = {"counts": {"offered": 3, "answered": 1}, "legs_meant": 0}
        answer = (await http.post("/sim/oracles", json=report)).json()
        assert [v["oracle"] for v in answer["violations"]] == ["O13"]
        wrong = await http.post("/sim/oracles", json={"counts": {"offerred": 3}})
        assert (wrong.status_code, wrong.json()["field"]) == (422, "counts.offerred")
        wrong = await http.post(
            "/sim/oracles", json={"contacts": [{"call_sid": C, "is_closed": True, "x": 1}]}
        )
        assert (wrong.status_code, wrong.json()["field"]) == (422, "contacts[0].x")
