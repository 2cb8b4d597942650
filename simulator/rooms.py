"""Rooms and seats: what a conference and its participants are, and who hears whom."""

import asyncio
from dataclasses import dataclass, field

from simulator.calls import TERMINAL, Call, Callback, CallStatus

MAX_PARTICIPANTS = 250
# Events of a callback by the short names in statusCallbackEvent.
EVENT_GROUPS = {
    "conference-start": "start",
    "conference-end": "end",
    "participant-join": "join",
    "participant-leave": "leave",
    "participant-mute": "mute",
    "participant-unmute": "mute",
    "participant-hold": "hold",
    "participant-unhold": "hold",
    "participant-modify": "modify",
    "announcement-end": "announcement",
    "announcement-fail": "announcement",
}


class JoinRefusedError(Exception):
    """The call cannot enter. `code` is Twilio's error code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class JoinOptions:
    """How a participant enters. `wait_url`: None = Twilio's music, "" = silence."""

    label: str | None = None
    muted: bool = False
    starts: bool = True
    ends: bool = False
    beep: str = "true"
    coaching: bool = False
    coach_sid: str | None = None
    wait_url: str | None = None
    wait_method: str = "POST"
    max_participants: int = MAX_PARTICIPANTS
    callback: Callback | None = None
    early_media: bool = True
    record: bool = False  # record-from-start
    record_trim: bool = True
    record_callback: Callback | None = None


@dataclass(eq=False, slots=True)
class Participant:
    """A call's place in a conference, from the moment it is asked for (REST) or enters (TwiML)."""

    call: Call
    conference: "Conference"
    label: str | None
    muted: bool
    starts: bool
    ends: bool
    coaching: bool
    coach_sid: str | None
    options: JoinOptions
    created: float
    left: "asyncio.Future[str]"
    updated: float = 0.0
    hold: bool = False
    joined: bool = False
    music: "asyncio.Task[None] | None" = None

    @property
    def status(self) -> str:
        """REST vocabulary."""
        if self.joined:
            return "connected"
        match self.call.status:
            case CallStatus.QUEUED:
                return "queued"
            case CallStatus.RINGING:
                return "ringing"
            case CallStatus.IN_PROGRESS:
                return "connecting"
            case CallStatus.COMPLETED:
                return "complete"
            case _:
                return "failed"


@dataclass(eq=False, slots=True)
class Conference:
    """A room."""

    sid: str
    name: str
    created: float
    updated: float
    callback: Callback | None = None
    max_participants: int = MAX_PARTICIPANTS
    record: bool = False
    record_trim: bool = True
    record_callback: Callback | None = None
    fixed: bool = False
    started: bool = False
    ended: float | None = None
    sequence: int = 0
    reason_ended: str | None = None
    ended_by: str | None = None
    participants: dict[str, Participant] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """REST vocabulary: init, in-progress, completed."""
        if self.ended is not None:
            return "completed"
        return "in-progress" if self.started else "init"

    @property
    def present(self) -> list[Participant]:
        """Those who are really in."""
        return [p for p in self.participants.values() if p.joined]

    def find(self, key: str) -> Participant | None:
        """A participant by CallSid or label."""
        return self.participants.get(key) or next(
            (p for p in self.participants.values() if p.label == key), None
        )


def hears(listener: Participant, speaker: Participant) -> bool:
    """Whether the listener hears the speaker now."""
    return (
        listener is not speaker
        and listener.conference is speaker.conference
        and listener.joined
        and speaker.joined
        and not speaker.muted
        and not listener.hold
        and not speaker.hold
        and (not speaker.coaching or speaker.coach_sid == listener.call.sid)
        and listener.conference.started
    )


def participant_fields(participant: Participant) -> dict[str, str]:
    """Fields of a conference callback about a participant (sets 23-29)."""
    fields = {
        "CallSid": participant.call.sid,
        "Muted": str(participant.muted).lower(),
        "Hold": str(participant.hold).lower(),
        "Coaching": str(participant.coaching).lower(),
        "EndConferenceOnExit": str(participant.ends).lower(),
        "StartConferenceOnEnter": str(participant.starts).lower(),
    }
    if participant.coaching and participant.coach_sid:
        fields["CallSidToCoach"] = participant.coach_sid
    if participant.label:
        fields["ParticipantLabel"] = participant.label
    return fields


def leave_fields(participant: Participant, reason: str, gone: bool) -> dict[str, str]:
    """Additional fields of participant-leave (set 29)."""
    status = participant.call.status
    shown = CallStatus.COMPLETED if gone and status not in TERMINAL else status
    return {"ReasonParticipantLeft": reason, "ParticipantCallStatus": shown.value}
