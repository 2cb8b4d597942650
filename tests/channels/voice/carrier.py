"""A carrier that behaves: conferences, participants and calls over the REST API, and faults at will.

What a test lets go wrong is queued per operation; everything else works. Callbacks are the test's to send.
"""

import itertools
from collections import defaultdict, deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl

import httpx

from tests.channels.voice.recorder import FakeRecordings

ENDED = {"completed", "busy", "failed", "no-answer", "canceled"}


class Killed(BaseException):
    """Our process dies at this very point."""


class Fault(StrEnum):
    """What goes wrong with one request."""

    REFUSED = "refused"  # no connection: nothing was done
    TOO_MANY = "too_many"  # 429: nothing was done
    BAD_REQUEST = "bad_request"  # 400: nothing was done, and never will be
    NOT_IN_PROGRESS = "not_in_progress"  # 400, 21220: said of a call that lives, and nothing was done
    LOST_BEFORE = "lost_before"  # no answer, nothing was done
    LOST_AFTER = "lost_after"  # done, but the answer never arrives
    BROKEN_AFTER = "broken_after"  # done, but answered 503
    KILLED_BEFORE = "killed_before"  # our process dies before the request leaves
    KILLED_AFTER = "killed_after"  # done; our process dies before it can note the answer


BEFORE = {
    Fault.REFUSED,
    Fault.TOO_MANY,
    Fault.BAD_REQUEST,
    Fault.NOT_IN_PROGRESS,
    Fault.LOST_BEFORE,
    Fault.KILLED_BEFORE,
}


@dataclass
class Room:
    """A live or ended conference."""

    sid: str
    name: str
    status: str = "init"
    people: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """What the product asked for."""

    operation: str
    path: str
    fields: dict[str, Any]


