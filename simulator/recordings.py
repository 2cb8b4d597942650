"""Recordings of calls and conferences: their life, their callbacks, and what can be heard on them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.calls import Call, Callback
from simulator.faults import FaultEffect
from simulator.journal import EntryKind
from simulator.rooms import Conference
from simulator.sounds import Piece, Sound, pieces
from simulator.webhook_fields import rfc2822
from simulator.webhooks import Webhook

if TYPE_CHECKING:
    from simulator.network import Simulator

PROCESSING_SECONDS = 2.0  # s between the end of a recording and its completed callback


@dataclass(eq=False, slots=True)
class Recording:
    """One recording, of a call or of a conference. `status` uses REST vocabulary."""

    sid: str
    call: Call | None
    conference: Conference | None
    source: str
    channels: int
    track: str
    began: float
    url: str
    callback: Callback | None
    trim: bool = False
    status: str = "in-progress"
    ended: float | None = None
    heard: bool = False
    skips: bool = False  # pauses are cut out instead of being silent
    pauses: list[tuple[float, float]] = field(default_factory=list)
    paused_since: float | None = None
    sounds: list[Sound] = field(default_factory=list)
    missing_fetches: int = 0

    @property
    def call_sid(self) -> str | None:
        """The call it belongs to, None for one of a conference."""
        return self.call.sid if self.call else None

    @property
    def pieces(self) -> list[Piece]:
        """What can be heard on it, placed on its own time line."""
        end = self.ended if self.ended is not None else float("inf")
        own = self.call.sid if self.call else None
        return pieces(self.sounds, self.began, end, self.pauses, skips=self.skips, trim=self.trim, own=own)

    @property
    def length(self) -> float:
        """Seconds of audio, 0 while it runs."""
        if self.ended is None:
            return 0.0
        if self.trim:
            found = self.pieces
            return max((p.until for p in found), default=0.0)
        paused = sum(until - since for since, until in self.pauses) if self.skips else 0.0
        return max(0.0, self.ended - self.began - paused)

    @property
    def duration(self) -> int:
        """Whole seconds, 0 while it runs."""
        return 0 if self.ended is None else max(1, round(self.length))

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
        self._running: dict[str, Recording] = {}

    def begin(
        self,
        what: Call | Conference,
        source: str,
        callback: Callback | None,
        *,
        channels: int,
        track: str = "both",
        trim: bool = False,
    ) -> Recording:
        """Start recording a call or a conference."""
        sid = self._sim.sids.make("RE")
        config = self._sim.config
        recording = Recording(
            sid,
            what if isinstance(what, Call) else None,
            what if isinstance(what, Conference) else None,
            source,
            channels,
            track,
            self._sim.clock.now(),
            f"{config.api_base_url}/2010-04-01/Accounts/{config.account_sid}/Recordings/{sid}",
            callback,
            trim,
        )
        self.by_sid[sid] = self._running[sid] = recording
        self._note(recording)
        self._send(recording)
        return recording

    def of(self, what: Call | Conference) -> list[Recording]:
        """The recordings of one call or conference, oldest first."""
        return [r for r in self.by_sid.values() if what in (r.call, r.conference)]

    def capture(self, sound: Sound) -> None:
        """Something was said or played: it is on every recording that runs where it can be heard."""
        for recording in self._running.values():
            if recording.call is not None:
                own = recording.call.sid
                on_track = {
                    "inbound": sound.source == own,
                    "outbound": own in sound.listeners,
                    "both": sound.source == own or own in sound.listeners,
                }[recording.track]
            else:
                on_track = sound.room is not None and sound.room is recording.conference
            if on_track:
                recording.sounds.append(sound)

    def set_status(self, recording: Recording, status: str, *, skips: bool = False) -> None:
        """Pause or resume (no callback for call recordings), or stop."""
        if status == "stopped":
            recording.heard = True
            self.finish(recording)
            return
        now = self._sim.clock.now()
        if status == "paused" and recording.paused_since is None:
            recording.paused_since, recording.skips = now, skips
        elif status == "in-progress" and recording.paused_since is not None:
            self._resume(recording, now)
        recording.status = status
        self._note(recording)

    @staticmethod
    def _resume(recording: Recording, now: float) -> None:
        if recording.paused_since is not None:
            recording.pauses.append((recording.paused_since, now))
            recording.paused_since = None

    def finish(self, recording: Recording) -> None:
        """End it; the completed (or absent) callback follows after processing."""
        if recording.ended is not None:
            return
        recording.ended = self._sim.clock.now()
        self._resume(recording, recording.ended)
        self._running.pop(recording.sid, None)
        recording.status = "processing"
        self._note(recording)
        self._sim.clock.call_later(PROCESSING_SECONDS, lambda: self._processed(recording))

    def finish_all(self, what: Call | Conference) -> None:
        """The call or conference is over: end what still records."""
        for recording in [r for r in self._running.values() if what in (r.call, r.conference)]:
            recording.heard = recording.heard or recording.source != "RecordVerb"
            self.finish(recording)

    def _processed(self, recording: Recording) -> None:
        rules = self._sim.faults.for_recording(recording.source, recording.call_sid)
        effects = {rule.effect for rule in rules}
        recording.missing_fetches = sum(rule.times for rule in rules if rule.effect is FaultEffect.MEDIA_LATE)
        if FaultEffect.RECORDING_EMPTY in effects:
            recording.sounds.clear()
            recording.ended = recording.began
        absent = not recording.heard or FaultEffect.RECORDING_ABSENT in effects
        recording.status = "absent" if absent else "completed"
        self._note(recording)
        self._send(recording)

    def _send(self, recording: Recording) -> None:
        callback = recording.callback
        if callback is None or recording.status not in callback.events:
            return
        owner = (
            {"CallSid": recording.call.sid}
            if recording.call
            else {"ConferenceSid": recording.conference.sid if recording.conference else ""}
        )
        fields = {
            "AccountSid": self._sim.config.account_sid,
            **owner,
            "RecordingSid": recording.sid,
            "RecordingUrl": recording.url,
            "RecordingStatus": recording.status,
            "RecordingChannels": str(recording.channels),
            "RecordingSource": recording.source,
            "RecordingStartTime": rfc2822(recording.began),
        }
        if recording.call:
            fields |= {"RecordingTrack": recording.track, "ErrorCode": "0"}
        if recording.status == "completed":
            fields["RecordingDuration"] = str(recording.duration)
        kind = "voice.recording_status"
        hook = Webhook(kind, callback.url, fields, callback.method, recording.call_sid, recording.sid)
        self._sim.sender.post(hook)

    def _note(self, recording: Recording) -> None:
        final = recording.status in ("completed", "absent")
        content = [piece.as_json() for piece in recording.pieces] if final else None
        self._sim.journal.add(
            EntryKind.CALL,
            f"recording {recording.status}",
            recording.call_sid,
            recording_sid=recording.sid,
            source=recording.source,
            conference_sid=recording.conference.sid if recording.conference else None,
            **({"content": content, "pauses": [list(p) for p in recording.pauses]} if final else {}),
        )
