"""A whole call while the line misbehaves: whatever is lost, doubled, forged or late, nothing is left over or broken."""

import contextlib

import pytest

from simulator import put_in_force
from tests.support.centre import running_centre
from tests.support.invariants import CALM_SPEED, assert_quiescent

FAMILIES = [
    "duplicate-now",
    "terminal-first",
    "lost-status",
    "lost-conference",
    "shape-cjk",
    "forge-token",
    "forge-tampered",
    "rest-503",
    "rest-lost",
    "callback-first",
]


@pytest.mark.parametrize("name", FAMILIES)
async def test_a_call_under_a_fault_ends_without_a_trace_of_it(demo_dsn: str, name: str) -> None:
    async with running_centre(demo_dsn, speed=CALM_SPEED) as centre:
        rules = put_in_force(centre.simulator.faults, name)
        mei = await centre.at_work("mei")
        call = await centre.call("+886900000105")
        # Under some faults the two never meet; what must hold afterwards is the same.
        with contextlib.suppress(AssertionError, TimeoutError):
            await call.collecting()
            call.press("0")
            made = await mei.event("offer.made")
            await mei.command("POST", f"/offers/{made['offer']['offer_id']}/accept")
            await mei.contact(state="active", call_state="talking")
            await mei.command("POST", f"/contacts/{made['offer']['contact_id']}/hold")
            await call.held()
        call.hangup()
        await assert_quiescent(centre)
        assert any(rule.applied for rule in rules)
