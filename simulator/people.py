"""What people do: dial, press keys, speak, hang up, answer, reject."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulator import scripts
from simulator.account import number_sid
from simulator.calls import Call, Callback, CallStatus
from simulator.journal import EntryKind
from simulator.sources import Fetch
from simulator.speaking import seconds_to_say
from simulator.verbs.collector import KEYS, Speech

if TYPE_CHECKING:
    from simulator.network import Simulator

DEFAULT_CONFIDENCE = 0.92


def keys_heard(digits: str) -> str:
    """How the tones of these keys are written in captions, journal and recordings."""
    return f"(keys {digits})"


class UnknownNumberError(LookupError):
    """Nobody has that number."""


class NotLiveError(RuntimeError):
    """The call is over."""


class People:
    """Actions of the person at a call's human side."""

    def __init__(self, sim: "Simulator") -> None:
        self._sim = sim

    def dial(self, from_: str, to: str, steps: tuple[scripts.Step, ...] = ()) -> Call:
        """Somebody calls a number of the account, and does these steps; raises UnknownNumberError."""
        sim = self._sim
        number = sim.account.number(to)
        if number is None:
            raise UnknownNumberError(to)
        call = sim.new_call(from_, to, "inbound", from_)
        call.phone_number_sid = number_sid(to)
        call.fallback_url = number.voice_fallback_url
        if number.status_callback:
            call.status_callback = Callback(
                number.status_callback, number.status_callback_method, frozenset({"completed"})
            )
        token = f"%7B%22parentCallInfoToken%22%3A%22{call.sid}%22%7D"
        sim.start_inbound(
            call, Fetch(number.voice_url, "voice.inbound", number.voice_method, lambda: {"CallToken": token})
        )
        script = [step.as_json() for step in steps]
        sim.journal.add(EntryKind.INPUT, "dial", to=to, call=call.number, script=script, **{"from": from_})
        if steps:
            sim.spawn(scripts.act(sim, call, steps))
        return call

    def connect(self, identity: str, params: Mapping[str, str], application_sid: str | None = None) -> Call:
        """A browser phone dials out: its TwiML application is asked, with the parameters the page gave (anybody at
        that browser chose them). Raises UnknownNumberError when there is no such application."""
        sim = self._sim
        known = sim.account.applications
        application = known.get(application_sid or next(iter(known), ""))
        if application is None:
            raise UnknownNumberError(application_sid or "(no TwiML application)")
        address = f"client:{identity}"
        call = sim.new_call(address, params.get("To", ""), "inbound", address)
        call.fallback_url = application.voice_fallback_url
        if application.status_callback:
            call.status_callback = Callback(application.status_callback, "POST", frozenset({"completed"}))
        fields = {**params, "ApplicationSid": application.sid, "Called": ""}
        chosen = {"identity": identity, "params": dict(params), "application_sid": application.sid}
        sim.journal.add(EntryKind.INPUT, "connect", call=call.number, **chosen)
        sim.start_inbound(call, Fetch(application.voice_url, "voice.inbound", "POST", lambda: fields))
        sim.notify(call, "connecting")
        return call

    def press(self, call: Call, digits: str) -> None:
        """Press keys; those nobody listens for are lost, but in a conference the others hear the tones. Raises
        ValueError for what is not a key."""
        self._require_live(call)
        if not digits or not set(digits) <= KEYS:
            raise ValueError("digits: must be keys 0-9 * # A-D (w waits)")
        self._input("press", call, digits=digits)
        taken = "".join(
            key for key in digits if key not in "wW" and call.collector and call.collector.press(key)
        )
        if call.collector is None and not self._sim.config.knobs.drop_early_keys:
            call.typed_ahead += digits
        self._sim.journal.add(EntryKind.CALL, "keys pressed", call.sid, digits=digits, taken=taken)
        if call.participant is not None and call.participant.joined:
            self._sim.audio.speak(call, keys_heard(digits))

    def say(self, call: Call, text: str, confidence: float | None = DEFAULT_CONFIDENCE) -> float:
        """Speak: to a Gather or Record that listens, else to the others there. Returns how long it takes, s."""
        self._require_live(call)
        self._input("say", call, text=text, confidence=confidence)
        collector = call.collector
        taken = collector is not None and collector.begin_speech()
        self._sim.journal.add(EntryKind.CALL, "says", call.sid, text=text, taken=taken)
        if collector is not None and taken:
            speech = Speech(text, confidence)
            seconds = seconds_to_say(text) + collector.speech_pause
            if collector.partial and text:
                collector.partial(text[: max(1, len(text) // 2)])
            self._sim.clock.call_later(seconds, lambda: collector.end_speech(speech))
            self._sim.audio.uttered(call, text, [])
        else:
            self._sim.audio.speak(call, text)
        return seconds_to_say(text)

    def hang_up(self, call: Call) -> None:
        """Hang up; a call that is over stays over. Hanging up while being rung is a rejection."""
        self._input("hang_up", call)
        if call.status is CallStatus.RINGING and not call.human_is_caller:
            self._sim.decide(call, "rejected")
            return
        self._sim.hang_up(call, by="caller" if call.human_is_caller else "callee")

    def drop(self, who: str, call_sid: str | None) -> None:
        """A fault: callers, agents or telephones outside that we rang hang up; the one of `call_sid` if it is of
        these, else all of them."""
        wanted = [c for c in self._sim.calls.values() if c.live and c.human_is_caller is (who == "caller")]
        if who != "caller":
            wanted = [c for c in wanted if c.is_client is (who == "agent")]
        token = scripts.BY_SCRIPT.set(True)
        for call in [c for c in wanted if c.sid == call_sid] or wanted:
            self.hang_up(call)
        scripts.BY_SCRIPT.reset(token)

    def answer(self, call: Call) -> bool:
        """Answer a ringing leg; False when it does not ring."""
        self._input("answer", call)
        return self._sim.decide(call, "answered")

    def reject(self, call: Call) -> bool:
        """Reject a ringing leg; False when it does not ring."""
        self._input("reject", call)
        return self._sim.decide(call, "rejected")

    def mute(self, call: Call, on: bool) -> None:
        """Mute the own microphone (local: the conference is not told, as with Twilio's SDK)."""
        self._input("mute", call, on=on)
        call.self_muted = on
        if call.participant:
            self._sim.hearing.room(call.participant.conference)
        self._sim.journal.add(EntryKind.CALL, "muted" if on else "unmuted", call.sid)

    def beep(self, call: Call) -> None:
        """A voicemail box gives its tone and records from now on."""
        self._input("beep", call)
        self._sim.audio.speak(call, "(beep)")
        self._sim.journal.add(EntryKind.CALL, "voicemail records", call.sid)

    def _input(self, action: str, call: Call, **detail: Any) -> None:
        scripted = scripts.BY_SCRIPT.get()
        more = detail | ({"scripted": True} if scripted else {})
        self._sim.journal.add(EntryKind.INPUT, action, call=call.number, **more)

    @staticmethod
    def _require_live(call: Call) -> None:
        if not call.live:
            raise NotLiveError(f"the call is over ({call.status.value})")
