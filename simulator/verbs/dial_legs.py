"""Dial to numbers, softphones and SIP phones: they ring at once, the first to answer wins, the others stop."""

from collections.abc import Awaitable, Callable
from xml.etree.ElementTree import Element

from simulator.calls import Call, Callback, first_of
from simulator.execution import Execution, Step
from simulator.recordings import Recording
from simulator.sources import Fetch
from simulator.verbs.start import recording_callback

DEFAULT_TIMEOUT = 30.0  # s of ringing
DEFAULT_TIME_LIMIT = 14_400.0  # s, Twilio's four hours
LEG_NOUNS = frozenset({"Number", "Client", "Sip"})


async def dial_legs(run: Execution, element: Element, nouns: list[Element]) -> Step:
    """Ring the legs of a Dial and talk to the one that answers; then the action, or the next verb without one."""
    sim, call = run.sim, run.call
    on_bridge = element.get("answerOnBridge") == "true"
    if not on_bridge:
        run.answer()
    timeout = float(element.get("timeout", DEFAULT_TIMEOUT))
    caller_id = element.get("callerId") or call.from_
    children = [_child(run, noun, caller_id) for noun in nouns] or [
        sim.new_leg(caller_id, (element.text or "").strip(), "outbound-dial", parent=call)
    ]
    recording = None
    try:
        winner = await run.race(sim.ring_all(children, timeout))
        if winner is not None:
            if on_bridge:
                run.answer()
            recording = _record(run, element)
            await _talk(run, element, winner)
    finally:
        for child in children:
            sim.hang_up(child, by="network")
        if recording is not None:
            recording.heard = True
            sim.recordings.finish(recording)
    return _after(run, element, winner, children[0], recording)


async def _talk(run: Execution, element: Element, winner: Call) -> None:
    sim = run.sim
    limit = float(element.get("timeLimit", DEFAULT_TIME_LIMIT))
    run.time_passes()
    works: list[Callable[[], Awaitable[None]]] = [
        lambda: sim.bridge(run.call, winner),
        lambda: sim.clock.sleep(limit),
    ]
    if element.get("hangupOnStar") == "true":
        works.append(lambda: sim.star_pressed(run.call))
    await run.race(first_of(*works))


def _record(run: Execution, element: Element) -> Recording | None:
    how = element.get("record", "do-not-record")
    if how in ("do-not-record", "false"):
        return None
    return run.sim.recordings.begin(
        run.call,
        "DialVerb",
        recording_callback(run, element),
        channels=2 if how.endswith("-dual") else 1,
        track=element.get("recordingTrack", "both"),
        trim=element.get("trim") == "trim-silence",
    )


def _after(
    run: Execution, element: Element, winner: Call | None, first: Call, recording: Recording | None
) -> Fetch | None:
    best = winner or first
    fields = {
        "DialCallSid": best.sid,
        "DialCallStatus": "completed" if winner else best.status.value,
        "DialBridged": str(winner is not None).lower(),
    }
    if winner:
        now = run.sim.clock.now()
        fields["DialCallDuration"] = str(round(now - (winner.answered or now)))
    if recording:
        fields["RecordingUrl"] = recording.url
    return run.action(element, "voice.dial_action", fields)


def _child(run: Execution, noun: Element, caller_id: str) -> Call:
    identity = noun.find("Identity")
    name = (noun.text or "").strip() or (identity.text or "" if identity is not None else "").strip()
    address = f"client:{name}" if noun.tag == "Client" else name
    leg = run.sim.new_leg(caller_id, address, "outbound-dial", parent=run.call)
    leg.custom |= {p.get("name", ""): p.get("value", "") for p in noun.findall("Parameter")}
    leg.send_digits = noun.get("sendDigits", "")
    url = noun.get("statusCallback")
    if url:
        events = frozenset(noun.get("statusCallbackEvent", "completed").split())
        leg.status_callback = Callback(run.resolve(url), noun.get("statusCallbackMethod", "POST"), events)
    whisper = noun.get("url")
    if whisper:
        leg.whisper = Fetch(run.resolve(whisper), "voice.noun_url", noun.get("method", "POST"))
    return leg
