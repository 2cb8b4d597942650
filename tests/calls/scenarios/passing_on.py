"""Transfer and consultation: to a queue, to a colleague, to a number outside."""

from uuid import UUID

from simulator.endpoints import Policy
from simulator.phones import PhoneCall
from tests.calls.people import Agent
from tests.calls.stage import CUSTOMER, Stage
from tests.calls.table import scenario

OUTSIDE = "+886255500177"
GUEST = """select case when ended_at is not null then 'gone' when is_in_room then 'there' else 'called' end
  from voice_legs where contact_id = $1 and kind = 'guest' order by created_at desc limit 1"""


async def conversation(stage: Stage) -> tuple[PhoneCall, Agent, UUID]:
    """A caller and mei."""
    mei = await stage.agent()
    call = await stage.waiting()
    return call, mei, await mei.talks()


async def consulted(stage: Stage) -> tuple[PhoneCall, Agent, Agent, UUID]:
    """A caller on hold, and mei who asks grace."""
    call, mei, contact = await conversation(stage)
    grace = await stage.agent("grace")
    await mei.orders(contact, "consult", agent_id=str(grace.id))
    await stage.heard(grace.address, mei.address)
    await stage.becomes(GUEST, "there", contact)
    await stage.heard(CUSTOMER, grace.address, is_heard=False)
    return call, mei, grace, contact


async def asked_outside(stage: Stage) -> tuple[PhoneCall, Agent, UUID]:
    """A caller on hold, and mei who asks somebody outside."""
    stage.simulator.endpoints.set(OUTSIDE, Policy.ANSWER, after=3)
    call, mei, contact = await conversation(stage)
    await mei.orders(contact, "consult", number=OUTSIDE)
    await stage.heard(OUTSIDE, mei.address)
    await stage.becomes(GUEST, "there", contact)
    return call, mei, contact


# --- transfer -------------------------------------------------------------------------------------------------


@scenario(ends="handled")
async def a_caller_is_passed_on_to_a_queue(stage: Stage) -> None:
    call, mei, contact = await conversation(stage)
    jason = await stage.agent("jason")
    queue = await stage.value("select id from queues where key = 'returns'")
    await mei.orders(contact, "transfer", queue_id=str(queue))
    await jason.talks(within=120)
    call.hangup()
    await jason.wraps_up(contact)


@scenario(ends="handled")
async def a_caller_is_passed_on_to_a_colleague(stage: Stage) -> None:
    call, mei, contact = await conversation(stage)
    grace = await stage.agent("grace")
    await mei.orders(contact, "transfer", agent_id=str(grace.id))
    await grace.talks()
    call.hangup()
    await grace.wraps_up(contact)


@scenario(ends="handled")
async def a_caller_is_passed_on_to_a_number_and_hangs_up(stage: Stage) -> None:
    stage.simulator.endpoints.set(OUTSIDE, Policy.ANSWER, after=3)
    call, mei, contact = await conversation(stage)
    await mei.orders(contact, "transfer", number=OUTSIDE)
    await stage.heard(OUTSIDE, CUSTOMER)
    await mei.wraps_up(contact)
    await stage.passes(30)
    call.hangup()
    await stage.call_becomes(contact, "closed")


@scenario(ends="handled")
async def a_caller_is_passed_on_to_a_number_that_hangs_up(stage: Stage) -> None:
    stage.simulator.endpoints.set(OUTSIDE, Policy.ANSWER, after=3)
    call, mei, contact = await conversation(stage)
    await mei.orders(contact, "transfer", number=OUTSIDE)
    await stage.heard(OUTSIDE, CUSTOMER)
    await mei.wraps_up(contact)
    outsider = next(c for c in stage.simulator.calls.values() if c.live and c.address == OUTSIDE)
    stage.simulator.people.hang_up(outsider)
    assert await call.ended() == "completed"


