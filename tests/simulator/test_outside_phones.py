"""Telephones of the outside world: the product rings them, and people (or machines) there do as they like."""

from typing import Any

import httpx
import pytest

from simulator import Behaviour, Policy, Simulator
from simulator.app import create_app
from tests.simulator.conftest import CALLER, NUMBER
from tests.simulator.product import BASE, Product

MEI, TOM, BOX = "+886933000111", "+886933000222", "+886933000333"
ASK = f'<Response><Gather action="{BASE}/key" numDigits="1"><Say>press 1</Say></Gather></Response>'
EVENTS = "initiated ringing answered completed"


@pytest.fixture
async def control(sim: Simulator) -> Any:
    """A client of the control API."""
    transport = httpx.ASGITransport(create_app(sim))
    async with httpx.AsyncClient(transport=transport, base_url="http://sim/sim") as client:
        yield client


async def ring(rest: httpx.AsyncClient, to: str, **more: str) -> str:
    """The product dials a number outside; gives the CallSid."""
    form = {
        "From": NUMBER,
        "To": to,
        "Twiml": ASK,
        "Timeout": "20",
        "StatusCallback": f"{BASE}/leg",
        "StatusCallbackEvent": EVENTS,
    }
    made = await rest.post("/Calls.json", data=form | more)
    assert made.status_code == 201, made.text
    return str(made.json()["sid"])


def statuses(product: Product, sid: str) -> list[str]:
    """The call statuses the product was told about one leg, in order."""
    return [fields["CallStatus"] for fields in product.of("/leg") if fields["CallSid"] == sid]


async def test_several_phones_ring_at_once_and_each_decides_for_itself(
    sim: Simulator, product: Product, rest: httpx.AsyncClient, control: httpx.AsyncClient
) -> None:
    await control.put(f"/endpoints/{BOX}", json={"policy": "busy", "after": 1})
    sids = [await ring(rest, number) for number in (MEI, TOM, BOX, CALLER)]
    await sim.advance(2)
    ringing = {leg["address"]: leg["status"] for leg in (await control.get("/endpoints")).json()["legs"]}
    assert ringing == {MEI: "ringing", TOM: "ringing", CALLER: "ringing"}
    assert (await control.post(f"/endpoints/{MEI}/accept")).json()["status"] == "ringing"
    assert (await control.post(f"/endpoints/{TOM}/reject")).status_code == 200
    await sim.advance(40)
    assert [statuses(product, sid)[-1] for sid in sids] == ["completed", "busy", "busy", "no-answer"]
    assert statuses(product, sids[0]) == ["initiated", "ringing", "in-progress", "completed"]
    assert statuses(product, sids[3]) == ["initiated", "ringing", "no-answer"]
    assert (await control.post(f"/endpoints/{MEI}/accept")).status_code == 409
    assert sim.oracles() == []


async def test_a_scripted_person_answers_listens_and_presses(
    sim: Simulator, product: Product, rest: httpx.AsyncClient, control: httpx.AsyncClient
) -> None:
    product.script["/key"] = "<Say>thank you</Say>"
    steps = [{"hear": "press 1"}, {"press": "1"}, {"hear": "thank you"}, {"hangup": True}]
    put = await control.put(f"/endpoints/{MEI}", json={"policy": "answer", "after": 3, "then": steps})
    assert put.status_code == 200, put.text
    await ring(rest, MEI)
    await sim.advance(30)
    assert product.of("/key")[0]["Digits"] == "1"
    assert product.events("/leg")[-1] == "completed"


async def test_a_voicemail_box_answers_speaks_and_records_what_the_room_says(
    sim: Simulator, rest: httpx.AsyncClient
) -> None:
    sim.phone(BOX).behaves(Policy.VOICEMAIL, after=4, greeting="請留言")
    agent = sim.client("agent_x")
    form = {"From": NUMBER, "To": "client:agent_x"}
    room = (await rest.post("/Conferences/r/Participants.json", data=form)).json()["conference_sid"]
    leg = await agent.rings()
    leg.accept()
    await leg.in_conference()
    await rest.post(f"/Conferences/{room}/Participants.json", data={"From": NUMBER, "To": BOX})
    await leg.hears("請留言")
    await leg.hears("(beep)")
    leg.say("我是客服，稍後再撥")
    assert [e.title for e in sim.journal if e.call_sid != leg.sid and e.title == "我是客服，稍後再撥"]
    await sim.advance(40)
    assert [call.status for call in sim.calls.values() if call.address == BOX] == ["completed"]