class FakeCarrier:
    """The other end of `TwilioClient`."""

    def __init__(self) -> None:
        self.calls: dict[str, str] = {}  # sid -> status
        self.rooms: list[Room] = []
        self.requests: list[Request] = []
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.legs_made = 0
        self.recordings = FakeRecordings()
        self._numbers = itertools.count(1)
        self.transport = httpx.MockTransport(self._serve)

    def goes_wrong(self, operation: str, *faults: Fault) -> None:
        """The next requests of this operation suffer these faults, one each."""
        self.faults[operation].extend(faults)

    def of(self, operation: str) -> list[Request]:
        """All requests of one operation, those that suffered a fault included."""
        return [request for request in self.requests if request.operation == operation]

    def room(self, name: str) -> Room | None:
        """The live conference of this name."""
        return next((r for r in self.rooms if r.name == name and r.status != "completed"), None)

    def joins(self, room: Room, sid: str, label: str) -> None:
        """Somebody is in the room now (the callback is the test's to send)."""
        asked = room.people.get(sid, {"hold": False, "muted": False})
        room.people[sid] = {
            **asked, "call_sid": sid, "label": label, "status": "connected", "conference_sid": room.sid,
        }  # fmt: skip
        self.calls[sid] = "in-progress"
        if len(room.people) > 1:
            room.status = "in-progress"

    def leaves(self, room: Room, sid: str) -> None:
        """Somebody left the room, which ends with the last one."""
        room.people.pop(sid, None)
        if not room.people:
            room.status = "completed"

    def ends(self, sid: str, status: str = "completed") -> None:
        """A call is over."""
        self.calls[sid] = status
        for room in self.rooms:
            if sid in room.people:
                self.leaves(room, sid)

    def _sid(self, prefix: str) -> str:
        return prefix + f"{next(self._numbers):032x}"

    def _serve(self, request: httpx.Request) -> httpx.Response:
        values: dict[str, list[str]] = {}
        for key, value in parse_qsl(request.content.decode(), keep_blank_values=True):
            values.setdefault(key, []).append(value)
        fields: dict[str, Any] = {key: found if len(found) > 1 else found[0] for key, found in values.items()}
        path = request.url.path.split("/Accounts/", 1)[1].split("/", 1)[1]
        operation, answer = self._route(request, path.removesuffix(".json").split("/"), fields)
        self.requests.append(Request(operation, path, fields))
        fault = self.faults[operation].popleft() if self.faults[operation] else None
        if fault is not None and fault in BEFORE:
            return self._suffer(fault, request)
        result = answer()
        return self._suffer(fault, request) if fault is not None else result

    def _suffer(self, fault: Fault, request: httpx.Request) -> httpx.Response:
        match fault:
            case Fault.REFUSED:
                raise httpx.ConnectError("refused", request=request)
            case Fault.TOO_MANY:
                return _problem(429, 20429, "Too Many Requests")
            case Fault.BAD_REQUEST:
                return _problem(400, 21211, "Invalid 'To' number")
            case Fault.NOT_IN_PROGRESS:
                return _problem(400, 21220, "Call is not in-progress. Cannot redirect.")
            case Fault.BROKEN_AFTER:
                return httpx.Response(503, text="<html>upstream</html>")
            case Fault.LOST_BEFORE | Fault.LOST_AFTER:
                raise httpx.ReadTimeout("no answer", request=request)
            case Fault.KILLED_BEFORE | Fault.KILLED_AFTER:
                raise Killed

    def _route(self, request: httpx.Request, parts: list[str], fields: dict[str, Any]) -> tuple[str, Any]:
        match request.method, parts:
            case "POST", ["Conferences", name, "Participants"]:
                return "create", lambda: self._create(name, fields)
            case "POST", ["Conferences", sid, "Participants", who]:
                return "update_participant", lambda: self._update_participant(sid, who, fields)
            case "POST", ["Calls"]:
                return "create_call", lambda: self._create_call()
            case "POST", ["Calls", sid]:
                return "update_call", lambda: self._update_call(sid, fields)
            case "GET", ["Calls", sid]:
                return "fetch_call", lambda: self._fetch_call(sid)
            case "POST", ["Calls", sid, "Recordings"]:
                return "create_recording", lambda: self.recordings.create(sid, self.calls)
            case "POST", ["Calls", sid, "Recordings", recording]:
                return "update_recording", lambda: self.recordings.update(sid, recording, fields)
            case "GET", ["Calls", sid, "Recordings"]:
                return "list_recordings", lambda: self.recordings.of_call(sid)
            case "GET", ["Recordings", name] if "." in name:
                return "download", lambda: self.recordings.sound(name)
            case "GET", ["Recordings", sid]:
                return "fetch_recording", lambda: self.recordings.fetch(sid)
            case "DELETE", ["Recordings", sid]:
                return "delete_recording", lambda: self.recordings.delete(sid)
            case "GET", ["Conferences"]:
                return "list_rooms", lambda: self._list_rooms(request.url.params["FriendlyName"])
            case "GET", ["Conferences", sid, "Participants"]:
                return "list_people", lambda: self._list_people(sid)
            case method, _:
                raise AssertionError(f"no such operation: {method} {request.url.path}")

    def _create(self, name: str, fields: dict[str, Any]) -> httpx.Response:
        room = self.room(name)
        if room is None:
            room = Room(self._sid("CF"), name)
            self.rooms.append(room)
        sid = self._sid("CA")
        self.legs_made += 1
        self.calls[sid] = "ringing"
        person = {
            "call_sid": sid, "label": fields["Label"], "status": "ringing", "hold": False, "muted": "Muted" in fields,
            "conference_sid": room.sid,
        }  # fmt: skip
        room.people[sid] = person
        return httpx.Response(201, json={**person, "status": "queued"})

    def _update_participant(self, room_sid: str, who: str, fields: dict[str, Any]) -> httpx.Response:
        for room in self.rooms:
            if room.sid == room_sid and who in room.people and room.status != "completed":
                person = room.people[who]
                if fields.get("CallSidToCoach", who) not in room.people:
                    return _problem(400, 13240, "CallSidToCoach is not in this conference")
                flags = {"Hold": "hold", "Muted": "muted", "Coaching": "coaching"}
                person |= {name: fields[sent] == "true" for sent, name in flags.items() if sent in fields}
                person["coach"] = fields.get("CallSidToCoach")
                return httpx.Response(200, json=person)
        return _problem(404, 20404, "not found")

    def _create_call(self) -> httpx.Response:
        sid = self._sid("CA")
        self.calls[sid] = "queued"
        return httpx.Response(201, json={"sid": sid, "status": "queued"})

    def _update_call(self, sid: str, fields: dict[str, Any]) -> httpx.Response:
        if sid not in self.calls:
            return _problem(404, 20404, "not found")
        if self.calls[sid] in ENDED:
            return _problem(400, 21220, "Call is not in-progress. Cannot redirect.")
        if "Status" in fields:
            self.ends(sid, fields["Status"])
        return httpx.Response(200, json={"sid": sid, "status": self.calls[sid]})

    def _fetch_call(self, sid: str) -> httpx.Response:
        if sid not in self.calls:
            return _problem(404, 20404, "not found")
        return httpx.Response(200, json={"sid": sid, "status": self.calls[sid]})

    def _list_rooms(self, name: str) -> httpx.Response:
        found = [{"sid": r.sid, "friendly_name": r.name, "status": r.status} for r in self.rooms]
        return httpx.Response(200, json={"conferences": [r for r in found if r["friendly_name"] == name]})

    def _list_people(self, sid: str) -> httpx.Response:
        room = next(r for r in self.rooms if r.sid == sid)
        return httpx.Response(200, json={"participants": list(room.people.values())})


def _problem(status: int, code: int, message: str) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "message": message, "status": status})
