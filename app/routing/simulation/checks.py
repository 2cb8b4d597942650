"""What must fit together in a scenario and no single field shows; every fault names its field and the way out."""

from collections.abc import Iterator

from app.core.errors import FieldError, InvalidInput
from app.routing.simulation.scenario import (
    HOUR,
    MOST_AGENTS,
    MOST_CONTACTS,
    Constant,
    Distribution,
    Empirical,
    MeasuredInFile,
    Poisson,
    Recorded,
    RecordedInFile,
    Scenario,
)

ALL = "all"  # the group of all classes together


def check(scenario: Scenario) -> None:
    """Raises InvalidInput with every fault."""
    faults = [
        *_names(scenario),
        *_queues(scenario),
        *_agents(scenario),
        *_length(scenario),
        *_answering(scenario),
        *_files(scenario),
    ]
    if faults:
        raise InvalidInput("the scenario does not fit together", errors=faults)


def _names(scenario: Scenario) -> Iterator[FieldError]:
    for field, names in (
        ("classes", [row.name for row in scenario.classes]),
        ("pools", [pool.name for pool in scenario.pools]),
    ):
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield FieldError(field, f"the name {name!r} is there twice")
    for n, row in enumerate(scenario.classes):
        if row.name == ALL:
            yield FieldError(f"classes[{n}].name", f"{ALL!r} stands for all classes together; choose another")
    groups = {ALL} | {row.name for row in scenario.classes}
    for group in sorted(scenario.reference.keys() - groups):
        yield FieldError("reference", f"there is no class {group!r}")


def _queues(scenario: Scenario) -> Iterator[FieldError]:
    served = {queue for pool in scenario.pools for queue in pool.queues}
    wanted = {row.queue_name for row in scenario.classes}
    for n, row in enumerate(scenario.classes):
        if row.queue_name not in served:
            known = ", ".join(sorted(served))
            yield FieldError(
                f"classes[{n}].queue", f"no pool serves {row.queue_name!r}; pools serve: {known}"
            )
    for n, pool in enumerate(scenario.pools):
        for queue in sorted(pool.queues.keys() - wanted):
            known = ", ".join(sorted(wanted))
            yield FieldError(f"pools[{n}].queues", f"no class waits in {queue!r}; classes wait in: {known}")


def _agents(scenario: Scenario) -> Iterator[FieldError]:
    size = sum(pool.size for pool in scenario.pools)
    if size > MOST_AGENTS:
        yield FieldError("pools", f"have {size:,} agents together; at most {MOST_AGENTS:,}")
        return
    ids = {agent for pool in scenario.pools for agent in pool.agent_ids}
    for n, row in enumerate(scenario.classes):
        for i, step in enumerate(row.steps):
            for agent in step.agents or ():
                if agent not in ids:
                    yield FieldError(
                        f"classes[{n}].steps[{i}].agents",
                        f"there is no agent {agent!r}; agents are called <pool>-001, <pool>-002 …",
                    )


def _length(scenario: Scenario) -> Iterator[FieldError]:
    contacts, hours, warm = scenario.contacts, scenario.hours, scenario.warm_up
    streams = [row.arrivals for row in scenario.classes if isinstance(row.arrivals, Poisson)]
    if contacts is not None and hours is not None:
        yield FieldError("contacts", "give either contacts or hours")
    if contacts is None and hours is None and any(stream.is_endless for stream in streams):
        yield FieldError("contacts", "is missing: arrivals have no end; give contacts or hours")
    if hours is not None:
        expected = sum(sum(stream.rates) / len(stream.rates) for stream in streams) * hours
        if expected > MOST_CONTACTS:
            yield FieldError(
                "hours", f"about {expected:,.0f} contacts would arrive; at most {MOST_CONTACTS:,}"
            )
    if warm and warm.contacts is not None and contacts is not None and warm.contacts >= contacts:
        yield FieldError("warm_up.contacts", "must be less than contacts")
    if warm and warm.hours is not None and hours is not None and warm.hours >= hours:
        yield FieldError("warm_up.hours", "must be less than hours")


def _answering(scenario: Scenario) -> Iterator[FieldError]:
    answering, timeout = scenario.answering, scenario.rules.reservation_timeout
    if scenario.rules.auto_accept:
        if answering is not None:
            yield FieldError("answering", "has no effect: set rules.auto_accept to false")
        if timeout is not None:
            yield FieldError("rules.reservation_timeout", "has no effect: set rules.auto_accept to false")
    elif answering is None:
        yield FieldError("answering", "is missing: with rules.auto_accept false, agents answer offers")
    elif timeout is None:
        if answering.unanswered > 0:
            yield FieldError("rules.reservation_timeout", "is missing: unanswered offers would ring for ever")
    elif _shortest(answering.ring_time) >= timeout:
        yield FieldError(
            "answering.ring_time", "must be below rules.reservation_timeout, or nobody ever answers"
        )


def _shortest(distribution: Distribution) -> float:
    match distribution:
        case Constant(value=value):
            return value
        case Empirical(values=values):
            return min(values)
        case _:
            return 0


def _files(scenario: Scenario) -> Iterator[FieldError]:
    for n, row in enumerate(scenario.classes):
        for field in ("arrivals", "handle_time", "patience"):
            if isinstance(getattr(row, field), MeasuredInFile | RecordedInFile):
                yield FieldError(f"classes[{n}].{field}", "the file has not been read; use loading.load")
    if scenario.answering is not None and isinstance(scenario.answering.ring_time, MeasuredInFile):
        yield FieldError("answering.ring_time", "the file has not been read; use loading.load")


def hours_of_tables(scenario: Scenario) -> float:
    """How long the longest table of rates or staff is before it begins again, in hours; 0 without any."""
    lengths = [len(pool.agents_by_hour) for pool in scenario.pools if pool.agents_by_hour is not None]
    tables = [row.arrivals for row in scenario.classes if isinstance(row.arrivals, Poisson)]
    return max([0, *lengths, *(len(one.rates) * one.interval / HOUR for one in tables if len(one.rates) > 1)])


def contacts_of_finite(scenario: Scenario) -> float:
    """How many contacts are to be expected of recorded rows and of tables of rates that do not repeat."""
    expected = 0.0
    for row in scenario.classes:
        match row.arrivals:
            case Recorded(times=times):
                expected += len(times)
            case Poisson() as table if not table.is_endless:
                expected += sum(table.rates) * table.interval / HOUR
    return expected
