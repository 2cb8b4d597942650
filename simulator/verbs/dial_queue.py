"""Dial to a queue: talk to the caller who has waited longest; waits for one as long as the timeout says."""

from xml.etree.ElementTree import Element

from simulator.calls import Connect
from simulator.execution import Execution, Step
from simulator.queues import QueueEntry
from simulator.verbs.dial_legs import DEFAULT_TIMEOUT


async def dial_queue(run: Execution, element: Element, noun: Element) -> Step:
    """Take the first of the queue named by the noun; its `url` is played to that caller before the two talk."""
    sim, call = run.sim, run.call
    queue = sim.queues.open((noun.text or "").strip(), sim.clock.now())
    run.time_passes()
    timeout = float(element.get("timeout", DEFAULT_TIMEOUT))
    found = await run.race(sim.noticed(lambda: bool(queue.entries), timeout))
    if not found:
        return run.action(
            element, "voice.dial_action", {"DialCallStatus": "no-answer", "DialBridged": "false"}
        )
    entry: QueueEntry = queue.entries[0]
    url = noun.get("url")
    began = sim.clock.now()
    entry.call.interrupt(Connect(call, run.resolve(url) if url else None, noun.get("method", "POST")))
    await run.race(sim.journal.until(lambda: call.bridged_with is entry.call or not entry.call.live, None))
    if call.bridged_with is entry.call:
        await run.race(sim.journal.until(lambda: call.bridged_with is None, None))
    fields = {
        "DialCallSid": entry.call.sid,
        "DialCallStatus": "completed",
        "DialBridged": "true",
        "DialCallDuration": str(round(sim.clock.now() - began)),
    }
    return run.action(element, "voice.dial_action", fields)
