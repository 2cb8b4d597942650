"""Dial: into a conference, to whoever waits in a queue, or to legs that ring at once (dial_legs.py)."""

from collections.abc import Awaitable, Callable
from xml.etree.ElementTree import Element

from simulator.calls import Callback, CallStatus, HangUp, Interrupted, first_of
from simulator.execution import Execution, Step, UnsupportedVerbError
from simulator.journal import EntryKind
from simulator.rooms import EVENT_GROUPS, MAX_PARTICIPANTS, JoinOptions, JoinRefusedError, Participant
from simulator.verbs.dial_legs import DEFAULT_TIME_LIMIT, LEG_NOUNS, dial_legs
from simulator.verbs.dial_queue import dial_queue
from simulator.verbs.start import recording_callback

DEFAULT_CONFERENCE_EVENTS = "start end"
RECORDS = frozenset({"true", "record-from-start"})


async def dial(run: Execution, element: Element) -> Step:
    """Connect the call; afterwards the action, or the next verb without one."""
    nouns = list(element)
    if len(nouns) == 1 and nouns[0].tag == "Conference":
        run.answer()
        return await _conference(run, element, nouns[0])
    if len(nouns) == 1 and nouns[0].tag == "Queue":
        run.answer()
        return await dial_queue(run, element, nouns[0])
    unknown = [noun.tag for noun in nouns if noun.tag not in LEG_NOUNS]
    if unknown:
        run.sim.violation("O9", f"unsupported noun <{unknown[0]}> in <Dial>", run.call.sid)
        raise UnsupportedVerbError(unknown[0])
    return await dial_legs(run, element, nouns)


async def _conference(run: Execution, element: Element, noun: Element) -> Step:
    sim, call = run.sim, run.call
    conference = sim.conferences.open((noun.text or "").strip())
    try:
        participant = sim.conferences.reserve(call, conference, _options(run, noun))
    except JoinRefusedError as error:
        sim.journal.add(EntryKind.ERROR, f"{error.code} {error}", call.sid, conference_sid=conference.sid)
        return None
    sim.conferences.enter(participant)
    after = run.action(element, "voice.dial_action", {"DialCallStatus": "answered"})
    try:
        await _sit(run, element, participant)
    except Interrupted as stop:
        gone = isinstance(stop.signal, HangUp)
        reason = "participant_hung_up" if gone and not _by_api(stop) else "participant_updated_via_api"
        sim.conferences.leave(participant, reason, gone=gone)
        if gone and after and sim.config.knobs.dial_action_on_hangup:
            sim.spawn(sim.fetch_and_ignore(run.webhook(after, CallStatus.COMPLETED.value)))
        raise
    return after


def _by_api(stop: Interrupted) -> bool:
    return isinstance(stop.signal, HangUp) and stop.signal.by == "api"


async def _sit(run: Execution, element: Element, participant: Participant) -> None:
    run.time_passes()
    limit = float(element.get("timeLimit", DEFAULT_TIME_LIMIT))
    works: list[Callable[[], Awaitable[None]]] = [
        lambda: run.sim.until_left(participant),
        lambda: run.sim.clock.sleep(limit),
    ]
    if element.get("hangupOnStar") == "true":
        works.append(lambda: run.sim.star_pressed(run.call))
    if await run.race(first_of(*works)) != 0:
        run.sim.conferences.leave(participant, "participant_hung_up", gone=False)


def _options(run: Execution, noun: Element) -> JoinOptions:
    wait_url = noun.get("waitUrl")
    return JoinOptions(
        label=noun.get("participantLabel"),
        muted=noun.get("muted") == "true",
        starts=noun.get("startConferenceOnEnter") != "false",
        ends=noun.get("endConferenceOnExit") == "true",
        beep=noun.get("beep", "true"),
        coaching=noun.get("coach") is not None,
        coach_sid=noun.get("coach"),
        wait_url=run.resolve(wait_url) if wait_url else wait_url,
        wait_method=noun.get("waitMethod", "POST"),
        max_participants=int(noun.get("maxParticipants", MAX_PARTICIPANTS)),
        callback=_conference_callback(run, noun),
        record=noun.get("record") in RECORDS,
        record_trim=noun.get("trim") != "do-not-trim",
        record_callback=recording_callback(run, noun),
    )


def _conference_callback(run: Execution, noun: Element) -> Callback | None:
    url = noun.get("statusCallback")
    if not url:
        return None
    events = frozenset(noun.get("statusCallbackEvent", DEFAULT_CONFERENCE_EVENTS).split())
    assert events <= set(EVENT_GROUPS.values()) | {"speaker"}  # noqa: S101 - the checker refused all others
    return Callback(run.resolve(url), noun.get("statusCallbackMethod", "POST"), events)
