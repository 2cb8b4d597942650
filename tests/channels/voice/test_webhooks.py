"""What may come in at the voice webhooks: only the carrier's own requests are believed, whatever they hold."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from app.demo.people import FAMILY_NUMBER
from app.demo.summary import MAIN_NUMBER
from simulator.twiml_check import check_document
from tests.channels.voice.line import ACCOUNT, BASE, FORM, KNOWN_CALLER, VOICE, Line, new_sid, sign, spoken

DATA = Path(__file__).parents[1] / "twilio" / "data" / "webhooks.json"
RECORDED = {found["name"]: found for found in json.loads(DATA.read_text(encoding="utf-8"))["sets"]}
INBOUND = f"{VOICE}/inbound"


def recorded(name: str, **changes: str) -> dict[str, str]:
    """A recorded set of fields, of our account and to our number."""
    fields = dict(RECORDED[name]["params"])
    return fields | {"AccountSid": ACCOUNT} | changes


def inbound(**changes: str) -> dict[str, str]:
    """The first webhook of a new call, as recorded."""
    sid = new_sid()
    return recorded("voice-inbound-foreign-caller", CallSid=sid, To=MAIN_NUMBER, Called=MAIN_NUMBER) | changes


def refused_total() -> float:
    """What the counter of refused webhooks says, whatever the reason."""
    return sum(
        sample.value
        for metric in REGISTRY.collect()
        if metric.name == "switchboard_webhooks_refused"
        for sample in metric.samples
        if sample.name.endswith("_total")
    )


VOICE_INBOUND = [name for name, found in RECORDED.items() if found["kind"] == "voice.inbound"]


@pytest.mark.parametrize("name", VOICE_INBOUND)
async def test_recorded_first_webhooks_are_answered_with_a_valid_document(line: Line, name: str) -> None:
    fields = recorded(name, CallSid=new_sid(), To=MAIN_NUMBER)
    response = await line.send(INBOUND, fields)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/xml")
    assert check_document(response.text) == []
    assert "<Gather" in response.text


def forged(kind: str) -> dict[str, Any]:
    """Arguments of `Line.send` for each way to forge a request."""
    good = sign(BASE + INBOUND, FIELDS)
    tampered = FIELDS | {"From": "+886900000105"}
    match kind:
        case "no signature":
            return {"headers": [("content-type", FORM)]}
        case "empty signature":
            return {"signature": ""}
        case "two signatures":
            return {"headers": [("content-type", FORM), *[("x-twilio-signature", good)] * 2]}
        case "two joined signatures":
            return {"signature": f"{good}, {good}"}
        case "wrong signature":
            return {"signature": "0" * 27 + "="}
        case "signature not of base64":
            return {"headers": [("content-type", FORM), ("x-twilio-signature", "é" * 28)]}
        case "of another token":
            return {"token": "another-token"}
        case "for another path":
            return {"signed_url": f"{BASE}{VOICE}/gather"}
        case "for another host":
            return {"signed_url": f"https://evil.example.com{INBOUND}"}
        case "for another port":
            return {"signed_url": f"https://cc.example.com:8443{INBOUND}"}
        case "for plain http":
            return {"signed_url": f"http://cc.example.com{INBOUND}"}
        case "for another query":
            return {"signed_url": f"{BASE}{INBOUND}?contact={uuid4()}"}
        case "tampered field":
            return {"signature": good, "fields": tampered}
        case "added field":
            return {"signature": good, "fields": FIELDS | {"Digits": "0"}}
        case "missing field":
            return {"signature": good, "fields": {k: v for k, v in FIELDS.items() if k != "FromCity"}}
        case "of another account":
            return {"fields": FIELDS | {"AccountSid": "AC" + "d" * 32}}
        case "of no account":
            return {"fields": {k: v for k, v in FIELDS.items() if k != "AccountSid"}}
        case "not UTF-8":
            return {"body": b"AccountSid=" + ACCOUNT.encode() + b"&From=\xff\xfe"}
        case "percent-encoded not UTF-8":
            return {"body": b"AccountSid=" + ACCOUNT.encode() + b"&From=%FF%FE"}
        case "too many fields":
            return {"fields": FIELDS | {f"extra{n}": "x" for n in range(300)}}
        case _:
            raise AssertionError(kind)


FIELDS = inbound()
FORGERIES = [
    "no signature", "empty signature", "two signatures", "two joined signatures", "wrong signature",
    "signature not of base64", "of another token", "for another path", "for another host", "for another port",
    "for plain http", "for another query", "tampered field", "added field", "missing field",
    "of another account", "of no account", "not UTF-8", "percent-encoded not UTF-8", "too many fields",
]  # fmt: skip


async def test_forged_webhooks_are_refused_and_write_nothing(line: Line) -> None:
    before = await line.counts()
    for kind in FORGERIES:
        counted = refused_total()
        arguments = {"fields": FIELDS, **forged(kind)}
        response = await line.send(INBOUND, **arguments)
        assert response.status_code == 403, f"{kind}: {response.status_code} {response.text}"
        assert response.headers["content-type"] == "application/problem+json", kind
        assert response.json()["code"] == "webhook_refused", kind
        assert refused_total() == counted + 1, kind
        assert await line.counts() == before, kind


@pytest.mark.parametrize(
    "path",
    [
        "gather",
        "wait",
        "queue-left",
        "after-queue",
        "after-conference",
        "hold",
        "call-status",
        "leg",
        "conference",
    ],
)
async def test_every_webhook_asks_for_the_signature(line: Line, path: str) -> None:
    before = await line.counts()
    caller_fields = recorded("gather-dtmf", CallSid=new_sid())
    response = await line.send(
        f"{VOICE}/{path}?contact={uuid4()}&leg={uuid4()}", caller_fields, signature="x"
    )
    assert response.status_code == 403
    assert await line.counts() == before


async def test_a_body_that_is_too_large_is_refused(line: Line) -> None:
    before = await line.counts()
    fields = inbound(SpeechResult="x" * 300_000)
    response = await line.send(INBOUND, fields)
    assert response.status_code == 413
    assert response.json()["code"] == "body_too_large"
    assert await line.counts() == before


@pytest.mark.parametrize(
    "changes",
    [{"CallSid": ""}, {"CallSid": "CA123"}, {"CallSid": "XX" + "0" * 32}, {"CallSid": "CA" + "g" * 32}],
)
async def test_a_call_without_a_proper_sid_is_named_as_such(line: Line, changes: dict[str, str]) -> None:
    before = await line.counts()
    response = await line.send(INBOUND, inbound(**changes))
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "CallSid"
    assert await line.counts() == before


async def test_a_number_that_is_not_ours_is_told(line: Line) -> None:
    before = await line.counts()
    for to in ("+886255599999", "", "sip:somebody@example.com"):
        response = await line.send(INBOUND, inbound(To=to))
        assert response.status_code == 404
        assert "phone_numbers" in response.json()["detail"]
    assert await line.counts() == before


async def test_news_of_calls_we_do_not_know_is_404(line: Line) -> None:
    caller = await line.call()
    before = await line.counts()
    stranger = recorded("status-busy-487", CallSid=new_sid())
    unknown, mine = uuid4(), caller.contact_id
    for path in (
        "call-status",
        f"leg?leg={unknown}",
        f"gather?contact={unknown}&v=1",
        f"gather?contact={mine}&v=1",  # our contact, but another call
        f"wait?contact={mine}",
        f"queue-left?contact={mine}",
        f"after-queue?contact={unknown}",
        f"after-conference?contact={mine}",
        f"hold?contact={mine}",
    ):
        response = await line.send(f"{VOICE}/{path}", stranger)
        assert response.status_code == 404, path
        assert response.json()["code"] in ("unknown_call", "contact_not_found"), path
    room = recorded("conference-01-participant-join")
    assert (await line.send(f"{VOICE}/conference?contact={unknown}", room)).status_code == 404
    after = (
        await line.counts()
    )  # the end of a call may overtake its beginning, so that is looked at once more
    assert {name for name in after if after[name] != before[name]} <= {"pgqueuer", "pgqueuer_log"}


async def test_an_address_without_its_contact_is_told(line: Line) -> None:
    fields = recorded("gather-dtmf", CallSid=new_sid())
    for query in ("", "?contact=", "?contact=7", "?leg=x"):
        response = await line.send(f"{VOICE}/gather{query}", fields)
        assert response.status_code == 422
        assert response.json()["errors"][0]["field"] == "contact"


@pytest.mark.parametrize("sequence", ["", "-1", "x", "1.5", "²"])
async def test_a_conference_event_needs_its_number(line: Line, sequence: str) -> None:
    caller = await line.call()
    room = f"itx-{caller.contact_id}-0"
    fields = recorded("conference-01-participant-join", FriendlyName=room, SequenceNumber=sequence)
    response = await line.send(f"{VOICE}/conference?contact={caller.contact_id}", fields)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "SequenceNumber"


async def test_a_conference_of_somebody_else_is_refused(line: Line) -> None:
    caller = await line.call()
    fields = recorded("conference-01-participant-join", FriendlyName="itx-7f3a")
    response = await line.send(f"{VOICE}/conference?contact={caller.contact_id}", fields)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "FriendlyName"


async def test_fields_nobody_has_heard_of_are_ignored_but_signed(line: Line) -> None:
    fields = inbound(NewThing="1", AddOns='{"status":"ok"}', **{"weird key": "&=%+ "})
    assert (await line.send(INBOUND, fields)).status_code == 200


async def test_repeated_keys_are_signed_as_the_carrier_signs_them(line: Line) -> None:
    fields = [*inbound().items(), ("Extra", "b"), ("Extra", "a"), ("Extra", "b")]
    assert (await line.send(INBOUND, fields)).status_code == 200


async def test_blank_fields_are_part_of_the_signature(line: Line) -> None:
    fields = inbound()
    blank = [key for key, value in fields.items() if not value]
    assert blank
    without = urlencode({k: v for k, v in fields.items() if v}).encode()
    assert (await line.send(INBOUND, fields, body=without)).status_code == 403
    assert (await line.send(INBOUND, fields)).status_code == 200


async def test_a_query_is_signed_as_it_was_written(line: Line) -> None:
    caller = await line.call()
    path = caller.action() + "&note=a%20b%2Bc&x=%E4%BD%A0"
    response = await line.send(path, caller.fields(Digits="0"))
    assert response.status_code == 200


async def identification(line: Line, fields: dict[str, str]) -> Any:
    """Send a first webhook; how the contact knows its customer."""
    response = await line.send(INBOUND, fields)
    assert response.status_code == 200, response.text
    async with line.database.read() as reader:
        row = await reader.fetchrow(
            """select c.from_address, c.identification, c.candidates, c.language from contacts c
               join voice_calls v on v.contact_id = c.id where v.call_sid = $1""",
            fields["CallSid"],
        )
    assert row is not None
    return row


@pytest.mark.parametrize("from_", ["+266696687", "anonymous", "+Anonymous", "", "Restricted", "+17378742833"])
async def test_a_withheld_number_is_nobody_s(line: Line, from_: str) -> None:
    found = await identification(line, inbound(From=from_))
    assert (found["from_address"], found["identification"], found["candidates"]) == (None, "unknown", [])


async def test_a_missing_from_is_a_withheld_number(line: Line) -> None:
    fields = {key: value for key, value in inbound().items() if key != "From"}
    found = await identification(line, fields)
    assert (found["from_address"], found["identification"]) == (None, "unknown")


@pytest.mark.parametrize(
    "from_", [KNOWN_CALLER, "0900000103", "0900-000-103", "＋８８６９０００００１０３", "886900000103"]
)
async def test_a_number_is_known_in_every_spelling(line: Line, from_: str) -> None:
    found = await identification(line, inbound(From=from_))
    assert (found["from_address"], found["identification"]) == (KNOWN_CALLER, "certain")


async def test_a_sip_address_is_a_stranger_who_is_served(line: Line) -> None:
    found = await identification(line, inbound(From="sip:somebody@example.com;transport=tls"))
    assert (found["from_address"], found["identification"]) == (None, "unknown")


async def test_a_family_number_has_candidates(line: Line) -> None:
    found = await identification(line, inbound(From=FAMILY_NUMBER))
    assert found["identification"] == "likely"
    assert len(found["candidates"]) == 3


async def test_four_kilobytes_of_chinese_and_emoji_are_only_words(line: Line) -> None:
    caller = await line.call()
    await caller.press("3")
    await caller.says("我的包裹在哪裡？👩‍👩‍👧‍👦\u202e" * 120)
    assert check_document(caller.text) == []
    kept = await line.value(
        "select max(length(question_masked)) from faq_searches where contact_id = $1", caller.contact_id
    )
    assert kept is None or kept <= 2000


@pytest.mark.parametrize(
    "reply",
    [
        {"SpeechResult": "<Response><Hangup/></Response>", "Confidence": "0.9"},
        {"SpeechResult": "'; drop table contacts; --", "Confidence": "x"},
        {"SpeechResult": "訂單\u0000\u0007", "Confidence": ""},
        {"SpeechResult": "訂單"},
        {"SpeechResult": "我想問訂單", "Confidence": "NaN"},
        {"Digits": "12345678901234567890123456789012345"},
        {"Digits": "#"},
        {"Digits": "", "SpeechResult": ""},
        {},
    ],
)
async def test_whatever_a_caller_does_gets_a_valid_document(line: Line, reply: dict[str, str]) -> None:
    caller = await line.call()
    await caller.replies(reply)
    assert check_document(caller.text) == []
    assert "Hangup" not in spoken(caller.text)


async def test_get_is_not_a_webhook(line: Line) -> None:
    response = await line.http.get(INBOUND)
    assert response.status_code == 405
