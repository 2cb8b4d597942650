"""What is recorded, left as a message, or asked afterwards."""

from simulator.phones import PhoneCall
from tests.calls.scenarios.passing_on import conversation
from tests.calls.stage import Stage
from tests.calls.table import scenario

STATUS = "select status from recordings order by started_at desc limit 1"


@scenario(ends="handled")
async def a_recording_pauses_and_goes_on(stage: Stage) -> None:
    await stage.queue_rules(recording="always")
    call, mei, contact = await conversation(stage)
    await stage.becomes(STATUS, "in_progress")
    await stage.passes(5)
    await mei.orders(contact, "recording/pause")
    await stage.becomes(STATUS, "paused")
    await stage.passes(10)
    await mei.orders(contact, "recording/resume")
    await stage.becomes(STATUS, "in_progress")
    await stage.passes(5)
    call.hangup()
    await mei.wraps_up(contact)
    await stage.becomes("select object_id is not null from recordings", True)


# --- messages -------------------------------------------------------------------------------------------------


async def at_the_tone(stage: Stage) -> PhoneCall:
    """A caller who has waited too long and may speak now."""
    await stage.queue_rules(max_wait_seconds=20, overflow={"max_wait": {"do": "voicemail"}})
    call = await stage.waiting()
    await call.hears("留言")
    await call.until(lambda _: bool(stage.simulator.recordings.by_sid), "speaks to the tone")
    return call


@scenario(ends="voicemail")
async def a_caller_leaves_a_message(stage: Stage) -> None:
    call = await at_the_tone(stage)
    call.say("我的包裹還沒有到")
    await call.hears("已收到您的留言")
    assert await call.ended() == "completed"
    await stage.becomes("select count(*) from voicemails", 1)


@scenario(ends="voicemail")
async def a_caller_hangs_up_while_leaving_a_message(stage: Stage) -> None:
    call = await at_the_tone(stage)
    call.say("請回電")
    await stage.passes(1)
    call.hangup()
    await stage.becomes("select count(*) from voicemails", 1)


@scenario(ends="voicemail")
async def a_caller_comes_while_the_queue_is_closed_and_leaves_a_message(stage: Stage) -> None:
    async with stage.change() as tx:
        await tx.execute("update phone_numbers set queue_id = null")  # so that the menu is open
    await stage.queue_rules(is_closed=True, overflow={"closed": {"do": "voicemail"}})
    call = await stage.asking()
    call.press("0")
    await call.hears("留言")
    await call.until(lambda _: bool(stage.simulator.recordings.by_sid), "speaks to the tone")
    call.say("請回電")
    await call.ended()
    await stage.becomes("select count(*) from voicemails", 1)


# --- surveys --------------------------------------------------------------------------------------------------


async def asked_for_a_score(stage: Stage) -> PhoneCall:
    """The agent has hung up, and the caller is asked how it was; recorded until then."""
    await stage.queue_rules(has_survey=True, recording="always")
    call, mei, contact = await conversation(stage)
    await stage.becomes(STATUS, "in_progress")
    await mei.orders(contact, "hang-up")
    await call.hears("評分")
    await mei.wraps_up(contact)
    return call


@scenario(ends="handled")
async def a_caller_gives_a_low_score(stage: Stage) -> None:
    call = await asked_for_a_score(stage)
    call.press("1")
    await call.hears("寶貴意見")
    assert await call.ended() == "completed"
    await stage.becomes("select score from surveys", 1)
    await stage.becomes("select count(*) from alerts where kind = 'low_score'", 1)


@scenario(ends="handled")
async def a_caller_hangs_up_instead_of_giving_a_score(stage: Stage) -> None:
    call = await asked_for_a_score(stage)
    call.hangup()
    await stage.becomes("select state from surveys", "no_answer")