async def test_a_box_that_answers_presses_no_key(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    sim.phone(BOX).behaves(Policy.VOICEMAIL, after=1)
    await ring(rest, BOX)
    await sim.advance(60)
    assert product.of("/key") == []
    assert product.events("/leg") == ["initiated", "ringing", "in-progress", "completed"]


async def test_behaviours_of_a_sequence_are_used_up_one_per_ring(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    sequence = [Behaviour(Policy.BUSY), Behaviour(Policy.NO_ANSWER), Behaviour(Policy.UNALLOCATED)]
    sim.endpoints.put(MEI, Behaviour(Policy.ANSWER), sequence)
    last = []
    for _ in range(4):
        sid = await ring(rest, MEI)
        await sim.advance(40)
        last.append(statuses(product, sid)[-1])
    assert last == ["busy", "no-answer", "failed", "completed"]
    failed = next(fields for fields in product.of("/leg") if fields["CallStatus"] == "failed")
    assert failed["SipResponseCode"] == "404"


async def test_a_person_who_waits_in_vain_hangs_up(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    sim.phone(MEI).behaves(Policy.ANSWER, then=[{"hear": "never said", "within": 8}])
    await ring(rest, MEI, Twiml='<Response><Pause length="60"/></Response>')
    await sim.advance(20)
    assert product.events("/leg")[-1] == "completed"
    assert product.of("/leg")[-1]["CallDuration"] == "8"


async def test_a_scripted_caller_gives_up_while_it_rings(
    sim: Simulator, product: Product, control: httpx.AsyncClient
) -> None:
    product.script["/voice"] = '<Pause length="9"/><Say>hello</Say>'
    body = {"from": CALLER, "to": NUMBER, "script": [{"wait": 3}, {"hangup": True}]}
    sid = (await control.post("/calls", json=body)).json()["call_sid"]
    await sim.advance(5)
    assert (await control.get(f"/calls/{sid}")).json()["status"] == "no-answer"
    listed = (await control.get("/calls", params={"address": CALLER})).json()["calls"]
    assert [call["call_sid"] for call in listed] == [sid]
    assert (await control.get("/calls", params={"live": "true"})).json()["calls"] == []


@pytest.mark.parametrize(
    ("address", "body", "field"),
    [
        ("0933", {"policy": "busy"}, "address"),
        (MEI, {"policy": "sleepy"}, "policy"),
        (MEI, {"policy": "answer", "after": -1}, "after"),
        (MEI, {"policy": "answer", "afterwards": 1}, "afterwards"),
        (MEI, {"policy": "answer", "greeting": 1}, "greeting"),
        (MEI, {"policy": "answer", "then": [{"press": 1}]}, "then[0].press"),
        (MEI, {"policy": "answer", "then": [{"wait": 1}, {"jump": True}]}, "then[1]"),
        (MEI, {"policy": "answer", "then": [{"hear": "x", "within": 0}]}, "then[0].within"),
        (MEI, {"policy": "answer", "following": ["busy"]}, "following"),
        (MEI, {"policy": "answer", "following": [{"policy": "x"}]}, "policy"),
    ],
)
async def test_bad_behaviour_is_refused_by_name(
    control: httpx.AsyncClient, address: str, body: dict[str, Any], field: str
) -> None:
    answer = await control.put(f"/endpoints/{address}", json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_a_forgotten_endpoint_is_by_itself_again(control: httpx.AsyncClient) -> None:
    await control.put(f"/endpoints/{MEI}", json={"policy": "busy"})
    assert (await control.delete(f"/endpoints/{MEI}")).status_code == 204
    assert (await control.get(f"/endpoints/{MEI}")).json()["policy"] == "manual"
    assert (await control.get("/endpoints/client:nobody")).json()["policy"] == "offline"
    assert (await control.post(f"/endpoints/{MEI}/hangup")).status_code == 409
