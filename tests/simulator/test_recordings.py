"""Recordings of calls and conferences: what is on them, when they pause, and their media over REST."""

import io
import wave
from array import array

import httpx

from simulator import FaultEffect, FaultRule, Simulator
from simulator.journal import EntryKind
from simulator.sounds import SAMPLE_RATE, Sound, pieces
from tests.simulator.conftest import ACCOUNT, CALLER, NUMBER
from tests.simulator.product import BASE, Product
from tests.simulator.test_conference_life import connect

CALLBACK = {
    "RecordingChannels": "dual",
    "RecordingStatusCallback": f"{BASE}/rec",
    "RecordingStatusCallbackEvent": "in-progress completed absent",
}


def loud_seconds(samples: "array[int]") -> float:
    """Seconds of a channel that are not silent."""
    blocks = [samples[i : i + 80] for i in range(0, len(samples), 80)]
    return sum(any(abs(s) > 1000 for s in block) for block in blocks) * 80 / SAMPLE_RATE


def channels_of(body: bytes) -> list["array[int]"]:
    """The channels of a WAV file."""
    with wave.open(io.BytesIO(body)) as file:
        assert (file.getframerate(), file.getsampwidth()) == (SAMPLE_RATE, 2)
        frames = array("h", file.readframes(file.getnframes()))
        return [frames[i :: file.getnchannels()] for i in range(file.getnchannels())]


