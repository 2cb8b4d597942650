"""Dial: into a conference, or to numbers and clients that ring at once, the first to answer winning."""

from collections.abc import Awaitable, Callable
from xml.etree.ElementTree import Element

from simulator.calls import Call, Callback, CallStatus, HangUp, Interrupted, first_of
from simulator.execution import Execution, Step, UnsupportedVerbError
from simulator.journal import EntryKind
from simulator.rooms import EVENT_GROUPS, MAX_PARTICIPANTS, JoinOptions, JoinRefusedError, Participant
from simulator.sources import Fetch

DEFAULT_CONFERENCE_EVENTS = "start end"
DEFAULT_TIMEOUT = 30.0  # s of ringing
DEFAULT_TIME_LIMIT = 14_400.0  # s, Twilio's four hours


async def dial(run: Execution, element: Element) -> Step:
    """Connect the call; afterwards the action, or the next verb without one."""
    run.answer()
    nouns = list(element)
    if len(nouns) == 1 and nouns[0].tag == "Conference":
        return await _conference(run, element, nouns[0])
    unknown = [noun.tag for noun in nouns if noun.tag not in ("Number", "Client")]
    if unknown:
        run.sim.violation("O9", f"unsupported noun <{unknown[0]}> in <Dial>", run.call.sid)
        raise UnsupportedVerbError(unknown[0])
    return await _legs(run, element, nouns)


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
    )


def _conference_callback(run: Execution, noun: Element) -> Callback | None:
    url = noun.get("statusCallback")
    if not url:
        return None
    events = frozenset(noun.get("statusCallbackEvent", DEFAULT_CONFERENCE_EVENTS).split())
    assert events <= set(EVENT_GROUPS.values()) | {"speaker"}  # noqa: S101 - the checker refused all others
    return Callback(run.resolve(url), noun.get("statusCallbackMethod", "POST"), events)


async def _legs(run: Execution, element: Element, nouns: list[Element]) -> Step:
    sim, call = run.sim, run.call
    timeout = float(element.get("timeout", DEFAULT_TIMEOUT))
    caller_id = element.get("callerId") or call.from_
    children = [_child(run, noun, caller_id) for noun in nouns] or [
        sim.new_leg(caller_id, (element.text or "").strip(), "outbound-dial", parent=call)
    ]
    try:
        winner = await run.race(sim.ring_all(children, timeout))
        if winner is not None:
            await run.race(sim.bridge(call, winner))
    finally:
        for child in children:
            sim.hang_up(child, by="network")
    best = winner or children[0]
    status = "completed" if winner else best.status.value
    fields = {
        "DialCallSid": best.sid,
        "DialCallStatus": status,
        "DialBridged": str(winner is not None).lower(),
    }
    if winner:
        fields["DialCallDuration"] = str(round(sim.clock.now() - (winner.answered or sim.clock.now())))
    after: Fetch | None = run.action(element, "voice.dial_action", fields)
    return after


def _child(run: Execution, noun: Element, caller_id: str) -> Call:
    identity = noun.find("Identity")
    name = (noun.text or "").strip() or (identity.text or "" if identity is not None else "").strip()
    address = f"client:{name}" if noun.tag == "Client" else name
    leg = run.sim.new_leg(caller_id, address, "outbound-dial", parent=run.call)
    leg.custom |= {p.get("name", ""): p.get("value", "") for p in noun.findall("Parameter")}
    url = noun.get("statusCallback")
    if url:
        events = frozenset(noun.get("statusCallbackEvent", "completed").split())
        leg.status_callback = Callback(run.resolve(url), noun.get("statusCallbackMethod", "POST"), events)
    return leg
