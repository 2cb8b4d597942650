"""What scenarios can say, each with numbers one can work out on paper."""

import math
from typing import Any

import pytest

from app.routing.engine import Engine
from app.routing.simulation.customers import customers
from app.routing.simulation.driver import run
from app.routing.simulation.loading import read
from app.routing.simulation.records import Outcome
from tests.routing.simulation.scenes import (
    Json,
    constant,
    exponential,
    kind,
    poisson,
    pool,
    recorded,
    report,
    scene,
    value,
)


def test_one_agent_and_constant_times_give_waits_one_can_add_up() -> None:
    found = report(scene(kind(arrivals=recorded(0, 10, 20, 300), handle_time=constant(60))))
    # waits 0, 50, 100, 0; busy 0..180 and 300..360, of which the window 0..300 sees 180
    assert value(found, "mean_wait") == 37.5
    assert value(found, "p_wait") == 0.5
    assert value(found, "service_level") == 0.5
    assert value(found, "mean_queue") == pytest.approx(150 / 300)
    assert value(found, "occupancy") == pytest.approx(180 / 300)
    assert [value(found, f"wait_p{p}") for p in (50, 80, 90)] == [0, 100, 100]


def test_both_service_levels_differ_by_those_who_gave_up_early() -> None:
    calls = kind(
        arrivals=recorded(0, 1, 2, 3),
        handle_time=constant(100),
        patience={"kind": "empirical", "values": [5]},
    )
    found = report(scene(calls, target_seconds=10))
    assert value(found, "service_level") == 1 / 4
    assert value(found, "service_level_excl_short_abandons") == 1
    assert value(found, "abandon") == 3 / 4
    assert value(found, "mean_wait") == 15 / 4
    assert value(found, "mean_wait_served") == 0


def test_wrapup_counts_as_busy_and_keeps_the_next_one_waiting() -> None:
    calls = kind(arrivals=recorded(0, 10, 200), handle_time=constant(60))
    found = report(scene(calls, rules={"wrapup": 30}))
    assert value(found, "mean_wait") == pytest.approx(80 / 3)
    assert value(found, "occupancy") == pytest.approx(180 / 200)


def test_ring_time_is_part_of_the_wait_and_no_offer_is_lost() -> None:
    calls = kind(arrivals=recorded(*range(0, 40_000, 100)), handle_time=constant(20))
    answering = {"ring_time": constant(4), "unanswered": 0.2, "refused": 0.1, "back_after": 30}
    rules = {"auto_accept": False, "reservation_timeout": 15, "reject_delay": 5}
    found = report(scene(calls, rules=rules, answering=answering))
    assert found.groups["all"].counts["served"] == 400
    assert value(found, "wait_p50") == 4
    made, late, refused = (found.offers[name] for name in ("made", "timed_out", "refused"))
    assert made == 400 + late + refused
    assert late / made == pytest.approx(0.2, abs=0.07)
    assert refused / made == pytest.approx(0.1, abs=0.05)
    # a missed offer costs 15 s of ringing, 30 s of absence and the next ring of 4 s
    assert {round(wait, 6) for wait in _waits(calls, rules, answering)} >= {4, 13, 49}


def _waits(calls: Json, rules: Json, answering: Json) -> list[float]:
    records = run(read(scene(calls, rules=rules, answering=answering)), 1, Engine())
    return [end - start for start, end in zip(records.arrived, records.wait_ended, strict=True)]


def test_ring_time_beyond_the_timeout_is_a_missed_offer() -> None:
    calls = kind(arrivals=recorded(0), handle_time=constant(20))
    answering = {"ring_time": {"kind": "empirical", "values": [40, 5]}, "back_after": 10}
    rules = {"auto_accept": False, "reservation_timeout": 15}
    waits = {_waits_once(seed, calls, rules, answering) for seed in range(12)}
    assert {5, 30} <= waits <= {5, 30, 55, 80, 105, 130}


def _waits_once(seed: int, calls: Json, rules: Json, answering: Json) -> float:
    records = run(read(scene(calls, rules=rules, answering=answering)), seed, Engine())
    return float(records.wait_ended[0])


def test_staff_by_the_hour_comes_and_goes_and_ends_its_calls() -> None:
    staff = pool(agents=None, agents_by_hour=[0, 1, 0])
    calls = kind(arrivals=recorded(1800, 7100, 7300), handle_time=constant(200))
    scenario = scene(calls, pools=[staff], hours=3)
    records = run(read(scenario), 1, Engine())
    assert list(records.wait_ended[:2]) == [3600, 7100]
    assert records.wait_ended[2] == 3600 * 4, "the table begins again"
    (spans,) = records.staffed
    assert next(zip(spans.starts, spans.ends, strict=True)) == (3600, 7300)
    # busy 200 + 200 of 3600 + 100 seconds on duty; the third call lies beyond the window
    assert value(report(scenario), "occupancy") == pytest.approx(400 / 3700)


def test_contacts_whom_nobody_can_serve_are_told_as_unserved() -> None:
    calls = kind(arrivals=recorded(0, 10, 20), steps=[{"skills": {"es": 1}}])
    found = report(scene(calls))
    assert found.groups["all"].counts["unserved"] == 3
    assert "served" in found.warnings[0]


