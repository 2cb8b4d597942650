"""A caller waits, an agent's leg joins, the caller is moved in, held, and hangs up."""

import httpx

from simulator import Simulator
from simulator.phones import PhoneCall, RingingLeg
from tests.simulator.conftest import CALLER, NUMBER
from tests.simulator.product import BASE, Product

EVENTS = "start end join leave mute hold modify"
ROOM = (
    f'<Response><Dial action="{BASE}/after-conf"><Conference beep="false" endConferenceOnExit="true" '
    f'participantLabel="customer" statusCallback="{BASE}/conf" statusCallbackEvent="{EVENTS}" waitUrl="">'
    "itx-1</Conference></Dial></Response>"
)
AGENT_FORM = {
    "From": NUMBER,
    "To": "client:agent_x?itx=1&leg=9",
    "Label": "agent-9",
    "Timeout": "15",
    "Beep": "false",
    "EndConferenceOnExit": "false",
    "WaitUrl": "",
    "StatusCallback": f"{BASE}/leg",
    "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
    "ConferenceStatusCallback": f"{BASE}/conf",
    "ConferenceStatusCallbackEvent": EVENTS.split(),
}


async def connect(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> tuple[PhoneCall, RingingLeg, str]:
    """A customer and an agent talking; gives both legs and the ConferenceSid."""
    product.script["/voice"] = '<Enqueue action="/left" waitUrl="/wait">parking</Enqueue>'
    product.script["/wait"] = '<Say language="zh-TW">請稍候</Say><Pause length="5"/>'
    product.script["/left"] = ""
    customer = await sim.phone(CALLER).call(NUMBER)
    await customer.hears("請稍候")
    agent = sim.client("agent_x")
    made = await rest.post("/Conferences/itx-1/Participants.json", data=AGENT_FORM)
    assert made.status_code == 201, made.text
    leg = await agent.rings(leg="9")
    leg.accept()
    await leg.in_conference()
    moved = await rest.post(f"/Calls/{customer.sid}.json", data={"Twiml": ROOM})
    assert moved.status_code == 200, moved.text
    await customer.in_conference()
    await sim.advance(1)
    return customer, leg, made.json()["conference_sid"]


async def test_agent_leg_joins_first_and_the_caller_is_moved_in(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    customer, leg, _ = await connect(sim, product, rest)
    assert product.events("/leg") == ["initiated", "ringing", "in-progress"]
    assert [f["SequenceNumber"] for f in product.of("/leg")] == ["0", "1", "2"]
    assert product.events("/conf") == ["participant-join", "participant-join", "conference-start"]
    assert product.of("/left")[0]["QueueResult"] == "redirected"
    assert leg.params == {"itx": "1", "leg": "9"}
    customer.say("我要退款")
    await leg.hears("我要退款")


async def test_hold_fetches_its_music_by_get_and_unhold_returns_the_caller(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    customer, leg, room = await connect(sim, product, rest)
    product.script["/hold"] = '<Say language="zh-TW">通話保留中</Say><Redirect method="GET">/hold</Redirect>'
    path = f"/Conferences/{room}/Participants/customer.json"
    held = await rest.post(path, data={"Hold": "true", "HoldUrl": f"{BASE}/hold"})
    assert held.json()["hold"] is True
    await customer.hears("通話保留中")
    await sim.advance(10)
    fetched = [r for r in product.received if r.path == "/hold"]
    assert {(r.method, r.signed) for r in fetched} == {("GET", True)}
    leg.say("should not be heard")
    await rest.post(path, data={"Hold": "false"})
    leg.say("back again")
    assert await customer.hears("back again")
    heard = [e.title for e in sim.journal.of(customer.sid)]
    assert "should not be heard" not in heard
    await sim.advance(1)
    assert product.events("/conf")[-2:] == ["participant-hold", "participant-unhold"]


async def test_customer_leaving_ends_the_room_for_all(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    customer, leg, room = await connect(sim, product, rest)
    customer.hangup()
    assert await customer.ended() == "completed"
    assert await leg.ended() == "completed"
    await sim.advance(5)
    assert product.events("/conf")[3:] == ["participant-leave", "participant-leave", "conference-end"]
    leave, other, end = product.of("/conf")[3:]
    assert leave["ReasonParticipantLeft"] == "participant_hung_up"
    assert other["ReasonParticipantLeft"] == "moderator_ended_conference"
    assert end["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"
    assert end["ParticipantLabelEndingConference"] == "customer"
    assert product.of("/after-conf")[0]["CallStatus"] == "completed"
    assert product.events("/status") == ["completed"]
    assert product.events("/leg")[-1] == "completed"
    gone = await rest.post(f"/Conferences/{room}/Participants/customer.json", data={"Muted": "true"})
    assert (gone.status_code, gone.json()["code"]) == (404, 20404)
    assert sim.oracles() == []


async def test_agent_leaving_leaves_the_customer_alone_and_the_silence_is_noticed(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    customer, leg, _ = await connect(sim, product, rest)
    leg.hangup()
    await leg.ended()
    assert customer.status == "in-progress"
    await sim.advance(31)
    assert "O2" in {v.oracle for v in sim.oracles()}


async def test_kicked_customer_goes_on_at_the_dial_action(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    customer, _, room = await connect(sim, product, rest)
    product.script["/after-conf"] = '<Say language="zh-TW">謝謝</Say>'
    gone = await rest.delete(f"/Conferences/{room}/Participants/{customer.sid}.json")
    assert gone.status_code == 204
    await customer.hears("謝謝")
    assert await customer.ended() == "completed"


async def test_first_participant_fixes_the_callbacks_and_labels_are_unique(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    _, _, room = await connect(sim, product, rest)
    second = {"From": NUMBER, "To": "client:boss", "Label": "agent-9"}
    refused = await rest.post(f"/Conferences/{room}/Participants.json", data=second)
    assert (refused.status_code, refused.json()["code"]) == (400, 16025)
    sim.client("boss")
    other = second | {"Label": "boss", "ConferenceStatusCallback": f"{BASE}/elsewhere"}
    assert (await rest.post(f"/Conferences/{room}/Participants.json", data=other)).status_code == 201
    listed = await rest.get(f"/Conferences/{room}/Participants.json")
    assert [p["label"] for p in listed.json()["participants"]] == ["agent-9", "customer", "boss"]
    await sim.advance(5)
    assert product.of("/elsewhere") == []
    assert all(request.signed for request in product.received)


async def test_redirected_customer_leaves_the_room_for_a_survey(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    customer, leg, _ = await connect(sim, product, rest)
    survey = f'<Response><Gather action="{BASE}/csat" numDigits="1"><Say>rate us</Say></Gather></Response>'
    product.script["/csat"] = "<Say>thanks</Say>"
    await rest.post(f"/Calls/{customer.sid}.json", data={"Twiml": survey})
    await customer.hears("rate us")
    assert await leg.ended() == "completed"
    customer.press("5")
    await customer.hears("thanks")
    assert product.of("/csat")[0]["Digits"] == "5"
    await customer.ended()
    await sim.advance(2)
    leaves = [f for f in product.of("/conf") if f["StatusCallbackEvent"] == "participant-leave"]
    assert leaves[0]["ReasonParticipantLeft"] == "participant_updated_via_api"
    assert sim.oracles() == []


async def test_ended_name_opens_a_new_conference(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    _, leg, room = await connect(sim, product, rest)
    ended = await rest.post(f"/Conferences/{room}.json", data={"Status": "completed"})
    assert ended.json()["reason_conference_ended"] == "conference-ended-via-api"
    await leg.ended()
    again = await rest.post("/Conferences/itx-1/Participants.json", data=AGENT_FORM)
    assert again.json()["conference_sid"] != room
    listed = (await rest.get("/Conferences.json", params={"FriendlyName": "itx-1"})).json()["conferences"]
    assert [c["status"] for c in listed] == ["init", "completed"]


async def test_announcement_is_heard_by_one_and_reported(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    customer, leg, room = await connect(sim, product, rest)
    product.script["/whisper"] = "<Say>third call today</Say>"
    path = f"/Conferences/{room}/Participants/agent-9.json"
    assert (await rest.post(path, data={"AnnounceUrl": f"{BASE}/whisper"})).status_code == 200
    await leg.hears("third call today")
    assert "third call today" not in [e.title for e in sim.journal.of(customer.sid)]


async def test_coach_needs_a_coached_call_that_is_there(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    customer, leg, room = await connect(sim, product, rest)
    boss = sim.client("boss")
    form = {"From": NUMBER, "To": "client:boss", "Label": "boss", "Coaching": "true"}
    path = f"/Conferences/{room}/Participants.json"
    wrong = await rest.post(path, data=form | {"CallSidToCoach": "CA" + "f" * 32})
    assert (wrong.status_code, wrong.json()["code"]) == (400, 13240)
    assert (await rest.post(path, data=form | {"CallSidToCoach": leg.sid})).status_code == 201
    coach = await boss.rings()
    coach.accept()
    await coach.in_conference()
    coach.say("offer a refund")
    await leg.hears("offer a refund")
    assert "offer a refund" not in [e.title for e in sim.journal.of(customer.sid)]
