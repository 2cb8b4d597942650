"""All recorded and documented sets of webhook fields, each where it belongs: taken or refused, in every legal shape."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from starlette.routing import Route

from app.channels.twilio.signature import MAX_FIELDS
from app.demo.summary import MAIN_NUMBER
from app.main import Application
from simulator.faults import SHAPE_EFFECTS, FaultEffect
from simulator.shapes import reshape
from simulator.twiml_check import check_document
from tests.channels.voice.line import BASE, VOICE, AgentLeg, Caller, Line, new_sid, sign
from tests.channels.voice.test_webhooks import RECORDED, recorded

Pairs = list[tuple[str, str]]
AGENT = "agent"  # the label of the documented agent


@dataclass
class Office:
    """A call in progress, and one of every address a webhook may go to."""

    line: Line
    caller: Caller
    leg: AgentLeg

    def belongs(self, name: str) -> tuple[str, dict[str, str], int]:
        """Where this set goes as news of our call, as the carrier would fill it in, and what it gets."""
        kind = RECORDED[name]["kind"]
        of_contact = f"?contact={self.caller.contact_id}"
        to_us = {"To": MAIN_NUMBER, "Called": MAIN_NUMBER}
        mine = {"CallSid": self.caller.sid}
        match kind:
            case "voice.inbound" if name == "voice-inbound-voice-sdk-outgoing":
                return (
                    f"{VOICE}/inbound",
                    recorded(name, CallSid=new_sid()),
                    404,
                )  # a customer's number, not ours
            case "voice.inbound":
                return f"{VOICE}/inbound", recorded(name, CallSid=new_sid(), **to_us), 200
            case "voice.gather":
                return f"{VOICE}/gather{of_contact}&v=1", recorded(name, **mine), 200
            case "voice.queue_wait":
                return f"{VOICE}/wait{of_contact}", recorded(name, **mine), 200
            case "voice.queue_action":
                return f"{VOICE}/queue-left{of_contact}", recorded(name, **mine), 200
            case "voice.dial_action":
                return f"{VOICE}/after-conference{of_contact}", recorded(name, **mine), 200
            case "voice.conference_wait":
                return f"{VOICE}/hold{of_contact}", recorded(name, **mine), 200
            case "voice.status" if RECORDED[name]["params"]["Direction"] == "inbound":
                return f"{VOICE}/call-status", recorded(name, **mine), 204
            case "voice.status":
                return f"{VOICE}/leg?leg={self.leg.id}", recorded(name, CallSid=self.leg.sid), 204
            case "voice.conference_status":
                return f"{VOICE}/conference{of_contact}", self._room(name), 204
            case _:
                return "", {}, 0

    def _room(self, name: str) -> dict[str, str]:
        """The set as news of our room, about whom the set speaks of."""
        fields = recorded(name, FriendlyName=self.leg.room, ConferenceSid=self.leg._room_sid())
        if "SequenceNumber" not in fields:
            fields["SequenceNumber"] = "40"
        if "CallSid" in fields:
            of_agent = fields.get("ParticipantLabel") == AGENT
            fields["CallSid"] = self.leg.sid if of_agent else self.caller.sid
            fields["ParticipantLabel"] = self.leg.label if of_agent else "customer"
        return fields


# Kinds no webhook of this module is asked for; whoever adds one takes its kind out.
NOT_ASKED = {
    "voice.noun_url", "voice.record_action", "voice.recording_status", "voice.amd", "voice.fallback",
    "message.inbound", "message.status",
}  # fmt: skip
ASKED = [name for name, found in RECORDED.items() if found["kind"] not in NOT_ASKED]


async def office(line: Line) -> Office:
    """An agent talks to a customer."""
    caller, leg = await line.talking()
    return Office(line, caller, leg)


def test_all_forty_five_sets_are_here() -> None:
    assert len(RECORDED) == 45
    assert all(len(found["params"]) <= MAX_FIELDS for found in RECORDED.values())


@pytest.mark.parametrize("name", ASKED)
async def test_a_set_is_taken_where_it_belongs_and_changes_nothing_the_second_time(
    line: Line, name: str
) -> None:
    its = await office(line)
    path, fields, status = its.belongs(name)
    first = await line.send(path, fields)
    assert first.status_code == status, first.text
    assert status != 200 or check_document(first.text) == []
    before = await line.counts()
    again = await line.send(path, fields)
    assert (again.status_code, again.text) == (first.status_code, first.text)
    assert await line.counts() == before


@pytest.mark.parametrize("effect", sorted(SHAPE_EFFECTS))
async def test_every_set_is_taken_in_every_legal_shape(line: Line, effect: FaultEffect) -> None:
    """Without places, with blank ones, with new fields, repeated keys, Chinese and emoji, hidden numbers, no plus,
    SIP addresses, without confidence, five minutes off."""
    chance, its = random.Random(7), await office(line)
    for name in ASKED:
        path, fields, status = its.belongs(name)
        response = await line.send(path, reshape(effect, fields, chance))
        assert response.status_code == status, f"{name}: {response.text}"
        assert status != 200 or check_document(response.text) == [], name


Forgery = Callable[[Line, str, dict[str, str]], Awaitable[Any]]
FORGERIES: dict[str, Forgery] = {
    "unsigned": lambda line, path, fields: line.send(path, fields, headers=[]),
    "of another token": lambda line, path, fields: line.send(path, fields, token="x" * 32),
    "for plain http": lambda line, path, fields: line.send(
        path, fields, signed_url=BASE.replace("https", "http") + path
    ),
    "tampered": lambda line, path, fields: line.send(
        path, fields | {"CallStatus": "completed!"}, signature=sign(BASE + path, fields)
    ),
    "of another account": lambda line, path, fields: line.send(
        path, fields | {"AccountSid": "AC" + "e" * 32}
    ),
}


async def test_a_forged_set_is_refused_and_writes_nothing(line: Line) -> None:
    its = await office(line)
    before = await line.counts()
    for name in ASKED:
        path, fields, _ = its.belongs(name)
        for kind, send in FORGERIES.items():
            response = await send(line, path, fields)
            assert response.status_code == 403, f"{name}, {kind}: {response.text}"
    assert await line.counts() == before


def webhooks(line: Line) -> list[str]:
    """The paths of everything the carrier may ask."""
    assert isinstance(line.app, Application)
    return [route.path for route in line.app.carrier_webhooks.routes if isinstance(route, Route)]


async def test_no_set_at_any_webhook_is_a_fault_or_touches_a_call_it_is_not_of(line: Line) -> None:
    its = await office(line)
    before = await line.counts()
    talking = await its.caller.state()
    for path in webhooks(line):
        for name in RECORDED:
            fields = recorded(name)  # a call sid of its own, and nobody's number
            query = f"?contact={its.caller.contact_id}&leg={uuid4()}&v=1"
            response = await line.send(path + query, fields)
            assert response.status_code < 500, f"{name} at {path}: {response.text}"
            if response.status_code == 200:
                assert check_document(response.text) == [], f"{name} at {path}"
    assert await its.caller.state() == talking
    after = await line.counts()
    # the end of a call may overtake its beginning, so that of an unknown one is looked at once more, by a job
    assert {name for name, n in after.items() if n != before[name]} <= {"pgqueuer", "pgqueuer_log"}
