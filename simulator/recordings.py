"""Recordings of calls: their life and callbacks. No audio is kept, only whether there was any."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.calls import Call, Callback
from simulator.journal import EntryKind
from simulator.webhook_fields import rfc2822
from simulator.webhooks import Webhook

if TYPE_CHECKING:
    from simulator.network import Simulator

PROCESSING_SECONDS = 2.0  # s between the end of a recording and its completed callback


@dataclass(eq=False, slots=True)
class Recording:
    """One recording. `status` uses REST vocabulary."""

    sid: str
    call: Call
    source: str
    channels: int
    track: str
    began: float
    url: str
    callback: Callback | None
    status: str = "in-progress"
    ended: float | None = None
    heard: bool = False

    @property
    def duration(self) -> int:
        """Whole seconds, 0 while it runs."""
        return 0 if self.ended is None else max(1, round(self.ended - self.began))

    def action_fields(self, digits: str) -> dict[str, str]:
        """Fields of a Record action (set 33)."""
        return {
            "RecordingSid": self.sid,
            "RecordingUrl": self.url,
            "RecordingDuration": str(self.duration),
            "Digits": digits,
        }


class Recordings:
    """All recordings of the account."""

    def __init__(self, sim: "Simulator") -> None:
        self._sim = sim
        self.by_sid: dict[str, Recording] = {}

    def begin(
        self, call: Call, source: str, callback: Callback | None, *, channels: int, track: str = "both"
    ) -> Recording:
        """Start recording a call."""
        sid = self._sim.sids.make("RE")
        account = self._sim.config.account_sid
        url = f"https://api.twilio.com/2010-04-01/Accounts/{account}/Recordings/{sid}"
        recording = Recording(sid, call, source, channels, track, self._sim.clock.now(), url, callback)
        self.by_sid[sid] = recording
        self._note(recording)
        self._send(recording)
        return recording

    def of(self, call: Call) -> list[Recording]:
        """The recordings of one call, oldest first."""
        return [recording for recording in self.by_sid.values() if recording.call is call]

    def set_status(self, recording: Recording, status: str) -> None:
        """Pause or resume (no callback for call recordings), or stop."""
        if status == "stopped":
            recording.heard = True
            self.finish(recording)
            return
        recording.status = status
        self._note(recording)

    def finish(self, recording: Recording) -> None:
        """End it; the completed (or absent) callback follows after processing."""
        if recording.ended is not None:
            return
        recording.ended = self._sim.clock.now()
        recording.status = "processing"
        self._note(recording)
        self._sim.clock.call_later(PROCESSING_SECONDS, lambda: self._processed(recording))

    def finish_all(self, call: Call) -> None:
        """The call is over: end what still records."""
        for recording in self.of(call):
            recording.heard = recording.heard or recording.source != "RecordVerb"
            self.finish(recording)

    def _processed(self, recording: Recording) -> None:
        recording.status = "completed" if recording.heard else "absent"
        self._note(recording)
        self._send(recording)

    def _send(self, recording: Recording) -> None:
        callback = recording.callback
        if callback is None or recording.status not in callback.events:
            return
        fields = {
            "AccountSid": self._sim.config.account_sid,
            "CallSid": recording.call.sid,
            "RecordingSid": recording.sid,
            "RecordingUrl": recording.url,
            "RecordingStatus": recording.status,
            "RecordingChannels": str(recording.channels),
            "RecordingSource": recording.source,
            "RecordingTrack": recording.track,
            "RecordingStartTime": rfc2822(recording.began),
            "ErrorCode": "0",
        }
        if recording.status == "completed":
            fields["RecordingDuration"] = str(recording.duration)
        self._sim.sender.post(
            Webhook(
                "voice.recording_status",
                callback.url,
                fields,
                callback.method,
                recording.call.sid,
                recording.sid,
            )
        )

    def _note(self, recording: Recording) -> None:
        self._sim.journal.add(
            EntryKind.CALL, f"recording {recording.status}", recording.call.sid, recording_sid=recording.sid
        )
