"""Record: a message after the beep, its action, and the recording status callback."""

from functools import partial
from xml.etree.ElementTree import Element

from simulator.calls import HangUp, Interrupted, first_of
from simulator.execution import Execution, Step
from simulator.journal import EntryKind
from simulator.recordings import Recording
from simulator.verbs.collector import Collector
from simulator.verbs.start import recording_callback

DEFAULT_MAX_LENGTH = 3600.0  # s
DEFAULT_TIMEOUT = 5.0  # s of silence that end it
DEFAULT_FINISH_KEYS = "1234567890*#"


async def record(run: Execution, element: Element) -> Step:
    """Record until a key, silence, the longest length or hang-up; silence alone sends no action (a knob)."""
    run.answer()
    sim, call = run.sim, run.call
    if element.get("playBeep") != "false":
        sim.hear(call, "(beep)", None, interruptible=False)
        await run.wait(0.5)
        sim.hush(call)
    collector = Collector(
        keys=True, speech=True, num_digits=None, finish_on=element.get("finishOnKey", DEFAULT_FINISH_KEYS)
    )
    recording = sim.recordings.begin(call, "RecordVerb", recording_callback(run, element), channels=1)
    call.collector = collector
    try:
        digits = await _listen(run, element, collector, recording)
    except Interrupted as stop:
        sim.recordings.finish(recording)
        if isinstance(stop.signal, HangUp) and recording.heard:
            after = run.action(element, "voice.record_action", recording.action_fields("hangup"))
            if after:
                sim.spawn(sim.fetch_and_ignore(run.webhook(after, "completed")))
        raise
    finally:
        call.collector = None
    sim.recordings.finish(recording)
    if not recording.heard and not sim.config.knobs.record_silence_sends_action:
        return None
    return run.action(element, "voice.record_action", recording.action_fields(digits))


async def _listen(run: Execution, element: Element, collector: Collector, recording: Recording) -> str:
    timeout = float(element.get("timeout", DEFAULT_TIMEOUT))
    ends_at = run.sim.clock.now() + float(element.get("maxLength", DEFAULT_MAX_LENGTH))
    run.time_passes()
    while True:
        collector.changed.clear()
        left = ends_at - run.sim.clock.now()
        if left <= 0:
            return ""
        wait = left if collector.speaking else min(timeout, left)
        changed = await run.race(first_of(collector.changed.wait, partial(run.sim.clock.sleep, wait))) == 0
        recording.heard = recording.heard or collector.speaking or collector.speech is not None
        if collector.speech is not None:
            run.sim.journal.add(EntryKind.INSTRUCTION, "recorded", run.call.sid, text=collector.speech.text)
            collector.speech, collector.done = None, False
            continue
        if collector.done and not collector.speaking:
            return collector.finished_by
        if not changed:
            return ""
