"""Control of calls: dial, press, speak, answer, reject, hang up."""

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.calls import Call
from simulator.control.http import ControlError, call_state, read_body, require_e164, text_of
from simulator.network import Simulator
from simulator.people import DEFAULT_CONFIDENCE, UnknownNumberError
from simulator.scripts import parse_steps

ANONYMOUS = "anonymous"
LISTED = 200  # calls of one answer at most


class CallControl:
    """Handlers of /sim/directory and /sim/calls."""

    def __init__(self, sim: Simulator) -> None:
        self._sim = sim

    def routes(self) -> list[Route]:
        """What it serves."""
        actions = {
            "press": self.press,
            "say": self.say,
            "silence": self.silence,
            "hangup": self.hangup,
            "answer": self.answer,
            "reject": self.reject,
        }
        return [
            Route("/sim/directory", self.directory),
            Route("/sim/calls", self.place, methods=["POST"]),
            Route("/sim/calls", self.listing),
            Route("/sim/calls/{sid}", self.fetch),
            *(Route(f"/sim/calls/{{sid}}/{name}", act, methods=["POST"]) for name, act in actions.items()),
        ]

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
        """{"from": E.164 | null | "anonymous", "to": E.164, "script"?: steps} → 201 {"call_sid"}; 404 for an
        unknown number."""
        body = await read_body(request)
        from_, to = body.get("from"), body.get("to")
        if from_ is None:
            from_ = self._sim.config.knobs.withheld_number
        elif from_ != ANONYMOUS:
            require_e164(from_, "from")
        require_e164(to, "to")
        try:
            steps = parse_steps(body.get("script", []), "script")
        except ValueError as error:
            raise ControlError(422, str(error), str(error).partition(":")[0]) from error
        try:
            call = self._sim.people.dial(from_, str(to), steps)
        except UnknownNumberError:
            raise ControlError(404, f"nobody has the number {to}; see /sim/directory", "to") from None
        return JSONResponse({"call_sid": call.sid}, 201)

    def _call(self, request: Request) -> Call:
        call = self._sim.calls.get(request.path_params["sid"])
        if call is None:
            raise ControlError(404, "there is no such call")
        return call

    async def listing(self, request: Request) -> Response:
        """Calls, newest first; `?live=true` those that are not over, `?address=` those of one person."""
        address = request.query_params.get("address")
        live = request.query_params.get("live") == "true"
        found = [
            call_state(call)
            for call in reversed(self._sim.calls.values())
            if address in (None, call.address) and (call.live or not live)
        ]
        return JSONResponse({"calls": found[:LISTED]})

    async def fetch(self, request: Request) -> Response:
        """One call."""
        return JSONResponse(call_state(self._call(request)))

    async def press(self, request: Request) -> Response:
        """{"digits"}."""
        call, body = self._call(request), await read_body(request)
        try:
            self._sim.people.press(call, text_of(body, "digits"))
        except ValueError as error:
            raise ControlError(422, str(error), "digits") from error
        return JSONResponse(call_state(call))

    async def say(self, request: Request) -> Response:
        """{"text", "confidence"?: 0…1 or null}."""
        call, body = self._call(request), await read_body(request)
        confidence = body.get("confidence", DEFAULT_CONFIDENCE)
        if confidence is not None and (not isinstance(confidence, int | float) or not 0 <= confidence <= 1):
            raise ControlError(422, "must be a number from 0 to 1, or null", "confidence")
        self._sim.people.say(call, text_of(body, "text"), confidence)
        return JSONResponse(call_state(call))

    async def silence(self, request: Request) -> Response:
        """The person makes a noise without a word: a Gather that listens for speech hears nothing it knows."""
        call = self._call(request)
        self._sim.people.say(call, "")
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
