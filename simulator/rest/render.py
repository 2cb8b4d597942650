"""Resources as the REST API writes them: RFC 2822 dates, durations as text, all fields present."""

from typing import Any

from simulator.calls import Call, CallStatus
from simulator.network import Simulator
from simulator.queues import QueueEntry, WaitingQueue
from simulator.recordings import Recording
from simulator.rooms import Conference, Participant
from simulator.webhook_fields import API_VERSION, rfc2822

# Callbacks know a source more than Twilio's REST document does.
REST_SOURCES = {"StartCallRecordingTwiML": "StartCallRecordingAPI"}


def base_uri(sim: Simulator) -> str:
    """The account's prefix."""
    return f"/{API_VERSION}/Accounts/{sim.config.account_sid}"


def render_call(sim: Simulator, call: Call) -> dict[str, Any]:
    """A Call resource."""
    uri = f"{base_uri(sim)}/Calls/{call.sid}"
    return {
        "account_sid": sim.config.account_sid,
        "answered_by": None,
        "api_version": API_VERSION,
        "caller_name": None,
        "date_created": rfc2822(call.created),
        "date_updated": rfc2822(call.updated),
        "direction": call.direction,
        "duration": str(call.duration) if call.ended is not None else None,
        "end_time": rfc2822(call.ended) if call.ended is not None else None,
        "forwarded_from": None,
        "from": call.from_,
        "from_formatted": call.from_,
        "group_sid": None,
        "parent_call_sid": call.parent_sid,
        "phone_number_sid": call.phone_number_sid,
        "price": None,
        "price_unit": "USD",
        "sid": call.sid,
        "start_time": rfc2822(call.started) if call.started is not None else None,
        "status": call.status.value,
        "subresource_uris": {"recordings": f"{uri}/Recordings.json"},
        "to": call.to,
        "to_formatted": call.to,
        "trunk_sid": None,
        "uri": f"{uri}.json",
        "queue_time": str(round(call.queue_time * 1000)),
    }


def render_conference(sim: Simulator, conference: Conference) -> dict[str, Any]:
    """A Conference resource."""
    uri = f"{base_uri(sim)}/Conferences/{conference.sid}"
    return {
        "account_sid": sim.config.account_sid,
        "api_version": API_VERSION,
        "call_sid_ending_conference": conference.ended_by,
        "date_created": rfc2822(conference.created),
        "date_updated": rfc2822(conference.updated),
        "friendly_name": conference.name,
        "reason_conference_ended": conference.reason_ended,
        "region": "us1",
        "sid": conference.sid,
        "status": conference.status,
        "subresource_uris": {"participants": f"{uri}/Participants.json"},
        "uri": f"{uri}.json",
    }


def render_participant(sim: Simulator, participant: Participant) -> dict[str, Any]:
    """A Participant resource."""
    call, conference = participant.call, participant.conference
    return {
        "account_sid": sim.config.account_sid,
        "call_sid": call.sid,
        "call_sid_to_coach": participant.coach_sid,
        "coaching": participant.coaching,
        "conference_sid": conference.sid,
        "date_created": rfc2822(participant.created),
        "date_updated": rfc2822(participant.updated),
        "end_conference_on_exit": participant.ends,
        "hold": participant.hold,
        "label": participant.label,
        "muted": participant.muted,
        "queue_time": str(round(call.queue_time * 1000)) if call.status is CallStatus.QUEUED else None,
        "start_conference_on_enter": participant.starts,
        "status": participant.status,
        "uri": f"{base_uri(sim)}/Conferences/{conference.sid}/Participants/{call.sid}.json",
    }


def render_queue(sim: Simulator, queue: WaitingQueue) -> dict[str, Any]:
    """A Queue resource."""
    return {
        "account_sid": sim.config.account_sid,
        "average_wait_time": queue.average_wait,
        "current_size": len(queue.entries),
        "date_created": rfc2822(queue.created),
        "date_updated": rfc2822(queue.created),
        "friendly_name": queue.name,
        "max_size": queue.max_size,
        "sid": queue.sid,
        "uri": f"{base_uri(sim)}/Queues/{queue.sid}.json",
    }


def render_member(sim: Simulator, entry: QueueEntry) -> dict[str, Any]:
    """A queue Member resource."""
    return {
        "call_sid": entry.call.sid,
        "date_enqueued": rfc2822(entry.since),
        "position": entry.queue.position(entry),
        "queue_sid": entry.queue.sid,
        "uri": f"{base_uri(sim)}/Queues/{entry.queue.sid}/Members/{entry.call.sid}.json",
        "wait_time": int(sim.clock.now() - entry.since),
    }


def render_recording(sim: Simulator, recording: Recording) -> dict[str, Any]:
    """A Recording resource, of a call or a conference."""
    call, conference = recording.call, recording.conference
    folder = f"Calls/{call.sid}" if call else f"Conferences/{conference.sid if conference else ''}"
    shown: dict[str, Any] = {
        "account_sid": sim.config.account_sid,
        "api_version": API_VERSION,
        "call_sid": recording.call_sid,
        "channels": recording.channels,
        "conference_sid": conference.sid if conference else None,
        "date_created": rfc2822(recording.began),
        "date_updated": rfc2822(recording.ended or recording.began),
        "duration": str(recording.duration) if recording.ended is not None else None,
        "encryption_details": None,
        "error_code": None,
        "price": None,
        "price_unit": "USD",
        "sid": recording.sid,
        "source": REST_SOURCES.get(recording.source, recording.source),
        "start_time": rfc2822(recording.began),
        "status": recording.status,
        "uri": f"{base_uri(sim)}/{folder}/Recordings/{recording.sid}.json",
    }
    return shown | ({"track": recording.track} if call else {})
