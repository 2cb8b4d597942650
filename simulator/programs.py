"""The life of a call: which instructions it follows, what interrupts them, how it ends."""

import asyncio
from typing import TYPE_CHECKING

from simulator import legs
from simulator.calls import Call, CallStatus, Connect, GoTo, HangUp, Interrupted
from simulator.execution import Execution, Outcome, UnsupportedVerbError, uninterrupted
from simulator.journal import EntryKind
from simulator.rooms import Participant
from simulator.sources import Fetch, Inline, Seat, Source
from simulator.speaking import seconds_to_say
from simulator.webhooks import FetchFailedError

if TYPE_CHECKING:
    from simulator.network import Simulator

SECONDS_PER_KEY = 0.2
APPLICATION_ERROR = "We are sorry, an application error has occurred. Goodbye."


async def run_leg(sim: "Simulator", call: Call, source: Source, timeout: float) -> None:
    """An outbound leg: ring, and when answered follow its instructions to the end."""
    if await legs.dial(sim, call, timeout):
        if call.send_digits:
            sim.spawn(send_keys(sim, call, call.send_digits))
        await run_call(sim, call, source)


async def send_keys(sim: "Simulator", call: Call, digits: str) -> None:
    """Play keys to the person at the leg; w waits half a second, W one."""
    sent = ""
    for key in digits:
        await sim.clock.sleep({"w": 0.5, "W": 1.0}.get(key, SECONDS_PER_KEY))
        sent += "" if key in "wW" else key
    if call.live:
        sim.journal.add(EntryKind.CALL, "keys sent", call.sid, digits=digits)
        sim.audio.overhear(call, f"(keys {sent})")


async def run_child(sim: "Simulator", call: Call, timeout: float) -> None:
    """A leg of Dial: ring, and when answered stay until somebody hangs up."""
    if not await legs.dial(sim, call, timeout):
        return
    try:
        if call.send_digits:
            await call.race(send_keys(sim, call, call.send_digits))
        if (
            call.whisper
            and await Execution(sim, call, "voice", call.race).run(call.whisper) is not Outcome.ENDED
        ):
            sim.finish(call, CallStatus.COMPLETED)
            return
        call.whispered = True
        sim.journal.recheck()
        await call.race(sim.forever())
    except FetchFailedError as error:
        sim.journal.add(EntryKind.ERROR, f"{error.code} document failed", call.sid, reason=str(error))
    except Interrupted as stop:
        call.ended_by = stop.signal.by if isinstance(stop.signal, HangUp) else "api"
    sim.finish(call, CallStatus.COMPLETED)


async def run_call(sim: "Simulator", call: Call, source: Source) -> None:
    """Follow instructions until they end or the call is hung up; then finish the call."""
    status = CallStatus.FAILED
    try:
        status = await _follow(sim, call, source)
    finally:
        sim.finish(call, status)


async def _follow(sim: "Simulator", call: Call, source: Source) -> CallStatus:
    while True:
        try:
            outcome = await _attempt(sim, call, source)
            signal = call.take_signal()
        except Interrupted as stop:
            outcome, signal = Outcome.HANGUP, stop.signal
        match signal:
            case GoTo(source=new):
                source = new
            case HangUp(by=by):
                call.ended_by = by
                return _final_status(call, outcome, hung_up=True)
            case Connect() | None:
                call.ended_by = "network"
                return _final_status(call, outcome, hung_up=False)


def _final_status(call: Call, outcome: Outcome, *, hung_up: bool) -> CallStatus:
    unanswered = call.status is CallStatus.RINGING
    if hung_up and unanswered:
        return CallStatus.NO_ANSWER
    if outcome is Outcome.REJECTED_BUSY:
        return CallStatus.BUSY
    return CallStatus.NO_ANSWER if outcome is Outcome.REJECTED else CallStatus.COMPLETED


