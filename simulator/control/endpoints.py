"""Control of endpoints: telephones outside, softphones, SIP phones, and the legs that ring them."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.addresses import is_dialable
from simulator.calls import Call, CallStatus
from simulator.control.http import ControlError, call_state, read_body
from simulator.endpoints import Behaviour
from simulator.network import Simulator

LONGEST_SEQUENCE = 100  # behaviours of `following`


class EndpointControl:
    """Handlers of /sim/endpoints."""

    def __init__(self, sim: Simulator) -> None:
        self._sim = sim

    def routes(self) -> list[Route]:
        """What it serves."""
        return [
            Route("/sim/endpoints", self.listing),
            Route("/sim/endpoints/{address}", self.fetch),
            Route("/sim/endpoints/{address}", self.put, methods=["PUT"]),
            Route("/sim/endpoints/{address}", self.forget, methods=["DELETE"]),
            Route("/sim/endpoints/{address}/accept", self.accept, methods=["POST"]),
            Route("/sim/endpoints/{address}/reject", self.reject, methods=["POST"]),
            Route("/sim/endpoints/{address}/hangup", self.hangup, methods=["POST"]),
        ]

    async def listing(self, request: Request) -> Response:
        """{"registered", "policies", "legs": live calls the product made, newest first, "last_n": of the journal}."""
        legs = [call_state(c) for c in reversed(self._sim.calls.values()) if c.live and not c.human_is_caller]
        shown = self._sim.endpoints.as_json()
        return JSONResponse(shown | {"legs": legs, "last_n": self._sim.journal.last_n})

    async def fetch(self, request: Request) -> Response:
        """{"address", "policy", "after", "then", "greeting", "legs"} of one endpoint."""
        address = _address(request)
        behaviour = self._sim.endpoints.behaviour(address).as_json()
        return JSONResponse(
            {"address": address, **behaviour, "legs": [call_state(call) for call in self._legs(address)]}
        )

    async def put(self, request: Request) -> Response:
        """{"policy", "after"?: virtual seconds, "then"?: steps, "greeting"?, "following"?: behaviours}: script it."""
        address, body = _address(request), await read_body(request)
        following = body.pop("following", [])
        if not isinstance(following, list) or len(following) > LONGEST_SEQUENCE:
            raise ControlError(422, f"must be a list of at most {LONGEST_SEQUENCE} behaviours", "following")
        if not all(isinstance(item, dict) for item in following):
            raise ControlError(422, "must be a list of objects like {policy: busy}", "following")
        try:
            sequence = [Behaviour.from_json(item) for item in following]
            self._sim.endpoints.put(address, Behaviour.from_json(body), sequence)
        except ValueError as error:
            raise ControlError(422, str(error), str(error).partition(":")[0]) from error
        return JSONResponse(self._sim.endpoints.as_json())

    async def forget(self, request: Request) -> Response:
        """Back to what the endpoint does by itself."""
        self._sim.endpoints.forget(_address(request))
        return Response(status_code=204)

    async def accept(self, request: Request) -> Response:
        """The person there answers what rings; 409 when nothing does."""
        return self._on_ringing(_address(request), self._sim.people.answer)

    async def reject(self, request: Request) -> Response:
        """The person there refuses what rings; 409 when nothing does."""
        return self._on_ringing(_address(request), self._sim.people.reject)

    async def hangup(self, request: Request) -> Response:
        """The person there hangs up the newest call; 409 when there is none."""
        address = _address(request)
        for call in self._legs(address):
            self._sim.people.hang_up(call)
            return JSONResponse(call_state(call))
        raise ControlError(409, f"{address} has no call")

    def _legs(self, address: str) -> list[Call]:
        return [c for c in reversed(self._sim.calls.values()) if c.live and c.address == address]

    def _on_ringing(self, address: str, act: Callable[[Call], bool]) -> Response:
        for call in self._legs(address):
            if call.status is CallStatus.RINGING and not call.human_is_caller and act(call):
                return JSONResponse(call_state(call))
        raise ControlError(409, f"{address} does not ring")


def _address(request: Request) -> str:
    address: str = request.path_params["address"]
    if not is_dialable(address):
        raise ControlError(422, "must be a number in E.164, client:name or sip:name@host", "address")
    return address
