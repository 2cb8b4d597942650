"""What each person hears now, and for how long somebody heard nothing (oracle O2)."""

from typing import TYPE_CHECKING

from simulator.calls import Call, CallStatus
from simulator.journal import EntryKind
from simulator.room_sound import rings_in
from simulator.rooms import Conference, hears
from simulator.sounds import PROMPT, Sound
from simulator.speaking import seconds_to_say

if TYPE_CHECKING:
    from simulator.network import Simulator

OVERHEARD_SECONDS = 0.5
SILENCE_LIMIT = 30.0  # s a customer may hear nothing at all


class Audio:
    """Captions and silence."""

    def __init__(self, sim: "Simulator") -> None:
        self._sim = sim

    def hear(self, call: Call, text: str, language: str | None, *, interruptible: bool) -> int:
        """The person begins to hear a prompt or music; returns a token for `hush`."""
        self._prompt_over(call)
        call.hearing = text
        call.hearing_since = self._sim.clock.now()
        call.hearing_token += 1
        self._caption(call, text, language, interruptible)
        self.changed(call)
        return call.hearing_token

    def hush(self, call: Call, token: int | None = None) -> None:
        """The prompt or music is over; with a token only if nothing else began since."""
        if token is not None and token != call.hearing_token:
            return
        self._prompt_over(call)
        call.hearing = None
        self.changed(call)

    def _prompt_over(self, call: Call) -> None:
        if call.hearing is not None:
            until = self._sim.clock.now()
            heard = frozenset({call.sid})
            self._sim.recordings.capture(Sound(call.hearing_since, until, PROMPT, call.hearing, heard))

    def speak(self, call: Call, text: str) -> list[Call]:
        """A person speaks in a conference or bridge: those who hear it get a caption. Returns them."""
        speaker = call.participant
        if call.self_muted:
            return []
        name = call.address
        if speaker is not None:
            listeners = [p.call for p in speaker.conference.present if hears(p, speaker)]
            name = speaker.label or call.from_
        else:
            listeners = [call.bridged_with] if call.bridged_with else []
        for listener in listeners:
            self._caption(listener, text, None, False, name)
        room = speaker.conference if speaker and not (speaker.hold or speaker.muted) else None
        self.uttered(call, text, listeners, None if speaker and speaker.coaching else room)
        return listeners

    def overhear(self, call: Call, text: str) -> None:
        """A short sound beside whatever else is heard: a beep, ringing, keys."""
        self._caption(call, text, None, False)
        now = self._sim.clock.now()
        heard = frozenset({call.sid})
        self._sim.recordings.capture(Sound(now, now + OVERHEARD_SECONDS, PROMPT, text, heard))

    def uttered(self, call: Call, text: str, listeners: list[Call], room: "Conference | None" = None) -> None:
        """The person said this: it goes on the recordings where it can be heard."""
        now = self._sim.clock.now()
        heard = frozenset(listener.sid for listener in listeners)
        self._sim.recordings.capture(Sound(now, now + seconds_to_say(text), call.sid, text, heard, room))

    def _caption(
        self, call: Call, text: str, language: str | None, interruptible: bool, speaker: str | None = None
    ) -> None:
        self._sim.journal.add(
            EntryKind.HEARS,
            text,
            call.sid,
            text=text,
            language=language,
            interruptible=interruptible,
            speaker=speaker,
        )

    def changed(self, call: Call) -> None:
        """Look again whether this customer hears nothing; a silence that was too long is a violation."""
        silent = self._is_silent(call)
        now = self._sim.clock.now()
        if silent and call.silent_since is None:
            call.silent_since = now
        elif not silent and call.silent_since is not None:
            if now - call.silent_since > SILENCE_LIMIT:
                self._sim.violation("O2", self._complaint(now - call.silent_since), call.sid)
            call.silent_since = None

    def too_silent(self, call: Call) -> str | None:
        """The complaint about a silence that still lasts, if it is too long."""
        if call.silent_since is None:
            return None
        seconds = self._sim.clock.now() - call.silent_since
        return self._complaint(seconds) if seconds > SILENCE_LIMIT else None

    @staticmethod
    def _complaint(seconds: float) -> str:
        return f"a customer heard nothing for {round(seconds)} s"

    def _is_silent(self, call: Call) -> bool:
        if call.status is not CallStatus.IN_PROGRESS or not _is_customer(call) or call.hearing is not None:
            return False
        if call.collector is not None or call.bridged_with:
            return False
        seat = call.participant
        if seat is None:
            return True
        return not rings_in(seat) and not any(hears(seat, other) for other in seat.conference.present)


def _is_customer(call: Call) -> bool:
    if call.is_client:
        return False
    label = call.participant.label if call.participant else None
    return call.human_is_caller or bool(label and label.startswith("customer"))
