"""The two axes: what the agent chose, and what work does to the agent."""

from itertools import product

import pytest

from app.agents.presence import Activity, Facts, Presence, activity, may_receive_offers
from tests.support.clock import START

A = Activity


@pytest.mark.parametrize(
    ("silent", "talking", "ringing", "wrapping", "expected"),
    [
        (False, False, False, False, A.IDLE),
        (False, False, False, True, A.WRAP_UP),
        (False, False, True, False, A.OFFERED),
        (False, False, True, True, A.OFFERED),
        (True, False, False, False, A.NOT_RESPONDING),
        (True, False, True, True, A.NOT_RESPONDING),
        (False, True, False, False, A.ON_CONTACT),
        (True, True, True, True, A.ON_CONTACT),
    ],
)
def test_the_most_pressing_thing_is_the_activity(
    silent: bool, talking: bool, ringing: bool, wrapping: bool, expected: Activity
) -> None:
    facts = Facts(silent, talking, ringing, START if wrapping else None)
    assert activity(facts) == expected


@pytest.mark.parametrize(
    ("presence", "connected", "silent"), list(product(Presence, [True, False], [True, False]))
)
def test_only_a_present_and_responding_agent_may_be_offered(
    presence: Presence, connected: bool, silent: bool
) -> None:
    may = may_receive_offers(presence=presence, is_connected=connected, is_not_responding=silent)
    assert may == (presence == Presence.AVAILABLE and connected and not silent)
