"""Recordings over REST: of calls, of conferences, of the whole account, and their media."""

from typing import Any

from starlette.responses import Response

from simulator.calls import Call, CallStatus
from simulator.network import Simulator
from simulator.recordings import Recording
from simulator.rest.calls import find_call, recording_callback
from simulator.rest.conferences import find_conference
from simulator.rest.paging import in_dates, page
from simulator.rest.render import base_uri, render_recording
from simulator.rest.request import RestAnswer, RestRequest
from simulator.rest.validation import RestError, Values
from simulator.rooms import Conference
from simulator.sounds import to_mp3, to_wav

CURRENT = "Twilio.CURRENT"
MEDIA_TYPES = {"wav": "audio/x-wav", "mp3": "audio/mpeg"}


def _owner(sim: Simulator, request: RestRequest) -> Call | Conference:
    if "CallSid" in request.path:
        return find_call(sim, request.path["CallSid"])
    return find_conference(sim, request.path["ConferenceSid"])


def _recording(sim: Simulator, request: RestRequest) -> Recording:
    found = sim.recordings.of(_owner(sim, request))
    if request.path["Sid"] == CURRENT:
        found = [r for r in found if r.ended is None]
    else:
        found = [r for r in found if r.sid == request.path["Sid"]]
    if not found:
        raise RestError(404, 20404, f"The recording {request.path['Sid']} was not found")
    return found[-1]


async def create_recording(sim: Simulator, request: RestRequest) -> RestAnswer:
    """Start recording a call in progress."""
    call, form = find_call(sim, request.path["CallSid"]), request.form
    if call.status is not CallStatus.IN_PROGRESS:
        raise RestError(400, 21220, "CallSid: the call is not in progress")
    recording = sim.recordings.begin(
        call,
        "StartCallRecordingAPI",
        recording_callback(form),
        channels=2 if form.text("RecordingChannels") == "dual" else 1,
        track=form.text("RecordingTrack") or "both",
        trim=form.text("Trim") == "trim-silence",
    )
    return RestAnswer(201, render_recording(sim, recording), call.sid)


async def list_recordings(sim: Simulator, request: RestRequest) -> RestAnswer:
    """Recordings of a call or a conference."""
    owner = _owner(sim, request)
    found = [r for r in sim.recordings.of(owner) if in_dates(request.query, "DateCreated", r.began)]
    folder = "Calls" if isinstance(owner, Call) else "Conferences"
    return _page(sim, f"{folder}/{owner.sid}/Recordings", found, request.query)


def _page(sim: Simulator, path: str, found: list[Recording], query: Values) -> RestAnswer:
    items: list[dict[str, Any]] = [render_recording(sim, r) for r in found]
    return RestAnswer(200, page(f"{base_uri(sim)}/{path}.json", "recordings", items, query))


async def fetch_recording(sim: Simulator, request: RestRequest) -> RestAnswer:
    """One recording of a call or a conference."""
    return RestAnswer(200, render_recording(sim, _recording(sim, request)))


async def update_recording(sim: Simulator, request: RestRequest) -> RestAnswer:
    """Pause, resume or stop a recording that runs."""
    recording = _recording(sim, request)
    status = request.form.text("Status") or ""
    if status not in ("in-progress", "paused", "stopped"):
        raise RestError(400, 21220, "Status: must be in-progress, paused or stopped")
    if recording.ended is not None:
        raise RestError(404, 20404, f"The recording {recording.sid} has ended")
    sim.recordings.set_status(recording, status, skips=request.form.text("PauseBehavior") == "skip")
    return RestAnswer(200, render_recording(sim, recording))


async def delete_recording(sim: Simulator, request: RestRequest) -> RestAnswer:
    """Forget a recording that has ended."""
    return _delete(sim, _recording(sim, request))


def _delete(sim: Simulator, recording: Recording) -> RestAnswer:
    if recording.ended is None:
        raise RestError(409, 20009, "Sid: a running recording cannot be deleted")
    del sim.recordings.by_sid[recording.sid]
    return RestAnswer(204, None)


def _of_account(sim: Simulator, sid: str) -> Recording:
    recording = sim.recordings.by_sid.get(sid)
    if recording is None:
        raise RestError(404, 20404, f"The recording {sid} was not found")
    return recording


async def list_account_recordings(sim: Simulator, request: RestRequest) -> RestAnswer:
    """All recordings of the account, newest first, filtered."""
    query = request.query
    found = [
        r
        for r in reversed(sim.recordings.by_sid.values())
        if in_dates(query, "DateCreated", r.began)
        and query.text("CallSid") in (None, r.call_sid)
        and query.text("ConferenceSid") in (None, r.conference.sid if r.conference else None)
    ]
    return _page(sim, "Recordings", found, query)


async def fetch_account_recording(sim: Simulator, request: RestRequest) -> RestAnswer:
    """One recording, whatever it is of."""
    return RestAnswer(200, render_recording(sim, _of_account(sim, request.path["Sid"])))


async def delete_account_recording(sim: Simulator, request: RestRequest) -> RestAnswer:
    """Forget a recording that has ended, whatever it is of."""
    return _delete(sim, _of_account(sim, request.path["Sid"]))


def media(sim: Simulator, sid: str, kind: str) -> Response:
    """The audio (`wav` or `mp3`); RestError 404 while there is none: running, absent, deleted, or a fault."""
    recording = _of_account(sim, sid)
    if recording.status != "completed":
        raise RestError(404, 20404, f"The recording {sid} has no media ({recording.status})")
    if recording.missing_fetches > 0:
        recording.missing_fetches -= 1
        raise RestError(404, 20404, f"The media of {sid} is not there yet (injected fault)")
    if kind == "mp3":
        body = to_mp3(recording.length)
    else:
        body = to_wav(recording.pieces, recording.length, recording.channels)
    return Response(body, media_type=MEDIA_TYPES[kind])
