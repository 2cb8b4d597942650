"""The control API of people: the phone page, scripts and tests dial, press, speak and look through it."""

from dataclasses import asdict
from json import JSONDecodeError
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulator.addresses import E164
from simulator.calls import Call
from simulator.endpoints import DEFAULT_ANSWER_AFTER, Policy
from simulator.faults import FaultRule
from simulator.network import Simulator
from simulator.people import DEFAULT_CONFIDENCE, NotLiveError, UnknownNumberError

ANONYMOUS = "anonymous"


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
        "hearing": call.hearing,
        "collecting": {"input": collector.kinds, "numDigits": collector.num_digits} if collector else None,
        "in_queue": call.queue_entry.queue.name if call.queue_entry else None,
        "in_conference": seat.conference.name if seat else None,
        "on_hold": bool(seat and seat.hold),
        "peers": [p.label or p.call.from_ for p in others],
    }


class Control:
    """Handlers of /sim/…"""

    def __init__(self, sim: Simulator) -> None:
        self._sim = sim

    async def directory(self, request: Request) -> Response:
        """Numbers to call and people to call them."""
        config = self._sim.config
        return JSONResponse(
            {
                "numbers": [{"number": n.number, "label": n.label} for n in config.numbers],
                "callers": [asdict(caller) for caller in config.callers],
            }
        )

    async def place(self, request: Request) -> Response:
        """{"from": E.164 | null | "anonymous", "to": E.164} → 201 {"call_sid"}; 404 for an unknown number."""
        body = await _body(request)
        from_, to = body.get("from"), body.get("to")
        if from_ is None:
            from_ = self._sim.config.knobs.withheld_number
        elif from_ != ANONYMOUS:
            _require_e164(from_, "from")
        _require_e164(to, "to")
        try:
            call = self._sim.people.dial(from_, str(to))
        except UnknownNumberError:
            raise ControlError(404, f"nobody has the number {to}; see /sim/directory", "to") from None
        return JSONResponse({"call_sid": call.sid}, 201)

    def _call(self, request: Request) -> Call:
        call = self._sim.calls.get(request.path_params["sid"])
        if call is None:
            raise ControlError(404, "there is no such call")
        return call

    async def fetch(self, request: Request) -> Response:
        """One call."""
        return JSONResponse(call_state(self._call(request)))

    async def press(self, request: Request) -> Response:
        """{"digits"}."""
        call, body = self._call(request), await _body(request)
        try:
            self._sim.people.press(call, _text(body, "digits"))
        except ValueError as error:
            raise ControlError(422, str(error), "digits") from error
        return JSONResponse(call_state(call))

    async def say(self, request: Request) -> Response:
        """{"text", "confidence"?: 0…1 or null}."""
        call, body = self._call(request), await _body(request)
        confidence = body.get("confidence", DEFAULT_CONFIDENCE)
        if confidence is not None and (not isinstance(confidence, int | float) or not 0 <= confidence <= 1):
            raise ControlError(422, "must be a number from 0 to 1, or null", "confidence")
        self._sim.people.say(call, _text(body, "text"), confidence)
        return JSONResponse(call_state(call))

    async def hangup(self, request: Request) -> Response:
        """The person hangs up."""
        call = self._call(request)
        self._sim.people.hang_up(call)
        return JSONResponse(call_state(call))

    async def answer(self, request: Request) -> Response:
        """The person rung answers; 409 when it does not ring."""
        call = self._call(request)
        if not self._sim.people.answer(call):
            raise ControlError(409, f"the call does not ring ({call.status.value})")
        return JSONResponse(call_state(call))

    async def reject(self, request: Request) -> Response:
        """The person rung rejects; 409 when it does not ring."""
        call = self._call(request)
        if not self._sim.people.reject(call):
            raise ControlError(409, f"the call does not ring ({call.status.value})")
        return JSONResponse(call_state(call))

    async def state(self, request: Request) -> Response:
        """Everything live."""
        sim = self._sim
        live = [c for c in sim.conferences.by_sid.values() if c.ended is None]
        return JSONResponse(
            {
                "time": sim.clock.now(),
                "calls": [call_state(call) for call in sim.calls.values() if call.live],
                "queues": [
                    {"sid": q.sid, "name": q.name, "waiting": [e.call.sid for e in q.entries]}
                    for q in sim.queues.by_sid.values()
                ],
                "conferences": [
                    {
                        "sid": c.sid,
                        "name": c.name,
                        "status": c.status,
                        "participants": [
                            {"call_sid": p.call.sid, "label": p.label, "status": p.status, "hold": p.hold}
                            for p in c.participants.values()
                        ],
                    }
                    for c in live
                ],
                "endpoints": sim.endpoints.as_json(),
            }
        )

    async def journal(self, request: Request) -> Response:
        """Journal lines after `n`, of one call or all."""
        after = request.query_params.get("after", "0")
        if not after.isdecimal():
            raise ControlError(422, "must be a whole number", "after")
        entries = self._sim.journal.of(request.query_params.get("call"), after=int(after))
        return JSONResponse({"entries": [entry.as_json() for entry in entries]})

    async def endpoint(self, request: Request) -> Response:
        """{"policy", "after"?: virtual seconds}: script a client: or phone endpoint."""
        body = await _body(request)
        try:
            policy = Policy(str(body.get("policy")))
        except ValueError:
            raise ControlError(422, f"must be one of {', '.join(Policy)}", "policy") from None
        after = body.get("after", DEFAULT_ANSWER_AFTER)
        if not isinstance(after, int | float) or after < 0:
            raise ControlError(422, "must be a number of seconds, 0 or more", "after")
        self._sim.endpoints.set(request.path_params["address"], policy, float(after))
        return JSONResponse(self._sim.endpoints.as_json())

    async def add_fault(self, request: Request) -> Response:
        """A fault rule (see FaultRule)."""
        try:
            self._sim.faults.add(FaultRule.from_json(await _body(request)))
        except ValueError as error:
            raise ControlError(422, str(error), str(error).partition(":")[0]) from error
        return JSONResponse({"ok": True}, 201)

    async def clear_faults(self, request: Request) -> Response:
        """Lift all fault rules."""
        self._sim.faults.clear()
        return Response(status_code=204)

    async def oracles(self, request: Request) -> Response:
        """{"violations": […]}."""
        return JSONResponse({"violations": [asdict(v) for v in self._sim.oracles()]})

    async def health(self, request: Request) -> Response:
        """Alive."""
        return JSONResponse({"status": "ok"})


async def control_error(request: Request, error: Exception) -> Response:
    """Answer for ControlError and for actions on a call that is over."""
    if isinstance(error, ControlError):
        return error.response()
    return ControlError(409, str(error)).response()


EXCEPTIONS = (ControlError, NotLiveError)


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except (JSONDecodeError, UnicodeDecodeError):
        raise ControlError(422, "the body must be JSON") from None
    if not isinstance(body, dict):
        raise ControlError(422, "the body must be a JSON object")
    return body


def _text(body: dict[str, Any], field: str) -> str:
    value = body.get(field)
    if not isinstance(value, str):
        raise ControlError(422, "must be a text", field)
    return value


def _require_e164(value: object, field: str) -> None:
    if not isinstance(value, str) or not E164.match(value):
        raise ControlError(422, "must be an E.164 number like +886912345678", field)
