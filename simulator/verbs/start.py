"""Start: begin recording the leg while the next verbs run."""

from xml.etree.ElementTree import Element

from simulator.calls import Callback
from simulator.execution import Execution, Step, UnsupportedVerbError


async def start(run: Execution, element: Element) -> Step:
    """Only <Recording> is simulated; it records until the call ends or REST stops it."""
    for noun in element:
        if noun.tag != "Recording":
            run.sim.violation("O9", f"unsupported noun <{noun.tag}> in <Start>", run.call.sid)
            raise UnsupportedVerbError(noun.tag)
        run.sim.recordings.begin(
            run.call,
            "StartCallRecordingTwiML",
            recording_callback(run, noun),
            channels=2 if noun.get("channels") == "dual" else 1,
            track=noun.get("track", "both"),
        )
    return None


def recording_callback(run: Execution, element: Element) -> Callback | None:
    """The recordingStatusCallback attributes of a verb or noun."""
    url = element.get("recordingStatusCallback")
    if not url:
        return None
    events = frozenset(element.get("recordingStatusCallbackEvent", "completed").split())
    return Callback(run.resolve(url), element.get("recordingStatusCallbackMethod", "POST"), events)
