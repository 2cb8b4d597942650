"""Gather: keys and speech, by the rules of Twilio's page twiml/gather."""

import itertools
from collections.abc import Callable
from xml.etree.ElementTree import Element

from simulator.calls import first_of
from simulator.execution import Execution, Step, uninterrupted
from simulator.journal import EntryKind
from simulator.sources import Fetch
from simulator.verbs.collector import Collector

DEFAULT_TIMEOUT = 5.0  # s
AUTO_SPEECH_PAUSE = 1.0  # s
DEFAULT_LANGUAGE = "en-US"


async def gather(run: Execution, element: Element) -> Step:
    """Play the nested prompts, collect, and go to the action; an empty result falls to the next verb.

    Keys win over speech. With actionOnEmptyResult the action is requested without a result.
    """
    run.answer()
    kinds = element.get("input", "dtmf").split()
    collector = Collector(
        keys="dtmf" in kinds,
        speech="speech" in kinds,
        num_digits=int(element.get("numDigits", "0")) or None,
        finish_on=element.get("finishOnKey", "#"),
        speech_pause=_speech_pause(element),
    )
    run.call.collector = collector
    collector.partial = _partial(run, element)
    typed, run.call.typed_ahead = run.call.typed_ahead, ""
    for key in typed:
        collector.press(key)
    run.sim.journal.recheck()
    try:
        await _prompt(run, element, collector)
        await _collect(run, element, collector)
    finally:
        run.call.collector = None
    fields = _result_fields(element, collector)
    empty = not collector.digits and not collector.speech
    run.sim.journal.add(EntryKind.INSTRUCTION, "Gather ends", run.call.sid, empty=empty, **fields)
    if empty and element.get("actionOnEmptyResult") != "true":
        return None
    action = element.get("action") or run.url or ""
    return Fetch(
        run.resolve(action), "voice.gather", element.get("method", "POST"), lambda: {**run.extra(), **fields}
    )


def _partial(run: Execution, element: Element) -> Callable[[str], None] | None:
    """Sends what was understood so far to partialResultCallback; its answer is not executed."""
    url = element.get("partialResultCallback")
    if not url:
        return None
    where = run.resolve(url)
    count = itertools.count()

    def send(text: str) -> None:
        fields = {
            "UnstableSpeechResult": text,
            "SequenceNumber": str(next(count)),
            "Stability": "0.8",
            "Language": element.get("language", DEFAULT_LANGUAGE),
        }
        method = element.get("partialResultCallbackMethod", "POST")
        hook = Fetch(where, "voice.gather_partial", method, lambda: fields)
        run.sim.spawn(run.sim.fetch_and_ignore(run.webhook(hook)))

    return send


def _speech_pause(element: Element) -> float:
    """speechTimeout: seconds, or auto; without it the value of timeout."""
    value = element.get("speechTimeout") or element.get("timeout") or str(DEFAULT_TIMEOUT)
    return AUTO_SPEECH_PAUSE if value == "auto" else float(value)


async def _prompt(run: Execution, element: Element, collector: Collector) -> None:
    if element.get("bargeIn") == "false":
        await _prompts(run, element)
        return
    run.interruptible = True
    try:
        await run.race(first_of(lambda: _nested(run, element), collector.started.wait))
    finally:
        run.interruptible = False


async def _nested(run: Execution, element: Element) -> None:
    # Runs inside one race of the whole prompt, so the verbs themselves must not race again.
    inner = Execution(run.sim, run.call, run.context, uninterrupted, run.extra)
    inner.url, inner.interruptible = run.url, True
    for child in element:
        await inner.execute(child)
    run.time_passes()


async def _prompts(run: Execution, element: Element) -> None:
    for child in element:
        await run.execute(child)


async def _collect(run: Execution, element: Element, collector: Collector) -> None:
    timeout = float(element.get("timeout", DEFAULT_TIMEOUT))
    run.time_passes()
    while not collector.done:
        collector.changed.clear()
        if collector.speaking:
            await run.race(collector.changed.wait())
            continue
        if await run.race(first_of(collector.changed.wait, lambda: run.sim.clock.sleep(timeout))) == 1:
            collector.done = True


def _result_fields(element: Element, collector: Collector) -> dict[str, str]:
    if collector.digits:
        return {"Digits": collector.digits, "msg": "Gather End"}
    if collector.speech:
        fields = {
            "SpeechResult": collector.speech.text,
            "Language": element.get("language", DEFAULT_LANGUAGE),
        }
        if collector.speech.confidence is not None:
            fields["Confidence"] = str(collector.speech.confidence)
        return fields
    return {}