def test_time_to_live_ends_the_wait() -> None:
    found = report(scene(kind(arrivals=recorded(0, 1, 2), handle_time=constant(100), ttl=30)))
    assert value(found, "expired") == pytest.approx(2 / 3)
    assert value(found, "mean_wait") == 20


def test_known_agent_is_waited_for_until_the_limit() -> None:
    calls = kind(arrivals=recorded(0, 1), handle_time=constant(100), last_agent={"share": 1, "seconds": 30})
    waits = set()
    for seed in range(8):
        records = run(read(scene(calls, pools=[pool(agents=2)])), seed, Engine())
        waits.add(records.wait_ended[1] - 1)
    assert waits == {0, 30}


def test_higher_class_waits_less_and_age_credit_moves_only_the_place() -> None:
    base = [kind("a", poisson(27), queue="calls"), kind("b", poisson(27), queue="calls")]
    plain = report(scene(*base, contacts=3_000))
    first = report(scene(base[0], base[1] | {"priority": 1}, contacts=3_000))
    aged = report(scene(base[0], base[1] | {"age_credit": 300}, contacts=3_000))
    for favoured in (first, aged):
        assert value(favoured, "mean_wait", "b") < value(plain, "mean_wait", "b") - 100
        assert value(favoured, "mean_wait", "a") > value(plain, "mean_wait", "a") + 100
        assert value(favoured, "mean_wait") == pytest.approx(value(plain, "mean_wait"), rel=0.03)


def test_delay_keeps_overflow_away_and_each_pool_tells_of_its_own_contacts() -> None:
    pools = [pool("own", 1, {"calls": 1}), pool("help", 1, {"calls": {"rank": 2, "delay": 25}})]
    raw = scene(kind(arrivals=recorded(0, 1, 2), handle_time=constant(300)), pools=pools)
    records = run(read(raw), 1, Engine())
    assert list(records.wait_ended) == [0, 26, 300]
    assert list(records.agent) == [0, 1, 0]
    found = report(raw)
    pair = found.pools["own"], found.pools["help"]
    assert [(one.agents, one.contacts) for one in pair] == [(1, 2), (1, 1)]
    assert [one.mean_wait_served.value for one in pair if one.mean_wait_served] == [149, 25]
    assert [one.served_in_time.value for one in pair if one.served_in_time] == [0.5, 0]


def test_hang_up_at_the_instant_of_expiry_is_no_fault() -> None:
    calls = kind(arrivals=recorded(0, 1), handle_time=constant(100), ttl=30, patience=constant(30))
    records = run(read(scene(calls)), 1, Engine())
    assert Outcome(records.outcome[1]) in (Outcome.ABANDONED, Outcome.EXPIRED)
    assert records.wait_ended[1] == 31


def instants(arrivals: Json, **more: Any) -> list[float]:
    """When contacts arrive."""
    return [at for at, *_ in customers(read(scene(kind(arrivals=arrivals), **more)), 1)]


def test_rates_by_the_hour_are_kept_hour_by_hour() -> None:
    by_hour = [0, 0, 0]
    for at in instants(poisson([0, 240, 60]), hours=300):
        by_hour[int(at // 3600) % 3] += 1
    assert by_hour[0] == 0
    for count, rate in ((by_hour[1], 240), (by_hour[2], 60)):
        assert abs(count - 100 * rate) <= 4 * math.sqrt(100 * rate)


def test_rates_in_shorter_intervals_end_with_the_table_when_it_does_not_repeat() -> None:
    parts = [0, 0, 0]
    for at in instants(poisson([36_000, 0, 18_000], interval=600, repeat=False)):
        parts[int(at // 600)] += 1
    assert parts[1] == 0
    assert abs(parts[0] - 6_000) <= 4 * math.sqrt(6_000)
    assert abs(parts[2] - 3_000) <= 4 * math.sqrt(3_000)


def test_steady_rate_and_a_table_of_equal_rates_give_the_same_instants() -> None:
    steady, table = instants(poisson(90), hours=200), instants(poisson([90, 90, 90]), hours=200)
    assert len(steady) == len(table) > 17_000
    assert max(abs(one - other) for one, other in zip(steady, table, strict=True)) < 1e-5


@pytest.mark.parametrize(
    ("handle_time", "mean", "cv"),
    [
        ({"kind": "lognormal", "mean": 240, "cv": 1.5}, 240, 1.5),
        (exponential(120), 120, 1.0),
        ({"kind": "empirical", "values": [10, 20, 60]}, 30, math.sqrt(1400 / 3) / 30),
        (constant(45), 45, 0.0),
    ],
)
def test_handle_times_have_the_mean_and_spread_they_were_given(
    handle_time: Json, mean: float, cv: float
) -> None:
    # on a floor where nobody waits, an agent is busy from connection to release: the pieces are the handle times
    raw = scene(kind(arrivals=poisson(20), handle_time=handle_time), pools=[pool(agents=30)], contacts=6_000)
    records = run(read(raw), 3, Engine())
    times = [e - s for spans in records.busy for s, e in zip(spans.starts, spans.ends, strict=True)]
    assert len(times) == 6_000
    measured = sum(times) / len(times)
    spread = math.sqrt(sum((one - measured) ** 2 for one in times) / len(times))
    assert measured == pytest.approx(mean, rel=5 * max(cv, 1e-9) / math.sqrt(6_000))
    assert spread / measured == pytest.approx(cv, rel=0.15, abs=1e-9)
