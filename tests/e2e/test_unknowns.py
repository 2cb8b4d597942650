"""What nobody knows of the live carrier without an account may go either way: a call ends well under both answers."""

import pytest

from simulator import knob_variants
from tests.support.centre import running_centre
from tests.support.invariants import CALM_SPEED, assert_quiescent

# What a call through an agent's hands meets; early keys, tokens and silent messages have tests of their own.
MET = {
    name: knobs
    for name, knobs in knob_variants().items()
    if name
    in {
        "no Dial action on hang-up",
        "a conference starts with one",
        "callbacks overtake answers",
        "the queue's action is late",
        "one new call a second",
        "slow callbacks",
    }
}


@pytest.mark.parametrize("name", MET)
async def test_a_call_is_answered_held_and_ended(demo_dsn: str, name: str) -> None:
    async with running_centre(demo_dsn, speed=CALM_SPEED, knobs=MET[name]) as centre:
        mei = await centre.at_work("mei")
        call = await centre.call("+886900000105")
        await call.collecting()
        call.press("0")
        made = await mei.event("offer.made")
        await mei.command("POST", f"/offers/{made['offer']['offer_id']}/accept")
        await mei.contact(state="active", call_state="talking")
        contact = f"/contacts/{made['offer']['contact_id']}"
        await mei.command("POST", f"{contact}/hold")
        await mei.contact(call_state="held", pending_command=None)
        await mei.command("POST", f"{contact}/resume")
        await mei.contact(call_state="talking", pending_command=None)
        call.hangup()
        await mei.contact(state="wrap_up")
        await assert_quiescent(centre)
