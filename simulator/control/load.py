"""Control of a busy hour: start it, see how far it is, end it."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.control.http import ControlError, read_body
from simulator.load import Drive, busy_hour
from simulator.network import Simulator

MOST_CALLS = 100_000
LONGEST = 86_400.0  # s


class LoadControl:
    """Handlers of /sim/load. One busy hour at a time."""

    def __init__(self, sim: Simulator) -> None:
        self._sim = sim
        self._drive: Drive | None = None
        self._began = 0.0
        self._seconds = 0.0

    def routes(self) -> list[Route]:
        """What it serves."""
        return [
            Route("/sim/load", self.start, methods=["POST"]),
            Route("/sim/load", self.show),
            Route("/sim/load", self.stop, methods=["DELETE"]),
        ]

    async def start(self, request: Request) -> Response:
        """{"calls": expected number, "seconds": virtual, "seed"?: 1} → what GET answers. 409 while one runs."""
        if self._drive is not None and self._is_coming():
            raise ControlError(409, "a busy hour is under way; DELETE /sim/load ends it")
        body = await read_body(request)
        calls = _number(body, "calls", MOST_CALLS)
        self._seconds = _number(body, "seconds", LONGEST)
        seed = body.get("seed", 1)
        if isinstance(seed, bool) or not isinstance(seed, int):
            raise ControlError(422, "must be a whole number", "seed")
        config = self._sim.config
        plan = busy_hour(
            seed=seed,
            numbers=[number.number for number in config.numbers],
            calls=max(1, round(calls)),
            seconds=self._seconds,
            callers=[caller.number for caller in config.callers if caller.number],
        )
        self._drive, self._began = Drive(plan), self._sim.clock.now()
        self._drive.start(self._sim)
        return JSONResponse(self._state(self._drive), 201)

    async def show(self, _: Request) -> Response:
        """{"planned", "share": of the time, "is_over", "report": LoadReport}. 404 before the first one."""
        if self._drive is None:
            raise ControlError(404, "no busy hour was started")
        return JSONResponse(self._state(self._drive))

    async def stop(self, _: Request) -> Response:
        """No further calls come; those in progress go on."""
        if self._drive is not None:
            self._drive.is_stopped = True
        return Response(status_code=204)

    def _is_coming(self) -> bool:
        drive = self._drive
        return drive is not None and not drive.is_stopped and self._passed() < self._seconds

    def _passed(self) -> float:
        return self._sim.clock.now() - self._began

    def _state(self, drive: Drive) -> dict[str, object]:
        report = drive.report()
        return {
            "planned": len(drive.plan),
            "share": min(1.0, self._passed() / self._seconds),
            "is_over": not self._is_coming() and not report.live,
            "report": report.as_json(),
        }


def _number(body: dict[str, object], field: str, most: float) -> float:
    value = body.get(field)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= most:
        raise ControlError(422, f"must be a number greater than 0, at most {most:g}", field)
    return float(value)
