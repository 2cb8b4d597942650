"""The recordings of a carrier that behaves: made, paused, stopped, listed, downloaded, deleted."""

import io
import itertools
import wave
from dataclasses import dataclass, field
from typing import Any

import httpx


def problem(status: int, code: int, message: str) -> httpx.Response:
    """An error as Twilio writes it."""
    return httpx.Response(status, json={"code": code, "message": message, "status": status})


def wav(seconds: float = 1.0, channels: int = 2) -> bytes:
    """Silence in the carrier's format."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * int(8000 * seconds) * channels)
    return out.getvalue()


@dataclass
class FakeRecordings:
    """What the account has recorded."""

    found: dict[str, dict[str, Any]] = field(default_factory=dict)
    sounds: dict[str, bytes] = field(default_factory=dict)
    content_type: str = "audio/x-wav"
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def add(self, call_sid: str, source: str, *, channels: int = 2, status: str = "in-progress") -> str:
        """A recording of this call, however it began."""
        sid = "RE" + f"{next(self._numbers):032x}"
        self.found[sid] = {
            "sid": sid, "call_sid": call_sid, "status": status, "source": source, "duration": None,
            "channels": channels,
        }  # fmt: skip
        return sid

    def completes(self, sid: str, seconds: int = 7, *, sound: bytes | None = None) -> None:
        """It is over, and its sound is there."""
        self.found[sid] |= {"status": "completed", "duration": str(seconds)}
        self.sounds[sid] = wav() if sound is None else sound

    def create(self, call_sid: str, calls: dict[str, str]) -> httpx.Response:
        """Calls/{sid}/Recordings"""
        if calls.get(call_sid) != "in-progress":
            return problem(400, 21220, "the call is not in progress")
        return httpx.Response(201, json=self.found[self.add(call_sid, "StartCallRecordingAPI")])

    def update(self, call_sid: str, sid: str, fields: dict[str, Any]) -> httpx.Response:
        """Pause, resume, stop."""
        live = [
            one
            for one in self.found.values()
            if one["call_sid"] == call_sid and one["status"] in ("in-progress", "paused")
        ]
        found = next((one for one in live if sid in (one["sid"], "Twilio.CURRENT")), None)
        if found is None:
            return problem(404, 20404, "not found")
        found["status"] = fields["Status"]
        return httpx.Response(200, json=found)

    def of_call(self, call_sid: str) -> httpx.Response:
        """Those of one call."""
        found = [one for one in self.found.values() if one["call_sid"] == call_sid]
        return httpx.Response(200, json={"recordings": found})

    def fetch(self, sid: str) -> httpx.Response:
        """One."""
        return httpx.Response(200, json=self.found[sid]) if sid in self.found else problem(404, 20404, "gone")

    def sound(self, name: str) -> httpx.Response:
        """Its media, once it is there."""
        sid = name.split(".")[0]
        if sid not in self.sounds:
            return problem(404, 20404, "not yet")
        return httpx.Response(200, content=self.sounds[sid], headers={"content-type": self.content_type})

    def delete(self, sid: str) -> httpx.Response:
        """Forget it."""
        if self.found.pop(sid, None) is None:
            return problem(404, 20404, "gone")
        self.sounds.pop(sid, None)
        return httpx.Response(204)