async def _attempt(sim: "Simulator", call: Call, source: Source) -> Outcome:
    if isinstance(source, Seat):
        return await _sit(sim, call)
    run = Execution(sim, call, "voice", call.race)
    try:
        return await run.run(source)
    except FetchFailedError as error:
        sim.journal.add(
            EntryKind.ERROR, f"{error.code} document failed", call.sid, reason=str(error), url=error.url
        )
        fallback = _fallback(call, source, error)
        first = isinstance(source, Fetch) and error.url == source.url
        if not first and not sim.config.knobs.fallback_covers_actions:
            fallback = None
        if fallback:
            return await _attempt(sim, call, fallback)
        return await _application_error(sim, call)
    except UnsupportedVerbError as error:
        sim.journal.add(EntryKind.ERROR, f"unsupported verb <{error}>", call.sid)
        return await _application_error(sim, call)


def _fallback(call: Call, source: Fetch | Inline, error: FetchFailedError) -> Fetch | None:
    already = isinstance(source, Fetch) and source.kind == "voice.fallback"
    if call.fallback_url is None or already:
        return None
    fields = {"ErrorCode": str(error.code), "ErrorUrl": error.url}
    return Fetch(call.fallback_url, "voice.fallback", call.fallback_method, lambda: fields)


async def _application_error(sim: "Simulator", call: Call) -> Outcome:
    if call.status is CallStatus.RINGING:
        sim.answered(call)
    sim.hear(call, APPLICATION_ERROR, "en-US", interruptible=False)
    try:
        await call.race(sim.clock.sleep(seconds_to_say(APPLICATION_ERROR)))
    finally:
        sim.hush(call)
    return Outcome.HANGUP


async def _sit(sim: "Simulator", call: Call) -> Outcome:
    participant = call.participant
    if participant is None:
        return Outcome.HANGUP
    sim.conferences.enter(participant)
    try:
        await call.race(sim.until_left(participant))
    except Interrupted as stop:
        gone = isinstance(stop.signal, HangUp)
        by_person = isinstance(stop.signal, HangUp) and stop.signal.by != "api"
        reason = "participant_hung_up" if by_person else "participant_updated_via_api"
        sim.conferences.leave(participant, reason, gone=gone)
        raise
    return Outcome.HANGUP


async def play_aside(
    sim: "Simulator", participant: Participant, url: str, method: str, kind: str
) -> str | None:
    """Play a conference-wait document beside the call; returns why it failed, if it did."""
    conference = participant.conference
    fields = {"ConferenceSid": conference.sid, "FriendlyName": conference.name}
    run = Execution(sim, participant.call, "conference-wait", uninterrupted, lambda: fields)
    try:
        await run.run(Fetch(url, kind, method, lambda: fields))
    except (FetchFailedError, UnsupportedVerbError) as error:
        sim.journal.add(EntryKind.ERROR, "waiting document failed", participant.call.sid, reason=str(error))
        return str(error)
    return None


async def bridge(sim: "Simulator", call: Call, winner: Call) -> None:
    """Two legs of a Dial talk until one hangs up, once the callee has heard what is for it alone."""
    await sim.journal.until(lambda: winner.whispered or not winner.live, None)
    await talk(sim, call, winner)


async def talk(sim: "Simulator", call: Call, winner: Call) -> None:
    """Two calls hear each other until the second is over."""
    call.bridged_with, winner.bridged_with = winner, call
    sim.hearing.bridge(call, winner)
    sim.audio_changed(call)
    sim.journal.recheck()
    try:
        await sim.journal.until(lambda: not winner.live, None)
    finally:
        sim.hearing.bridge(call, None)
        call.bridged_with = winner.bridged_with = None
        sim.journal.recheck()


async def ring_all(sim: "Simulator", children: list[Call], timeout: float) -> Call | None:
    """Ring all at once; the first to answer wins and the others stop ringing. None when nobody answered."""

    def winner() -> Call | None:
        return next((child for child in children if child.status is CallStatus.IN_PROGRESS), None)

    for child in children:
        child.task = sim.spawn(run_child(sim, child, timeout))
    await sim.journal.until(lambda: winner() is not None or not any(c.live for c in children), None)
    won = winner()
    for child in children:
        if child is not won:
            sim.hang_up(child, by="network")
    return won


async def forever() -> None:
    """Wait until cancelled."""
    await asyncio.get_running_loop().create_future()