@scenario(ends="handled")
async def a_caller_is_passed_on_to_a_busy_number_and_comes_back(stage: Stage) -> None:
    stage.simulator.endpoints.set(OUTSIDE, Policy.BUSY, after=1)
    call, mei, contact = await conversation(stage)
    await mei.orders(contact, "transfer", number=OUTSIDE)
    await stage.becomes(GUEST, "gone", contact)
    await stage.heard(CUSTOMER, mei.address)
    call.hangup()
    await mei.wraps_up(contact)


# --- consultation ---------------------------------------------------------------------------------------------


@scenario(ends="handled")
async def a_consultation_is_swapped_merged_and_completed(stage: Stage) -> None:
    call, mei, grace, contact = await consulted(stage)
    await mei.turns_to(contact, "customer")
    await stage.heard(CUSTOMER, mei.address)
    await mei.turns_to(contact, "guest")
    await stage.heard(grace.address, mei.address)
    await mei.turns_to(contact, "all")
    await stage.heard(CUSTOMER, grace.address)
    await mei.orders(contact, "consult/complete")
    await stage.becomes("select agent_id from contacts where id = $1", grace.id, contact)
    await stage.passes(10)
    await stage.heard(CUSTOMER, grace.address)
    call.hangup()
    await grace.wraps_up(contact)


@scenario(ends="handled")
async def a_consultation_is_called_off_while_it_rings(stage: Stage) -> None:
    call, mei, contact = await conversation(stage)
    grace = await stage.agent("grace")
    grace.phone(Policy.MANUAL)
    await mei.orders(contact, "consult", agent_id=str(grace.id))
    leg = await stage.simulator.client(grace.identity).rings()
    await mei.orders(contact, "consult/cancel")
    await leg.ended()
    await stage.heard(CUSTOMER, mei.address)
    call.hangup()
    await mei.wraps_up(contact)


@scenario(ends="handled")
async def a_consulted_colleague_leaves_again(stage: Stage) -> None:
    call, mei, grace, contact = await consulted(stage)
    stage.simulator.people.hang_up(grace.leg())
    await stage.becomes(GUEST, "gone", contact)
    await mei.orders(contact, "resume")  # until then the caller stays on hold
    await stage.heard(CUSTOMER, mei.address)
    call.hangup()
    await mei.wraps_up(contact)


@scenario(ends="handled")
async def an_agent_is_lost_while_consulting_and_the_colleague_goes_on(stage: Stage) -> None:
    call, mei, grace, contact = await consulted(stage)
    stage.simulator.people.hang_up(mei.leg())
    await stage.becomes("select agent_id from contacts where id = $1", grace.id, contact)
    await stage.heard(CUSTOMER, grace.address)
    call.hangup()
    await grace.wraps_up(contact)


@scenario(ends="handled")
async def the_caller_leaves_while_a_colleague_is_asked(stage: Stage) -> None:
    call, mei, _, contact = await consulted(stage)
    call.hangup()
    await mei.wraps_up(contact)
    await stage.becomes(GUEST, "gone", contact)


@scenario(ends="handled")
async def somebody_outside_is_asked_and_takes_over(stage: Stage) -> None:
    call, mei, contact = await asked_outside(stage)
    await mei.turns_to(contact, "all")
    await stage.heard(CUSTOMER, OUTSIDE)
    await mei.orders(contact, "consult/complete")
    await mei.wraps_up(contact)
    await stage.heard(CUSTOMER, OUTSIDE)
    call.hangup()
    await stage.call_becomes(contact, "closed")


@scenario(ends="handled")
async def somebody_outside_is_asked_and_sent_away(stage: Stage) -> None:
    call, mei, contact = await asked_outside(stage)
    await mei.turns_to(contact, "customer")
    await stage.heard(CUSTOMER, mei.address)
    await mei.orders(contact, "consult/cancel")
    await stage.becomes(GUEST, "gone", contact)
    await stage.heard(CUSTOMER, mei.address)
    call.hangup()
    await mei.wraps_up(contact)