async def test_dual_channel_media_holds_each_side_on_its_own_channel(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    customer, leg, _ = await connect(sim, product, rest)
    made = (await rest.post(f"/Calls/{customer.sid}/Recordings.json", data=CALLBACK)).json()
    early = await rest.get(f"/Recordings/{made['sid']}.wav")
    assert early.status_code == 404
    customer.say("我想退掉上週買的鞋子，一共十六個字")
    await sim.advance(10)
    leg.say("好的")
    await sim.advance(10)
    customer.hangup()
    await customer.ended()
    await sim.advance(5)
    events = [f["RecordingStatus"] for f in product.of("/rec")]
    assert events == ["in-progress", "completed"]
    last = product.of("/rec")[-1]
    assert (last["RecordingDuration"], last["RecordingChannels"]) == ("20", "2")
    answer = await rest.get(f"/Recordings/{made['sid']}.wav")
    assert answer.headers["content-type"] == "audio/x-wav"
    own, heard = channels_of(answer.content)
    assert len(own) == len(heard) == 20 * SAMPLE_RATE
    assert 3.5 < loud_seconds(own) < 4.6
    assert 0.4 < loud_seconds(heard) < 1.2
    assert loud_seconds(own[: 5 * SAMPLE_RATE]) == loud_seconds(own)
    mp3 = await rest.get(f"/Recordings/{made['sid']}.mp3")
    assert mp3.content.startswith(b"\xff\xfb")
    assert (await rest.delete(f"/Recordings/{made['sid']}.json")).status_code == 204
    assert (await rest.get(f"/Recordings/{made['sid']}.wav")).status_code == 404


async def test_nothing_said_during_a_pause_is_on_the_recording(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    customer, _, _ = await connect(sim, product, rest)
    path = f"/Calls/{customer.sid}/Recordings"
    made = (await rest.post(f"{path}.json", data=CALLBACK)).json()
    await sim.advance(2)
    paused = await rest.post(
        f"{path}/Twilio.CURRENT.json", data={"Status": "paused", "PauseBehavior": "skip"}
    )
    assert paused.json()["status"] == "paused"
    customer.say("card number 4242 4242")
    await sim.advance(6)
    await rest.post(f"{path}/{made['sid']}.json", data={"Status": "in-progress"})
    customer.say("thank you")
    await sim.advance(2)
    await rest.post(f"{path}/{made['sid']}.json", data={"Status": "stopped"})
    await sim.advance(5)
    (final,) = [e for e in sim.journal.of(customer.sid, EntryKind.CALL) if e.title == "recording completed"]
    assert [piece["text"] for piece in final.detail["content"]] == ["thank you"]
    assert product.of("/rec")[-1]["RecordingDuration"] == "4"
    listed = (await rest.get("/Recordings.json", params={"CallSid": customer.sid})).json()["recordings"]
    assert [r["sid"] for r in listed] == [made["sid"]]


def test_pauses_are_silent_or_cut_out() -> None:
    sound = Sound(10.0, 20.0, "CA1", "a long story", frozenset())
    silent = pieces([sound], 8.0, 30.0, [(12.0, 15.0)], own="CA1")
    assert [(p.since, p.until) for p in silent] == [(2.0, 4.0), (7.0, 12.0)]
    cut = pieces([sound], 8.0, 30.0, [(12.0, 15.0)], skips=True, own="CA1")
    assert [(p.since, p.until) for p in cut] == [(2.0, 4.0), (4.0, 9.0)]
    trimmed = pieces([sound], 8.0, 30.0, [], trim=True)
    assert [(p.since, p.until, p.track) for p in trimmed] == [(0.0, 10.0, 0)]


async def test_a_conference_recording_has_no_call_and_no_music(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    sim.client("agent_x"), sim.client("agent_y")
    form = {
        "From": NUMBER,
        "ConferenceRecord": "record-from-start",
        "ConferenceTrim": "do-not-trim",
        "ConferenceRecordingStatusCallback": f"{BASE}/rec",
    }
    legs = []
    for name in ("agent_x", "agent_y"):
        made = await rest.post("/Conferences/r/Participants.json", data=form | {"To": f"client:{name}"})
        leg = await sim.client(name).rings()
        leg.accept()
        await leg.in_conference()
        legs.append(leg)
    room = made.json()["conference_sid"]
    legs[0].say("hello there")
    await sim.advance(5)
    running = (await rest.get(f"/Conferences/{room}/Recordings.json")).json()["recordings"]
    assert [(r["source"], r["status"], r["call_sid"]) for r in running] == [
        ("Conference", "in-progress", None)
    ]
    path = f"/Conferences/{room}/Participants/{legs[0].sid}.json"
    await rest.post(path, data={"Hold": "true"})
    legs[0].say("to myself")
    await sim.advance(5)
    await rest.post(f"/Conferences/{room}.json", data={"Status": "completed"})
    await sim.advance(5)
    (fields,) = product.of("/rec")
    assert "CallSid" not in fields
    assert (fields["ConferenceSid"], fields["RecordingSource"]) == (room, "Conference")
    (final,) = [e for e in sim.journal if e.title == "recording completed"]
    assert [piece["text"] for piece in final.detail["content"]] == ["hello there"]


async def test_a_leg_can_be_recorded_from_its_answer_and_hears_keys(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    phone = sim.phone("+886933000111")
    form = {
        "From": NUMBER,
        "To": "+886933000111",
        "Twiml": '<Response><Pause length="3"/><Play digits="9"/><Say>bye</Say></Response>',
        "SendDigits": "w12#",
        "Record": "true",
        "RecordingStatusCallback": f"{BASE}/rec",
    }
    await rest.post("/Calls.json", data=form)
    leg = await phone.rings()
    leg.accept()
    await leg.hears("(keys 12#)")
    await leg.hears("(keys 9)")
    await leg.ended()
    await sim.advance(5)
    assert product.of("/rec")[0]["RecordingSource"] == "OutboundAPI"


async def test_recordings_can_be_absent_empty_and_late(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    sim.faults.add(FaultRule(FaultEffect.RECORDING_ABSENT, limit=1))
    sim.faults.add(FaultRule(FaultEffect.RECORDING_EMPTY, nth=2))
    sim.faults.add(FaultRule(FaultEffect.MEDIA_LATE, nth=3, times=2))
    product.script["/voice"] = '<Pause length="1"/><Say>hello</Say><Pause length="60"/>'
    sids = []
    for _ in range(3):
        call = await sim.phone(CALLER).call(NUMBER)
        await call.hears("hello")
        sids.append((await rest.post(f"/Calls/{call.sid}/Recordings.json", data=CALLBACK)).json()["sid"])
        await sim.advance(5)
        call.hangup()
        await sim.advance(5)
    status = {
        f["RecordingSid"]: (f["RecordingStatus"], f.get("RecordingDuration")) for f in product.of("/rec")
    }
    assert [status[sid] for sid in sids] == [("absent", None), ("completed", "1"), ("completed", "5")]
    answers = [(await rest.get(f"/Recordings/{sids[2]}.wav")).status_code for _ in range(3)]
    assert answers == [404, 404, 200]


async def test_media_need_the_account_s_credentials(rest: httpx.AsyncClient) -> None:
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/RE{'a' * 32}.wav"
    answer = await rest.get(f"http://sim{path}", auth=("x", "y"))
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)
