"""Small scenarios for tests: say only what matters."""

from typing import Any

from app.routing.simulation.loading import read
from app.routing.simulation.report import Report
from app.routing.simulation.simulate import simulate

Json = dict[str, Any]


def constant(seconds: float) -> Json:
    return {"kind": "constant", "value": seconds}


def exponential(seconds: float) -> Json:
    return {"kind": "exponential", "mean": seconds}


def recorded(*times: float) -> Json:
    return {"kind": "recorded", "times": list(times)}


def poisson(per_hour: Any, **more: Any) -> Json:
    return {"kind": "poisson", "per_hour": per_hour, **more}


def kind(
    name: str = "calls", arrivals: Json | None = None, handle_time: Json | None = None, **more: Any
) -> Json:
    """A class; by default 60 calls an hour of 60 s."""
    return {
        "name": name,
        "arrivals": arrivals or poisson(60),
        "handle_time": handle_time or exponential(60),
        **more,
    }


def pool(name: str = "agents", agents: int | None = 1, queues: Json | None = None, **more: Any) -> Json:
    found = {"name": name, "queues": queues or {"calls": 1}, **more}
    return found if agents is None else found | {"agents": agents}


def scene(*classes: Json, pools: list[Json] | None = None, **more: Any) -> Json:
    """A scenario; one class and one agent unless told otherwise."""
    return {"name": "test", "classes": list(classes) or [kind()], "pools": pools or [pool()], **more}


def report(raw: Json, seed: int = 1) -> Report:
    return simulate(read(raw), seed)


def value(found: Report, metric: str, group: str = "all") -> float:
    return found.groups[group].metrics[metric].value
