"""Enqueue: the waiting room, its waitUrl loop, and the action with QueueResult."""

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from simulator.calls import CallStatus, Connect, HangUp, Interrupted
from simulator.execution import Execution, Outcome, Step
from simulator.journal import EntryKind
from simulator.queues import MAX_SIZE_LIMIT, QueueEntry
from simulator.sources import Fetch
from simulator.webhooks import FetchFailedError


async def enqueue(run: Execution, element: Element) -> Step:
    """Wait in the named queue; then the action with QueueResult, or the next verb without one."""
    run.answer()
    sim, call = run.sim, run.call
    queue = sim.queues.open((element.text or "").strip(), sim.clock.now())
    limit = min(int(element.get("maxQueueSize", MAX_SIZE_LIMIT)), queue.max_size)
    if len(queue.entries) >= limit:
        sim.journal.add(EntryKind.QUEUE, "full", call.sid, queue_sid=queue.sid, name=queue.name)
        return _after(run, element, queue.sid, "queue-full", 0.0)
    entry = sim.queues.enter(queue, call, sim.clock.now())
    result = "system-error"
    try:
        result = await _wait(run, element, entry)
    except Interrupted as stop:
        if isinstance(stop.signal, Connect):
            result = "bridged"
            return await _bridged(run, element, entry, stop.signal)
        result = "hangup" if isinstance(stop.signal, HangUp) else "redirected"
        raise
    finally:
        if result != "bridged":
            sim.queues.leave(entry, result, sim.clock.now())
            sim.hush(call)
            waited = sim.clock.now() - entry.since
            step = _after(run, element, queue.sid, result, waited)
            if result in ("hangup", "redirected") and step is not None:
                # The answer of this request is not executed: the call already does something else.
                status = CallStatus.IN_PROGRESS.value
                sim.spawn(_later(run, step, status))
    return Outcome.HANGUP if result == "hangup" else step


async def _later(run: Execution, step: Fetch, status: str) -> None:
    hook = run.webhook(step, status)
    await run.sim.clock.sleep(run.sim.config.knobs.queue_action_delay)
    await run.sim.fetch_and_ignore(hook)


async def _bridged(run: Execution, element: Element, entry: QueueEntry, to: Connect) -> Step:
    sim = run.sim
    sim.queues.leave(entry, "bridged", sim.clock.now())
    sim.hush(run.call)
    waited = sim.clock.now() - entry.since
    try:
        if to.url:
            whisper = Execution(sim, run.call, "voice", run.race, run.extra)
            await whisper.run(Fetch(to.url, "voice.noun_url", to.method))
        run.time_passes()
        await run.race(sim.talk(run.call, to.other))
    except Interrupted as stop:
        result = "hangup" if isinstance(stop.signal, HangUp) else "redirected-from-bridged"
        step = _after(run, element, entry.queue.sid, result, waited)
        if step is not None:
            sim.spawn(sim.fetch_and_ignore(run.webhook(step, CallStatus.IN_PROGRESS.value)))
        raise
    return _after(run, element, entry.queue.sid, "bridged", waited)


def _after(run: Execution, element: Element, queue_sid: str, result: str, waited: float) -> Fetch | None:
    fields = {"QueueSid": queue_sid, "QueueResult": result, "QueueTime": str(int(waited))}
    return run.action(element, "voice.queue_action", fields)


async def _wait(run: Execution, element: Element, entry: QueueEntry) -> str:
    """The waiting room; returns the QueueResult `leave`, `hangup` or `error`."""
    sim = run.sim

    def fields() -> Mapping[str, str]:
        return {
            "QueueSid": entry.queue.sid,
            "QueuePosition": str(entry.queue.position(entry)),
            "QueueTime": str(int(sim.clock.now() - entry.since)),
            "AvgQueueTime": str(entry.queue.average_wait),
            "CurrentQueueSize": str(len(entry.queue.entries)),
            "MaxQueueSize": str(entry.queue.max_size),
        }

    url = element.get("waitUrl")
    if not url:
        if url is None:
            sim.hear(run.call, "♪", None, interruptible=False)
        await run.race(sim.forever())
    room = Execution(sim, run.call, "enqueue-wait", run.race, fields)
    source = Fetch(run.resolve(url or ""), "voice.queue_wait", element.get("waitUrlMethod", "POST"), fields)
    try:
        while True:
            match await room.run(source):
                case Outcome.LEAVE:
                    return "leave"
                case Outcome.HANGUP:
                    return "hangup"
                case _:
                    continue
    except FetchFailedError as error:
        sim.journal.add(
            EntryKind.ERROR, f"{error.code} waiting document failed", run.call.sid, reason=str(error)
        )
        return "error"
