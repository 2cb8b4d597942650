"""Control of the network itself: state, journal, faults, oracles."""

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.clock import RealClock, SteppedClock
from simulator.control.http import ControlError, call_state, read_body, text_of
from simulator.fault_families import FAMILIES, put_in_force
from simulator.faults import FaultRule
from simulator.hearing import Timeline
from simulator.network import Simulator
from simulator.oracles import ProductReport


class WorldControl:
    """Handlers of everything that is neither a call nor an endpoint."""

    def __init__(self, sim: Simulator) -> None:
        self._sim = sim

    def routes(self) -> list[Route]:
        """What it serves."""
        return [
            Route("/healthz", self.health),
            Route("/sim/state", self.state),
            Route("/sim/journal", self.journal),
            Route("/sim/faults", self.faults),
            Route("/sim/clock", self.clock),
            Route("/sim/clock", self.set_clock, methods=["POST"]),
            Route("/sim/hears", self.hears),
            Route("/sim/faults", self.add_fault, methods=["POST"]),
            Route("/sim/faults", self.clear_faults, methods=["DELETE"]),
            Route("/sim/oracles", self.oracles),
            Route("/sim/oracles", self.compare, methods=["POST"]),
        ]

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

    async def faults(self, request: Request) -> Response:
        """{"rules": in force, "families": {name: {group, says}}}."""
        rules = [rule.as_json() | {"applied": rule.applied} for rule in self._sim.faults.rules]
        families = {f.name: {"group": f.group, "says": f.says} for f in FAMILIES.values()}
        return JSONResponse({"rules": rules, "families": families})

    async def clock(self, request: Request) -> Response:
        """{"mode": real | stepped, "now": virtual seconds since the epoch, "speed"}."""
        clock = self._sim.clock
        stepped = isinstance(clock, SteppedClock)
        speed = clock.speed if isinstance(clock, RealClock) else None
        return JSONResponse({"mode": "stepped" if stepped else "real", "now": clock.now(), "speed": speed})

    async def set_clock(self, request: Request) -> Response:
        """{"advance": virtual seconds} moves a stepped clock on; {"speed": n} changes the pace of a real one."""
        body, clock = await read_body(request), self._sim.clock
        field = "advance" if isinstance(clock, SteppedClock) else "speed"
        value = body.get(field)
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0 or len(body) != 1:
            raise ControlError(422, f"must hold only {field}: a number greater than 0", field)
        if isinstance(clock, SteppedClock):
            await clock.advance(float(value))
        elif isinstance(clock, RealClock):
            clock.set_speed(float(value))
        return await self.clock(request)

    async def hears(self, request: Request) -> Response:
        """{"t", "pairs": [{"listener", "speaker"}]}: who hears whom now, or at ?t= (virtual seconds)."""
        text = request.query_params.get("t")
        try:
            t = self._sim.clock.now() if text is None else float(text)
        except ValueError:
            raise ControlError(422, "must be a number of seconds", "t") from None
        found = sorted(self._sim.hearing.now) if text is None else Timeline(self._sim.journal).matrix(t)
        pairs = [{"listener": listener, "speaker": speaker} for listener, speaker in found]
        return JSONResponse({"t": t, "pairs": pairs})

    async def add_fault(self, request: Request) -> Response:
        """A fault rule (see FaultRule), or {"family": name} (see fault_families.py)."""
        body = await read_body(request)
        if "family" in body:
            name = text_of(body, "family")
            if name not in FAMILIES:
                raise ControlError(422, f"must be one of {', '.join(FAMILIES)}", "family")
            put_in_force(self._sim.faults, name)
            return JSONResponse({"ok": True}, 201)
        try:
            self._sim.faults.add(FaultRule.from_json(body))
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

    async def compare(self, request: Request) -> Response:
        """A product's report (see oracles/report.py) → {"violations": […]} with the oracles that need one."""
        try:
            report = ProductReport.from_json(await read_body(request))
        except (ValueError, TypeError) as error:
            raise ControlError(422, str(error), str(error).partition(":")[0]) from error
        return JSONResponse({"violations": [asdict(v) for v in self._sim.oracles(report)]})

    async def health(self, request: Request) -> Response:
        """Alive."""
        return JSONResponse({"status": "ok"})
