"""Before an agent is there: the menu, the queue, the ringing phone."""

from simulator.endpoints import Policy
from tests.calls.stage import Stage
from tests.calls.table import scenario

OTHER = "+886900000106"  # a second customer of the same queue


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
