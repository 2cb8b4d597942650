"""Conferences and participants over REST."""

from typing import Any

from simulator.calls import Callback
from simulator.network import Simulator
from simulator.rest.calls import (
    check_addresses,
    leg_callback,
    leg_recording,
    recording_callback,
    ring_seconds,
)
from simulator.rest.paging import in_dates, page
from simulator.rest.render import base_uri, render_conference, render_participant
from simulator.rest.request import RestAnswer, RestRequest
from simulator.rest.validation import RestError, Values
from simulator.rooms import MAX_PARTICIPANTS, Conference, JoinOptions, JoinRefusedError, Participant
from simulator.sources import Seat

CONFERENCE_SID_LENGTH = 34


async def list_conferences(sim: Simulator, request: RestRequest) -> RestAnswer:
    """Conferences, newest first, filtered."""
    query = request.query
    wanted = [
        c
        for c in reversed(sim.conferences.by_sid.values())
        if query.text("FriendlyName") in (None, c.name)
        and query.text("Status") in (None, c.status)
        and in_dates(query, "DateCreated", c.created)
        and in_dates(query, "DateUpdated", c.updated)
    ]
    items = [render_conference(sim, c) for c in wanted]
    return RestAnswer(200, page(f"{base_uri(sim)}/Conferences.json", "conferences", items, query))


def find_conference(sim: Simulator, sid: str) -> Conference:
    """The conference, ended or not; raises RestError 404."""
    conference = sim.conferences.by_sid.get(sid)
    if conference is None:
        raise RestError(404, 20404, f"The conference {sid} was not found")
    return conference


def _live_conference(sim: Simulator, sid: str) -> Conference:
    conference = find_conference(sim, sid)
    if conference.ended is not None:
        raise RestError(404, 20404, f"The conference {sid} has ended")
    return conference


async def fetch_conference(sim: Simulator, request: RestRequest) -> RestAnswer:
    """One conference."""
    return RestAnswer(200, render_conference(sim, find_conference(sim, request.path["Sid"])))


async def update_conference(sim: Simulator, request: RestRequest) -> RestAnswer:
    """End a conference, or announce something to all in it."""
    conference = _live_conference(sim, request.path["Sid"])
    url = request.form.text("AnnounceUrl")
    if url:
        method = request.form.text("AnnounceMethod") or "POST"
        sim.conferences.sound.announce(conference, conference.present, url, method)
    if request.form.text("Status") == "completed":
        sim.conferences.end(conference, "conference-ended-via-api")
    return RestAnswer(200, render_conference(sim, conference))


async def create_participant(sim: Simulator, request: RestRequest) -> RestAnswer:
    """Dial a leg into a conference named by SID or by name (which opens it)."""
    form, key = request.form, request.path["ConferenceSid"]
    check_addresses(sim, form)
    is_sid = key.startswith("CF") and len(key) == CONFERENCE_SID_LENGTH
    conference = _live_conference(sim, key) if is_sid else sim.conferences.open(key)
    options = _options(form)
    call = sim.new_leg(form.text("From") or "", form.text("To") or "")
    try:
        participant = sim.conferences.reserve(call, conference, options)
    except JoinRefusedError as error:
        del sim.calls[call.sid]
        raise RestError(400, error.code, str(error)) from error
    call.status_callback = leg_callback(form)
    call.record = leg_recording(form)
    call.send_digits = form.text("SendDigits") or ""
    call.time_limit = float(form.number("TimeLimit", 0)) or None
    sim.start_leg(call, Seat(conference.sid, options), ring_seconds(form))
    return RestAnswer(201, render_participant(sim, participant), call.sid)


def _options(form: Values) -> JoinOptions:
    url = form.text("ConferenceStatusCallback")
    events = form.words("ConferenceStatusCallbackEvent", "start end")
    method = form.text("ConferenceStatusCallbackMethod") or "POST"
    return JoinOptions(
        label=form.text("Label"),
        muted=bool(form.flag("Muted")),
        starts=form.flag("StartConferenceOnEnter") is not False,
        ends=bool(form.flag("EndConferenceOnExit")),
        beep=form.text("Beep") or "true",
        coaching=bool(form.flag("Coaching")),
        coach_sid=form.text("CallSidToCoach"),
        wait_url=form.text("WaitUrl"),
        wait_method=form.text("WaitMethod") or "POST",
        max_participants=form.number("MaxParticipants", MAX_PARTICIPANTS),
        callback=Callback(url, method, events) if url else None,
        early_media=form.flag("EarlyMedia") is not False,
        record=form.text("ConferenceRecord") in ("true", "record-from-start"),
        record_trim=form.text("ConferenceTrim") != "do-not-trim",
        record_callback=recording_callback(form, "Conference"),
    )


async def list_participants(sim: Simulator, request: RestRequest) -> RestAnswer:
    """Participants of a conference, filtered."""
    conference = find_conference(sim, request.path["ConferenceSid"])
    query = request.query
    wanted = [
        p
        for p in conference.participants.values()
        if query.flag("Muted") in (None, p.muted)
        and query.flag("Hold") in (None, p.hold)
        and query.flag("Coaching") in (None, p.coaching)
    ]
    items: list[dict[str, Any]] = [render_participant(sim, p) for p in wanted]
    path = f"{base_uri(sim)}/Conferences/{conference.sid}/Participants.json"
    return RestAnswer(200, page(path, "participants", items, query))


def _participant(sim: Simulator, request: RestRequest) -> Participant:
    conference = find_conference(sim, request.path["ConferenceSid"])
    participant = conference.find(request.path["CallSid"])
    if participant is None:
        raise RestError(404, 20404, f"The participant {request.path['CallSid']} was not found")
    return participant


async def fetch_participant(sim: Simulator, request: RestRequest) -> RestAnswer:
    """One participant, by CallSid or label."""
    return RestAnswer(200, render_participant(sim, _participant(sim, request)))


async def update_participant(sim: Simulator, request: RestRequest) -> RestAnswer:
    """Hold, mute, coach, announce to, or change the exit rule of a participant."""
    participant, form = _participant(sim, request), request.form
    if not participant.joined:
        raise RestError(404, 20404, "The participant has not joined yet")
    try:
        sim.conferences.change(
            participant,
            muted=form.flag("Muted"),
            hold=form.flag("Hold"),
            hold_url=form.text("HoldUrl"),
            hold_method=form.text("HoldMethod") or "GET",
            ends=form.flag("EndConferenceOnExit"),
            coaching=form.flag("Coaching"),
            coach_sid=form.text("CallSidToCoach"),
        )
    except JoinRefusedError as error:
        raise RestError(400, error.code, str(error)) from error
    url = form.text("AnnounceUrl")
    if url:
        method = form.text("AnnounceMethod") or "POST"
        sim.conferences.sound.announce(participant.conference, [participant], url, method)
    return RestAnswer(200, render_participant(sim, participant))


async def delete_participant(sim: Simulator, request: RestRequest) -> RestAnswer:
    """Put a participant out; a TwiML participant goes on at its Dial action, a REST one hangs up."""
    participant = _participant(sim, request)
    if participant.joined:
        sim.conferences.leave(participant, "participant_updated_via_api", gone=False, kicked=True)
    else:
        sim.hang_up(participant.call, by="api")
    return RestAnswer(204, None)
