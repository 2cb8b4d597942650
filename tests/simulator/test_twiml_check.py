"""Which documents Twilio would accept, and in which context."""

import pytest

from simulator import check_document

GATHER = (
    '<Response><Gather input="dtmf speech" language="cmn-Hant-TW" hints="帳單,報修" numDigits="1" '
    'timeout="5" speechTimeout="auto" actionOnEmptyResult="true" action="/ivr">'
    '<Say language="cmn-TW" voice="Google.cmn-TW-Wavenet-A">您好</Say></Gather></Response>'
)
GOOD = {
    "menu": (GATHER, "voice"),
    "empty": ("<Response/>", "voice"),
    "queue": ('<Response><Enqueue waitUrl="/w" action="/a">q</Enqueue></Response>', "voice"),
    "room": ('<Response><Dial><Conference waitUrl="" beep="false">r</Conference></Dial></Response>', "voice"),
    "leave": ("<Response><Leave/></Response>", "enqueue-wait"),
    "keys while waiting": (
        '<Response><Gather numDigits="1"><Say>hi</Say></Gather></Response>',
        "enqueue-wait",
    ),
    "hold music": (
        "<Response><Play>https://a.example/h.wav</Play><Redirect>/h</Redirect></Response>",
        "conference-wait",
    ),
}
BAD = {
    "Say language of the web": (
        '<Response><Say language="zh-Hant">您好</Say></Response>',
        "voice",
        "language",
    ),
    "unknown voice": ('<Response><Say voice="Polly.Zhiyou">x</Say></Response>', "voice", "voice"),
    "Gather language": ('<Response><Gather language="cmn-TW"/></Response>', "voice", "language"),
    "lower-case root": ("<response/>", "voice", "12100"),
    "lower-case verb": ("<Response><say>x</say></Response>", "voice", "unknown element"),
    "unknown attribute": (
        '<Response><Dial statusCallbackEvent="answered"><Number>+1</Number></Dial></Response>',
        "voice",
        "statusCallbackEvent",
    ),
    "Dial inside Gather": (
        "<Response><Gather><Dial>+1</Dial></Gather></Response>",
        "voice",
        "not allowed inside",
    ),
    "unknown event": (
        '<Response><Dial><Conference statusCallbackEvent="start left">r</Conference></Dial></Response>',
        "voice",
        "left",
    ),
    "space before the document": (" <Response/>", "voice", "12100"),
    "bare ampersand": ("<Response><Redirect>https://x/?a=1&b=2</Redirect></Response>", "voice", "12100"),
    "document type": ('<!DOCTYPE x [<!ENTITY a "b">]><Response/>', "voice", "12100"),
    "not XML": ("Internal Server Error", "voice", "12100"),
    "Leave outside a queue": ("<Response><Leave/></Response>", "voice", "Leave"),
    "Record in a queue": ("<Response><Record/></Response>", "enqueue-wait", "Record"),
    "Gather in a conference": ("<Response><Gather/></Response>", "conference-wait", "Gather"),
    "empty conference name": ("<Response><Dial><Conference/></Dial></Response>", "voice", "empty"),
    "bad number": ('<Response><Gather numDigits="one"/></Response>', "voice", "integer"),
    "bad method": ('<Response><Redirect method="PUT">/x</Redirect></Response>', "voice", "GET or POST"),
    "long queue name": (f"<Response><Enqueue>{'q' * 65}</Enqueue></Response>", "voice", "64"),
}


@pytest.mark.parametrize("name", GOOD)
def test_accepted(name: str) -> None:
    xml, context = GOOD[name]
    assert check_document(xml, context) == []


@pytest.mark.parametrize("name", BAD)
def test_refused_with_a_reason(name: str) -> None:
    xml, context, reason = BAD[name]
    assert reason in " ".join(check_document(xml, context))


def test_unknown_context_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="context must be one of"):
        check_document("<Response/>", "queue")
