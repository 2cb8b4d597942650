"""Each webhook carries the fields seen in recorded traffic (the names are facts of the provider's protocol)."""

import httpx
import pytest

from simulator import Simulator
from simulator.journal import EntryKind
from tests.simulator.product import Product
from tests.simulator.scenario import whole_call

PLACE = {
    f"{who}{part}"
    for who in ("From", "To", "Caller", "Called")
    for part in ("City", "State", "Zip", "Country")
}
CALL = {"AccountSid", "ApiVersion", "CallSid", "CallStatus", "Called", "Caller", "Direction", "From", "To"}
PERSON = CALL | PLACE
PROGRESS = {"CallbackSource", "SequenceNumber", "Timestamp"}
ROOM = {"AccountSid", "ConferenceSid", "FriendlyName", "SequenceNumber", "StatusCallbackEvent", "Timestamp"}
SEAT = {
    "CallSid",
    "Muted",
    "Hold",
    "Coaching",
    "EndConferenceOnExit",
    "StartConferenceOnEnter",
    "ParticipantLabel",
}
RECORDING = {
    *("AccountSid", "CallSid", "ErrorCode", "RecordingChannels", "RecordingSid", "RecordingSource"),
    *("RecordingStartTime", "RecordingStatus", "RecordingTrack", "RecordingUrl"),
}
TEXT = {"AccountSid", "ApiVersion", "From", "MessageSid", "MessageStatus", "SmsSid", "SmsStatus", "To"}
FIELDS = {
    ("voice.inbound", "ringing"): PERSON | {"CallToken"},
    ("voice.gather", "in-progress"): PERSON | {"SpeechResult", "Confidence", "Language"},
    ("voice.queue_wait", "in-progress"): PERSON
    | {"QueueSid", "QueuePosition", "QueueTime", "AvgQueueTime", "CurrentQueueSize", "MaxQueueSize"},
    ("voice.queue_action", "in-progress"): PERSON | {"QueueSid", "QueueResult", "QueueTime"},
    ("voice.status", "in-progress"): CALL | PROGRESS,
    ("voice.status", "completed"): CALL | PROGRESS | {"CallDuration", "Duration"},
    ("voice.conference_status", "participant-join"): ROOM | SEAT,
    ("voice.conference_status", "conference-start"): ROOM,
    ("voice.conference_status", "participant-hold"): ROOM | SEAT,
    ("voice.conference_status", "participant-unhold"): ROOM | SEAT,
    ("voice.conference_status", "participant-leave"): ROOM
    | SEAT
    | {"ParticipantCallStatus", "ReasonParticipantLeft"},
    ("voice.conference_status", "conference-end"): ROOM
    | {"CallSidEndingConference", "ParticipantLabelEndingConference", "Reason", "ReasonConferenceEnded"},
    **{("message.status", status): TEXT for status in ("queued", "sent", "delivered")},
    ("voice.recording_status", "in-progress"): RECORDING,
    ("voice.recording_status", "completed"): RECORDING | {"RecordingDuration"},
}


async def test_every_webhook_of_a_whole_call_has_its_fields(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    await whole_call(sim, product, rest)
    seen: dict[tuple[str, str], set[str]] = {}
    for entry in sim.journal.of(kind=EntryKind.WEBHOOK):
        kind, params = entry.detail["kind"], entry.detail["params"]
        names = ("StatusCallbackEvent", "RecordingStatus", "MessageStatus", "CallStatus")
        named = next(params[name] for name in names if name in params)
        seen[kind, named] = seen.get((kind, named), set(params)) & set(params)
    for key, fields in FIELDS.items():
        # A final status of the number carries the caller's places, that of a client leg has none.
        assert fields <= seen[key], (key, fields - seen[key])
        assert seen[key] - fields <= PLACE, (key, seen[key] - fields)


async def test_sequence_numbers_count_for_each_call_and_each_room(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    await whole_call(sim, product, rest)
    for kind, of in (("voice.status", "CallSid"), ("voice.conference_status", "ConferenceSid")):
        numbers: dict[str, list[int]] = {}
        for entry in sim.journal.of(kind=EntryKind.WEBHOOK):
            if entry.detail["kind"] == kind:
                params = entry.detail["params"]
                numbers.setdefault(params[of], []).append(int(params["SequenceNumber"]))
        assert numbers
        for found in numbers.values():
            assert found == sorted(set(found))


@pytest.mark.parametrize("header", ["user-agent", "x-twilio-signature", "content-type", "x-home-region"])
async def test_every_webhook_has_the_provider_s_headers(
    sim: Simulator, product: Product, rest: httpx.AsyncClient, header: str
) -> None:
    await whole_call(sim, product, rest)
    expected = {
        "user-agent": "TwilioProxy/1.1",
        "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        "x-home-region": "us1",
    }
    for request in product.received:
        if request.method == "POST":
            assert request.headers[header] == expected.get(header, request.headers[header])
            assert request.signed
