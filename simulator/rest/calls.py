"""Calls and their recordings over REST."""

import asyncio

from simulator.addresses import is_dialable
from simulator.calls import Call, Callback, CallStatus, GoTo, RecordOnAnswer
from simulator.config import Application
from simulator.network import Simulator
from simulator.rest.paging import in_dates, page
from simulator.rest.render import base_uri, render_call
from simulator.rest.request import RestAnswer, RestRequest
from simulator.rest.validation import RestError, Values
from simulator.sources import Fetch, Inline

DEFAULT_RING_SECONDS = 60
LONGEST_RING_SECONDS = 600
HANG_UP_SECONDS = 1.0  # real s a hang-up command waits for the call to be over before it answers


def check_addresses(sim: Simulator, form: Values) -> None:
    """To must be dialable, From a number of the account (or a client, or passed on by CallToken)."""
    to, from_ = form.text("To") or "", form.text("From") or ""
    if not is_dialable(to):
        raise RestError(400, 21211, f"To: {to!r} is not a number in E.164, client: or sip: address")
    limit = sim.config.knobs.calls_at_once
    if limit and sum(call.live for call in sim.calls.values()) >= limit:
        raise RestError(429, 10004, "Call concurrency limit exceeded")
    if sim.create_queue() > sim.config.knobs.longest_create_queue:
        raise RestError(429, 22005, "The queue of new calls is full")
    if any(to.startswith(prefix) for prefix in sim.config.blocked_prefixes):
        raise RestError(400, 21215, f"To: the account may not call {to}: no geographic permission")
    own = sim.account.number(from_) is not None
    if not own and not from_.startswith(("client:", "sip:")) and "CallToken" not in form:
        raise RestError(400, 21212, f"From: {from_!r} is not a number of this account")


def leg_callback(form: Values) -> Callback | None:
    """The status callback fields of a create request."""
    url = form.text("StatusCallback")
    if not url:
        return None
    events = form.words("StatusCallbackEvent", "completed")
    return Callback(url, form.text("StatusCallbackMethod") or "POST", events)


def ring_seconds(form: Values) -> int:
    """The Timeout field, capped as Twilio does."""
    return min(form.number("Timeout", DEFAULT_RING_SECONDS), LONGEST_RING_SECONDS)


async def create_call(sim: Simulator, request: RestRequest) -> RestAnswer:
    """Dial a leg that follows Url or Twiml once answered."""
    form = request.form
    check_addresses(sim, form)
    application = _application(sim, form)
    source = _source(form) or (Fetch(application.voice_url, "voice.redirect") if application else None)
    if source is None:
        raise RestError(400, 21205, "Url: Url or Twiml is required")
    call = sim.new_leg(form.text("From") or "", form.text("To") or "")
    call.status_callback = leg_callback(form)
    call.fallback_url = form.text("FallbackUrl")
    if application and call.fallback_url is None:
        call.fallback_url = application.voice_fallback_url
    call.send_digits = form.text("SendDigits") or ""
    call.record = leg_recording(form)
    call.fallback_method = form.text("FallbackMethod") or "POST"
    call.time_limit = float(form.number("TimeLimit", 0)) or None
    sim.start_leg(call, source, ring_seconds(form))
    return RestAnswer(201, render_call(sim, call), call.sid)


def _application(sim: Simulator, form: Values) -> Application | None:
    sid = form.text("ApplicationSid")
    if sid is None:
        return None
    application = sim.account.application(sid)
    if application is None:
        raise RestError(400, 21218, f"ApplicationSid: there is no application {sid}")
    return application


def recording_callback(form: Values, prefix: str = "") -> Callback | None:
    """The recording status callback fields of a create request."""
    url = form.text(f"{prefix}RecordingStatusCallback")
    if not url:
        return None
    events = form.words(f"{prefix}RecordingStatusCallbackEvent", "completed")
    return Callback(url, form.text(f"{prefix}RecordingStatusCallbackMethod") or "POST", events)


def leg_recording(form: Values) -> RecordOnAnswer | None:
    """The Record fields of a create request."""
    if not form.flag("Record"):
        return None
    return RecordOnAnswer(
        source="OutboundAPI",
        callback=recording_callback(form),
        channels=2 if form.text("RecordingChannels") == "dual" else 1,
        track=form.text("RecordingTrack") or "both",
        trim=form.text("Trim") == "trim-silence",
    )


def _source(form: Values) -> Fetch | Inline | None:
    twiml, url = form.text("Twiml"), form.text("Url")
    if twiml:
        return Inline(twiml)
    return Fetch(url, "voice.redirect", form.text("Method") or "POST") if url else None


async def list_calls(sim: Simulator, request: RestRequest) -> RestAnswer:
    """Calls, newest first, filtered."""
    query = request.query
    wanted = [
        call
        for call in reversed(sim.calls.values())
        if query.text("To") in (None, call.to)
        and query.text("From") in (None, call.from_)
        and query.text("Status") in (None, call.status.value)
        and query.text("ParentCallSid") in (None, call.parent_sid)
        and in_dates(query, "StartTime", call.started)
        and in_dates(query, "EndTime", call.ended)
    ]
    items = [render_call(sim, call) for call in wanted]
    return RestAnswer(200, page(f"{base_uri(sim)}/Calls.json", "calls", items, query))


def find_call(sim: Simulator, sid: str) -> Call:
    """The call; raises RestError 404."""
    call = sim.calls.get(sid)
    if call is None:
        raise RestError(404, 20404, f"The call {sid} was not found")
    return call


async def fetch_call(sim: Simulator, request: RestRequest) -> RestAnswer:
    """One call."""
    return RestAnswer(200, render_call(sim, find_call(sim, request.path["Sid"])))


async def update_call(sim: Simulator, request: RestRequest) -> RestAnswer:
    """Redirect a call in progress, or end (completed) or cancel it; `canceled` does nothing once answered."""
    call, form = find_call(sim, request.path["Sid"]), request.form
    source = _source(form)
    status = form.text("Status")
    if not call.live:
        raise RestError(400, 21220, f"Status: the call is over ({call.status.value}) and cannot be changed")
    if source is not None and call.status is not CallStatus.IN_PROGRESS:
        raise RestError(400, 21220, "Url: the call is not in progress and cannot be redirected")
    if form.text("StatusCallback"):
        call.status_callback = leg_callback(form)
    call.fallback_url = form.text("FallbackUrl") or call.fallback_url
    ringing = call.status in (CallStatus.QUEUED, CallStatus.RINGING)
    if status == "completed" or (status == "canceled" and ringing):
        sim.hang_up(call, by="api")
        if call.task:
            await asyncio.wait({call.task}, timeout=HANG_UP_SECONDS)
    elif source is not None:
        call.interrupt(GoTo(source))
    return RestAnswer(200, render_call(sim, call))


async def delete_call(sim: Simulator, request: RestRequest) -> RestAnswer:
    """Forget a call that is over."""
    call = find_call(sim, request.path["Sid"])
    if call.live:
        raise RestError(409, 20009, "Sid: a live call cannot be deleted")
    del sim.calls[call.sid]
    return RestAnswer(204, None)
