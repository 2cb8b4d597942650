"""What all handlers of the control API share: errors, bodies, and how a call is shown."""

from json import JSONDecodeError
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulator.addresses import E164
from simulator.calls import Call
from simulator.people import NotLiveError


class ControlError(Exception):
    """A bad request to the control API; `field` names what is wrong, if a field is."""

    def __init__(self, status: int, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.field = field

    def response(self) -> JSONResponse:
        """The answer: {"error", "field"?}."""
        body = {"error": str(self)} | ({"field": self.field} if self.field else {})
        return JSONResponse(body, self.status)


def call_state(call: Call) -> dict[str, Any]:
    """What the phone page shows of a call."""
    seat = call.participant if call.participant and call.participant.joined else None
    others = [p for p in seat.conference.present if p is not seat] if seat else []
    collector = call.collector
    return {
        "call_sid": call.sid,
        "status": call.status.value,
        "from": call.from_,
        "to": call.to,
        "direction": call.direction,
        "address": call.address,
        "params": call.custom,
        "since": call.created,
        "answered": call.answered,
        "ended": call.ended,
        "met_at": call.met_at,
        "hearing": call.hearing,
        "collecting": {"input": collector.kinds, "numDigits": collector.num_digits} if collector else None,
        "in_queue": call.queue_entry.queue.name if call.queue_entry else None,
        "in_conference": seat.conference.name if seat else None,
        "on_hold": bool(seat and seat.hold),
        "peers": [p.label or p.call.from_ for p in others],
    }


async def control_error(request: Request, error: Exception) -> Response:
    """Answer for ControlError and for actions on a call that is over."""
    if isinstance(error, ControlError):
        return error.response()
    return ControlError(409, str(error)).response()


EXCEPTIONS = (ControlError, NotLiveError)


async def read_body(request: Request) -> dict[str, Any]:
    """The JSON object of a request; ControlError 422 for anything else."""
    try:
        body = await request.json()
    except (JSONDecodeError, UnicodeDecodeError):
        raise ControlError(422, "the body must be JSON") from None
    if not isinstance(body, dict):
        raise ControlError(422, "the body must be a JSON object")
    return body


def text_of(body: dict[str, Any], field: str) -> str:
    """A text field; ControlError 422 naming it otherwise."""
    value = body.get(field)
    if not isinstance(value, str):
        raise ControlError(422, "must be a text", field)
    return value


def require_e164(value: object, field: str) -> None:
    """ControlError 422 naming the field unless it is a number in E.164."""
    if not isinstance(value, str) or not E164.match(value):
        raise ControlError(422, "must be an E.164 number like +886912345678", field)
