"""Start: begin recording the leg while the next verbs run."""

from xml.etree.ElementTree import Element

from simulator.calls import Callback
from simulator.execution import Execution, Step
from simulator.journal import EntryKind


async def start(run: Execution, element: Element) -> Step:
    """<Recording> records until the call ends or REST stops it; streams and transcriptions are only journalled."""
    for noun in element:
        if noun.tag != "Recording":
            _unsupported(run, element, noun)
            continue
        run.sim.recordings.begin(
            run.call,
            "StartCallRecordingTwiML",
            recording_callback(run, noun),
            channels=2 if noun.get("channels") == "dual" else 1,
            track=noun.get("track", "both"),
        )
    return None


async def stop(run: Execution, element: Element) -> Step:
    """Ends what Start began; of what it can end nothing is simulated, so it is only journalled."""
    for noun in element:
        _unsupported(run, element, noun)
    return None


def _unsupported(run: Execution, verb: Element, noun: Element) -> None:
    title = f"unsupported: <{noun.tag}> in <{verb.tag}> is not simulated"
    run.sim.journal.add(EntryKind.ERROR, title, run.call.sid)


def recording_callback(run: Execution, element: Element) -> Callback | None:
    """The recordingStatusCallback attributes of a verb or noun."""
    url = element.get("recordingStatusCallback")
    if not url:
        return None
    events = frozenset(element.get("recordingStatusCallbackEvent", "completed").split())
    return Callback(run.resolve(url), element.get("recordingStatusCallbackMethod", "POST"), events)
