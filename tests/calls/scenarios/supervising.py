"""A supervisor in an agent's call."""

from tests.calls.scenarios.passing_on import conversation
from tests.calls.stage import CUSTOMER, Stage
from tests.calls.table import scenario


@scenario(ends="handled")
async def a_supervisor_listens_whispers_joins_and_leaves(stage: Stage) -> None:
    call, mei, contact = await conversation(stage)
    sara = await stage.agent("sara")
    for mode, by_agent, by_caller in (
        ("listen", False, False),
        ("whisper", True, False),
        ("barge", True, True),
        ("listen", False, False),
    ):
        await sara.supervises(contact, mode)
        await stage.heard(sara.address, CUSTOMER)
        await stage.heard(mei.address, sara.address, is_heard=by_agent)
        await stage.heard(CUSTOMER, sara.address, is_heard=by_caller)
        await stage.passes(2)
    await sara.asks("DELETE", f"/contacts/{contact}/supervision")
    await stage.heard(sara.address, CUSTOMER, is_heard=False)
    call.hangup()
    await mei.wraps_up(contact)


@scenario(ends="handled")
async def the_call_ends_with_a_supervisor_in_it(stage: Stage) -> None:
    call, mei, contact = await conversation(stage)
    sara = await stage.agent("sara")
    await sara.supervises(contact, "barge")
    await stage.heard(CUSTOMER, sara.address)
    call.hangup()
    await mei.wraps_up(contact)
    await stage.heard(sara.address, CUSTOMER, is_heard=False)


@scenario(ends="handled")
async def an_agent_hangs_up_while_a_supervisor_whispers(stage: Stage) -> None:
    call, mei, contact = await conversation(stage)
    sara = await stage.agent("sara")
    await sara.supervises(contact, "whisper")
    await stage.heard(mei.address, sara.address)
    await mei.orders(contact, "hang-up")
    await call.ended()
    await mei.wraps_up(contact)
