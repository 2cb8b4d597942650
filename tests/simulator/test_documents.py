"""What happens with bad documents, unknown verbs, loops, and calls that are never answered."""

import httpx
import pytest

from simulator import Simulator
from tests.simulator.conftest import CALLER, NUMBER
from tests.simulator.product import Product

APPLICATION_ERROR = "application error"


@pytest.mark.parametrize("voice", [500, 404, "!oops", "<Say lang='zh'>x</Say>"])
async def test_bad_document_goes_to_the_fallback_once(
    sim: Simulator, product: Product, voice: str | int
) -> None:
    product.script |= {"/voice": voice, "/fallback": "<Say>please call later</Say>"}
    call = await sim.phone(CALLER).call(NUMBER)
    await call.hears("please call later")
    (fields,) = product.of("/fallback")
    assert fields["ErrorUrl"].endswith("/voice")
    assert fields["ErrorCode"] in {"11217", "12100", "12200"}


async def test_without_a_working_fallback_the_caller_is_cut_off(sim: Simulator, product: Product) -> None:
    product.script |= {"/voice": 500, "/fallback": 500}
    call = await sim.phone(CALLER).call(NUMBER)
    await call.hears(APPLICATION_ERROR)
    assert await call.ended() == "completed"


async def test_invalid_document_is_a_violation(sim: Simulator, product: Product) -> None:
    product.script |= {"/voice": '<Say language="zh-Hant">x</Say>', "/fallback": "<Hangup/>"}
    call = await sim.phone(CALLER).call(NUMBER)
    await call.ended()
    assert [(v.oracle, "language" in v.message) for v in sim.oracles()] == [("O9", True)]


async def test_verb_the_network_does_not_execute_fails_loudly(sim: Simulator, product: Product) -> None:
    product.script["/voice"] = "<Echo/>"
    call = await sim.phone(CALLER).call(NUMBER)
    await call.hears(APPLICATION_ERROR)
    assert "unsupported verb <Echo>" in {v.message for v in sim.oracles()}


async def test_endless_redirect_is_cut(sim: Simulator, product: Product) -> None:
    product.script |= {"/voice": "<Redirect>/voice</Redirect>", "/fallback": "<Say>sorry</Say>"}
    call = await sim.phone(CALLER).call(NUMBER)
    await call.hears("sorry")
    assert len(product.of("/voice")) == 100


@pytest.mark.parametrize(
    ("reject", "status"), [("<Reject/>", "no-answer"), ('<Reject reason="busy"/>', "busy")]
)
async def test_rejected_call_is_never_answered(
    sim: Simulator, product: Product, reject: str, status: str
) -> None:
    product.script["/voice"] = reject
    call = await sim.phone(CALLER).call(NUMBER)
    assert await call.ended() == status
    assert call.call.answered is None


async def test_relative_urls_resolve_against_the_document(sim: Simulator, product: Product) -> None:
    product.script |= {
        "/voice": "<Redirect>/ivr/a/start</Redirect>",
        "/ivr/a/start": '<Gather action="next" numDigits="1"/>',
        "/ivr/a/next": "<Say>deeper</Say>",
    }
    call = await sim.phone(CALLER).call(NUMBER)
    await call.collecting()
    call.press("1")
    await call.hears("deeper")


async def test_music_lasts_as_long_as_its_server_says_and_is_skipped_when_missing(
    sim: Simulator, product: Product
) -> None:
    product.script |= {
        "/voice": "<Play>/a.wav</Play><Play>/missing.wav</Play><Say>end</Say>",
        "/a.wav": "7.5",
    }
    call = await sim.phone(CALLER).call(NUMBER)
    await call.hears("a.wav")
    before = sim.clock.now()
    await call.hears("end")
    assert sim.clock.now() - before == pytest.approx(7.5)


async def test_voicemail_is_recorded_and_reported(sim: Simulator, product: Product) -> None:
    product.script["/voice"] = (
        '<Record action="/done" finishOnKey="#" recordingStatusCallback="/rec"/><Say>nothing</Say>'
    )
    product.script["/done"] = "<Say>thank you</Say>"
    call = await sim.phone(CALLER).call(NUMBER)
    await call.collecting()
    call.say("請回電給我")
    await sim.advance(3)
    call.press("#")
    await call.hears("thank you")
    (done,) = product.of("/done")
    await sim.advance(5)
    (recorded,) = product.of("/rec")
    assert (done["Digits"], recorded["RecordingStatus"]) == ("#", "completed")
    assert done["RecordingSid"] == recorded["RecordingSid"]


async def test_leg_is_recorded_beside_the_next_verbs(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    product.script["/voice"] = (
        '<Start><Recording channels="dual" recordingStatusCallback="/rec" '
        'recordingStatusCallbackEvent="in-progress completed"/></Start><Pause length="20"/>'
    )
    call = await sim.phone(CALLER).call(NUMBER)
    await sim.advance(3)
    path = f"/Calls/{call.sid}/Recordings/Twilio.CURRENT.json"
    assert (await rest.post(path, data={"Status": "paused"})).json()["status"] == "paused"
    assert (await rest.post(path, data={"Status": "in-progress"})).json()["status"] == "in-progress"
    assert await call.ended() == "completed"
    await sim.advance(5)
    assert [f["RecordingStatus"] for f in product.of("/rec")] == ["in-progress", "completed"]
    assert product.of("/rec")[0]["RecordingChannels"] == "2"


async def test_hanging_up_while_recording_says_so(sim: Simulator, product: Product) -> None:
    product.script["/voice"] = '<Record action="/done" recordingStatusCallback="/rec"/>'
    product.script["/done"] = ""
    call = await sim.phone(CALLER).call(NUMBER)
    await call.collecting()
    call.say("please call me back")
    await sim.advance(3)
    call.hangup()
    await call.ended()
    await sim.advance(5)
    (done,) = product.of("/done")
    assert (done["Digits"], done["CallStatus"]) == ("hangup", "completed")
    assert product.of("/rec")[0]["RecordingStatus"] == "completed"


async def test_silence_records_nothing_and_goes_to_the_next_verb(sim: Simulator, product: Product) -> None:
    product.script["/voice"] = (
        '<Record action="/done" timeout="3" recordingStatusCallback="/rec" '
        'recordingStatusCallbackEvent="completed absent"/><Say>nothing heard</Say>'
    )
    call = await sim.phone(CALLER).call(NUMBER)
    await call.hears("nothing heard")
    await sim.advance(5)
    assert product.of("/rec")[0]["RecordingStatus"] == "absent"


async def test_dial_rings_several_and_the_first_to_answer_wins(sim: Simulator, product: Product) -> None:
    product.script["/voice"] = (
        '<Dial action="/dialled" timeout="20"><Client>one</Client><Client>two</Client></Dial>'
    )
    product.script["/dialled"] = "<Say>bye</Say>"
    one, two = sim.client("one"), sim.client("two")
    call = await sim.phone(CALLER).call(NUMBER)
    first, second = await one.rings(), await two.rings()
    second.accept()
    assert await first.ended() == "canceled"
    await sim.advance(10)
    second.hangup()
    await call.hears("bye")
    (fields,) = product.of("/dialled")
    assert (fields["DialCallStatus"], fields["DialCallSid"]) == ("completed", second.sid)
    assert int(fields["DialCallDuration"]) >= 10
