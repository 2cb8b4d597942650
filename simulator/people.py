"""What people do: dial, press keys, speak, hang up, answer, reject."""

from typing import TYPE_CHECKING

from simulator.calls import Call, Callback, CallStatus
from simulator.journal import EntryKind
from simulator.sources import Fetch
from simulator.verbs.collector import KEYS, Speech
from simulator.verbs.speech import seconds_to_say

if TYPE_CHECKING:
    from simulator.network import Simulator

DEFAULT_CONFIDENCE = 0.92


class UnknownNumberError(LookupError):
    """Nobody has that number."""


class NotLiveError(RuntimeError):
    """The call is over."""


class People:
    """Actions of the person at a call's human side."""

    def __init__(self, sim: "Simulator") -> None:
        self._sim = sim

    def dial(self, from_: str, to: str) -> Call:
        """Somebody calls a number of the account; raises UnknownNumberError."""
        sim = self._sim
        number = next((n for n in sim.config.numbers if n.number == to), None)
        if number is None:
            raise UnknownNumberError(to)
        call = sim.new_call(from_, to, "inbound", from_)
        call.phone_number_sid = "PN" + sim.config.account_sid[2:]
        call.fallback_url = number.voice_fallback_url
        if number.status_callback:
            call.status_callback = Callback(number.status_callback, "POST", frozenset({"completed"}))
        token = f"%7B%22parentCallInfoToken%22%3A%22{call.sid}%22%7D"
        sim.start_inbound(
            call, Fetch(number.voice_url, "voice.inbound", "POST", lambda: {"CallToken": token})
        )
        return call

    def press(self, call: Call, digits: str) -> None:
        """Press keys; those nobody listens for are lost. Raises ValueError for what is not a key."""
        self._require_live(call)
        if not digits or not set(digits) <= KEYS:
            raise ValueError("digits: must be keys 0-9 * # A-D (w waits)")
        taken = "".join(
            key for key in digits if key not in "wW" and call.collector and call.collector.press(key)
        )
        if call.collector is None and not self._sim.config.knobs.drop_early_keys:
            call.typed_ahead += digits
        self._sim.journal.add(EntryKind.CALL, "keys pressed", call.sid, digits=digits, taken=taken)

    def say(self, call: Call, text: str, confidence: float | None = DEFAULT_CONFIDENCE) -> None:
        """Speak: to a Gather or Record that listens, else to the others in the conference."""
        self._require_live(call)
        collector = call.collector
        taken = collector is not None and collector.begin_speech()
        self._sim.journal.add(EntryKind.CALL, "says", call.sid, text=text, taken=taken)
        if collector is not None and taken:
            speech = Speech(text, confidence)
            seconds = seconds_to_say(text) + collector.speech_pause
            self._sim.clock.call_later(seconds, lambda: collector.end_speech(speech))
        else:
            self._sim.audio.speak(call, text)

    def hang_up(self, call: Call) -> None:
        """Hang up; a call that is over stays over. Hanging up while being rung is a rejection."""
        if call.status is CallStatus.RINGING and not call.human_is_caller:
            self._sim.decide(call, "rejected")
            return
        self._sim.hang_up(call, by="caller" if call.human_is_caller else "callee")

    def answer(self, call: Call) -> bool:
        """Answer a ringing leg; False when it does not ring."""
        return self._sim.decide(call, "answered")

    def reject(self, call: Call) -> bool:
        """Reject a ringing leg; False when it does not ring."""
        return self._sim.decide(call, "rejected")

    def mute(self, call: Call, on: bool) -> None:
        """Mute the own microphone (local: the conference is not told, as with Twilio's SDK)."""
        call.self_muted = on
        self._sim.journal.add(EntryKind.CALL, "muted" if on else "unmuted", call.sid)

    @staticmethod
    def _require_live(call: Call) -> None:
        if not call.live:
            raise NotLiveError(f"the call is over ({call.status.value})")
