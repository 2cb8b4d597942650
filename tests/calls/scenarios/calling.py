"""We call: customers who asked for it, and those an agent dials."""

from simulator.endpoints import Policy
from tests.calls.stage import CUSTOMER, Stage
from tests.calls.table import scenario


async def promised(stage: Stage, **rules: object) -> None:
    """A caller presses 2 while waiting and is promised a call."""
    async with stage.change() as tx:
        await tx.execute("update queues set callback_rules = $1", {"quiet": None, "gap_seconds": 1, **rules})
    call = await stage.waiting()
    await call.hears("請按2")
    call.press("2")
    await call.hears("回電")
    await call.ended()


@scenario(ends="callback_requested handled")
async def a_caller_is_called_back(stage: Stage) -> None:
    await promised(stage)
    mei = await stage.agent()
    contact = await mei.accepts()
    ringing = await stage.rung(CUSTOMER)
    ringing.accept()
    await stage.call_becomes(contact, "talking")
    await stage.passes(10)
    ringing.hangup()
    await mei.wraps_up(contact)


@scenario(ends="callback_requested handled")
async def a_caller_is_called_back_before_an_agent_is_asked(stage: Stage) -> None:
    await promised(stage, first="customer")
    mei = await stage.agent()
    ringing = await stage.rung(CUSTOMER)
    ringing.accept()
    contact = await mei.talks()
    ringing.hangup()
    await mei.wraps_up(contact)


@scenario(ends="callback_requested handled")
async def a_called_back_customer_does_not_answer_at_first(stage: Stage) -> None:
    await promised(stage)
    mei = await stage.agent()
    await mei.accepts()
    (await stage.rung(CUSTOMER)).reject()
    contact = await mei.accepts(within=300)
    ringing = await stage.rung(CUSTOMER)
    ringing.accept()
    await stage.call_becomes(contact, "talking")
    ringing.hangup()
    await mei.wraps_up(contact)


@scenario(ends="callback_requested handled")
async def an_agent_hangs_up_on_a_callback(stage: Stage) -> None:
    await promised(stage)
    mei = await stage.agent()
    contact = await mei.accepts()
    ringing = await stage.rung(CUSTOMER)
    ringing.accept()
    await stage.call_becomes(contact, "talking")
    await mei.orders(contact, "hang-up")
    await ringing.ended()
    await mei.wraps_up(contact)


# --- an agent dials -------------------------------------------------------------------------------------------


@scenario(ends="handled")
async def an_agent_dials_a_customer(stage: Stage) -> None:
    mei = await stage.agent()
    contact = await mei.dials(CUSTOMER)
    ringing = await stage.rung(CUSTOMER)
    ringing.accept()
    await stage.call_becomes(contact, "talking")
    await mei.orders(contact, "hold")
    await stage.call_becomes(contact, "held")
    await mei.orders(contact, "resume")
    await stage.call_becomes(contact, "talking")
    ringing.hangup()
    await mei.wraps_up(contact)


@scenario(ends="handled")
async def a_dialled_customer_is_busy(stage: Stage) -> None:
    mei = await stage.agent()
    stage.simulator.endpoints.set(CUSTOMER, Policy.BUSY, after=0.5)
    contact = await mei.dials(CUSTOMER)
    await mei.wraps_up(contact)


@scenario(ends="handled")
async def an_agent_does_not_wait_for_a_dialled_customer(stage: Stage) -> None:
    mei = await stage.agent()
    contact = await mei.dials(CUSTOMER)
    ringing = await stage.rung(CUSTOMER)
    await mei.orders(contact, "hang-up")
    await ringing.ended()
    await mei.wraps_up(contact)
