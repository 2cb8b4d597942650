"""The table of calls. A scenario is one function, and that is all there is to adding one:

    @scenario(ends="handled")
    async def an_agent_transfers_to_another(stage: Stage) -> None:
        ...

It waits for what must come (`stage.waiting`, `mei.talks`, `stage.comes` …) and does what people do. Without a fault it
must run to its end, and the contacts then have the outcomes it names. Under every family of faults, and with somebody
hanging up at every moment of it, it is cut off where something does not come; what must hold afterwards is judge.py's.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from simulator.endpoints import Policy
from simulator.phones import PhoneCall
from tests.calls.stage import CUSTOMER, NotReached, Stage

Play = Callable[[Stage], Awaitable[None]]
OTHER = "+886900000106"  # a second customer of the same queue


@dataclass(frozen=True, slots=True)
class Scenario:
    """A call and how its contacts end (sorted) when nothing goes wrong."""

    name: str
    play: Play
    ends: tuple[str, ...]


SCENARIOS: dict[str, Scenario] = {}


def scenario(*, ends: str) -> Callable[[Play], Play]:
    """Put a function into the table; `ends`: the outcomes of all contacts, in words with a space between."""

    def add(play: Play) -> Play:
        name = play.__name__.replace("_", " ")
        SCENARIOS[name] = Scenario(name, play, tuple(sorted(ends.split())))
        return play

    return add


# --- before an agent is there ---------------------------------------------------------------------------------


@scenario(ends="abandoned_in_self_service")
async def the_caller_leaves_before_anybody_answers(stage: Stage) -> None:
    call = await stage.call()
    await stage.passes(0.01)
    call.hangup()
    await stage.becomes("select state from contacts", "closed")


@scenario(ends="abandoned_in_self_service")
async def the_caller_leaves_in_self_service(stage: Stage) -> None:
    call = await stage.asking()
    call.hangup()
    await stage.becomes("select state from contacts", "closed")


@scenario(ends="solved_by_self_service")
async def the_machine_answers_the_question(stage: Stage) -> None:
    call = await stage.asking()
    call.press("3")
    await call.hears("多久可以收到包裹")
    await call.collecting()
    call.say("我的包裹到哪裡了")
    await call.hears("解決您的問題")
    await call.collecting()
    call.press("1")
    assert await call.ended() == "completed"


@scenario(ends="abandoned_in_queue")
async def the_caller_leaves_the_queue(stage: Stage) -> None:
    call = await stage.waiting()
    await stage.passes(40)
    call.hangup()
    await stage.becomes("select state from contacts", "closed")


@scenario(ends="abandoned_in_queue")
async def the_caller_leaves_while_the_agent_is_asked(stage: Stage) -> None:
    mei = await stage.agent()
    call = await stage.waiting()
    await mei.offered()
    call.hangup()
    await stage.becomes("select state from contacts", "closed")


@scenario(ends="abandoned_in_queue")
async def the_caller_leaves_while_the_agent_s_phone_rings(stage: Stage) -> None:
    mei = await stage.agent()
    mei.phone(Policy.MANUAL)
    call = await stage.waiting()
    await mei.accepts()
    await stage.simulator.client(mei.identity).rings()
    call.hangup()
    await stage.becomes("select state from contacts", "closed")


@scenario(ends="abandoned_in_queue queue_full")
async def the_queue_is_full_and_says_so(stage: Stage) -> None:
    async with stage.change() as tx:
        overflow = {"full": {"do": "message", "text": {"zh-Hant": "目前線路忙線中"}}}
        await tx.execute("update queues set max_waiting = 1, overflow = $1", overflow)
    await stage.waiting(OTHER)
    call = await stage.asking()
    call.press("0")
    await call.hears("忙線中")
    assert await call.ended() == "completed"


# --- connecting and talking -----------------------------------------------------------------------------------


@scenario(ends="handled")
async def an_agent_talks_holds_and_resumes(stage: Stage) -> None:
    mei = await stage.agent()
    call = await stage.waiting()
    contact = await mei.talks()
    await mei.orders(contact, "hold")
    await stage.call_becomes(contact, "held")
    await stage.passes(20)
    await mei.orders(contact, "resume")
    await stage.call_becomes(contact, "talking")
    await stage.passes(5)
    call.hangup()
    await mei.wraps_up(contact)


@scenario(ends="handled")
async def the_agent_hangs_up(stage: Stage) -> None:
    mei = await stage.agent()
    call = await stage.waiting()
    contact = await mei.talks()
    await mei.orders(contact, "hang-up")
    assert await call.ended() == "completed"
    await mei.wraps_up(contact)


@scenario(ends="handled")
async def the_caller_hangs_up_on_hold(stage: Stage) -> None:
    mei = await stage.agent()
    call = await stage.waiting()
    contact = await mei.talks()
    await mei.orders(contact, "hold")
    await stage.call_becomes(contact, "held")
    call.hangup()
    await mei.wraps_up(contact)


@scenario(ends="handled")
async def both_hang_up_at_once(stage: Stage) -> None:
    mei = await stage.agent()
    call = await stage.waiting()
    contact = await mei.talks()
    leg = mei.leg()
    call.hangup()
    stage.simulator.people.hang_up(leg)
    await mei.wraps_up(contact)


@scenario(ends="handled")
async def the_agent_answers_in_the_last_second(stage: Stage) -> None:
    mei = await stage.agent()
    mei.phone(Policy.ANSWER, 11.0)  # of the twelve in which the leg must join
    call = await stage.waiting()
    contact = await mei.talks()
    call.hangup()
    await mei.wraps_up(contact)


# --- agents who fail ------------------------------------------------------------------------------------------


async def served_by_grace(stage: Stage, call: PhoneCall) -> None:
    """The caller whom the first agent could not serve gets the second one."""
    grace = await stage.agent("grace")
    contact = await grace.talks(within=120)
    call.hangup()
    await grace.wraps_up(contact)


@scenario(ends="handled")
async def the_agent_does_not_answer_the_offer(stage: Stage) -> None:
    mei = await stage.agent()
    call = await stage.waiting()
    await mei.offered()
    blamed = "select not_responding_since is not null from agent_states where agent_id = $1"
    await stage.becomes(blamed, True, mei.id)
    await served_by_grace(stage, call)


@scenario(ends="handled")
async def the_agent_s_phone_is_busy(stage: Stage) -> None:
    mei = await stage.agent()
    mei.phone(Policy.BUSY)
    call = await stage.waiting()
    await mei.accepts()
    await served_by_grace(stage, call)


@scenario(ends="handled")
async def the_agent_s_phone_rings_out(stage: Stage) -> None:
    mei = await stage.agent()
    mei.phone(Policy.NO_ANSWER)
    call = await stage.waiting()
    await mei.accepts()
    await stage.becomes("select count(*) from voice_legs where kind = 'agent' and ended_at is not null", 1)
    await mei.goes_away()
    await served_by_grace(stage, call)


@scenario(ends="handled")
async def the_agent_s_leg_drops_off_and_the_caller_keeps_the_place(stage: Stage) -> None:
    mei = await stage.agent()
    call = await stage.waiting()
    contact = await mei.talks()
    place = await stage.value("select queued_at from contacts where id = $1", contact)
    await mei.goes_away()
    stage.simulator.people.hang_up(mei.leg())
    await stage.contact_becomes(contact, "queued")
    if await stage.value("select queued_at from contacts where id = $1", contact) != place:
        raise NotReached("the place was lost")
    await served_by_grace(stage, call)


@scenario(ends="handled")
async def the_agent_is_lost_while_asked(stage: Stage) -> None:
    mei = await stage.agent()
    call = await stage.waiting()
    await mei.offered()
    await mei.drops()
    await served_by_grace(stage, call)


@scenario(ends="handled")
async def the_agent_s_console_is_gone_for_a_moment_in_conversation(stage: Stage) -> None:
    mei = await stage.agent()
    call = await stage.waiting()
    contact = await mei.talks()
    await mei.drops()
    await stage.passes(5)
    await mei.connects()
    await stage.passes(60)
    await stage.call_becomes(contact, "talking")
    call.hangup()
    await mei.wraps_up(contact)


# --- several at once ------------------------------------------------------------------------------------------


@scenario(ends="handled handled")
async def two_callers_are_served_in_their_order(stage: Stage) -> None:
    mei = await stage.agent()
    first = await stage.waiting()
    second = await stage.waiting(OTHER)
    for call in (first, second):
        contact = await mei.talks(within=120)
        mine = await stage.value("select call_sid from voice_calls where contact_id = $1", contact)
        if mine != call.sid:
            raise NotReached("it is not this caller's turn")
        call.hangup()
        await mei.wraps_up(contact)


# --- callbacks ------------------------------------------------------------------------------------------------


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
