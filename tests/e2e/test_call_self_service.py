"""Self-service on the running product: who is greeted how, what is answered, and what the agent learns of it."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from app.demo.people import FAMILY_NUMBER
from simulator.phones import PhoneCall
from tests.support.centre import Centre, running_centre
from tests.support.invariants import CALM_SPEED, assert_quiescent

EMILY = "+12025550143"
QUESTION = "我的包裹到哪裡了"


@pytest.fixture
async def centre(demo_dsn: str) -> AsyncIterator[Centre]:
    """The product with a demo centre, slow enough to judge silence."""
    async with running_centre(demo_dsn, speed=CALM_SPEED) as running:
        yield running


async def contact_of(centre: Centre, call: PhoneCall) -> UUID:
    """The contact of a call."""
    found: UUID = await centre.value("select contact_id from voice_calls where call_sid = $1", call.sid)
    return found


async def asks_a_question(centre: Centre) -> Any:
    """A call in which a spoken question was answered and "did that help?" was asked."""
    call = await centre.call()
    await call.collecting()
    call.press("3")
    await call.hears("多久可以收到包裹")
    await call.collecting()
    call.say(QUESTION)
    await call.hears("解決您的問題")
    await call.collecting()
    return call


@pytest.mark.parametrize(("number", "name"), [(None, "陳怡君"), (EMILY, "Emily"), ("+8617000000103", "王娜")])
async def test_known_customers_are_greeted_by_name_in_their_language(
    centre: Centre, number: str | None, name: str
) -> None:
    call = await centre.call(number)
    greeting = await call.hears(name)
    languages = {"陳怡君": "感謝您來電", "Emily": "Thank you for calling", "王娜": "感谢您致电"}
    assert languages[name] in greeting
    call.hangup()
    await assert_quiescent(centre)


async def test_a_question_that_was_answered_closes_the_contact(centre: Centre) -> None:
    call = await asks_a_question(centre)
    contact_id = await contact_of(centre, call)
    call.press("1")
    assert await call.ended() == "completed"
    await assert_quiescent(centre)
    outcome = await centre.value("select outcome from contacts where id = $1", contact_id)
    assert outcome == "solved_by_self_service"
    async with centre.database.read() as reader:
        lines = await reader.fetch(
            "select kind from touchpoints where contact_id = $1 order by at, id", contact_id
        )
        search = await reader.fetchrow(
            "select action, outcome, chosen_article_id, channel from faq_searches where contact_id = $1",
            contact_id,
        )
    kinds = [line["kind"] for line in lines]
    assert kinds[0] == "contact.opened"
    assert kinds[-1] == "contact.closed"
    assert {"menu.chosen", "question.asked", "faq.answered", "faq.helped"} <= set(kinds)
    assert search is not None
    assert (search["action"], search["outcome"], search["channel"]) == ("answered", "helped", "voice")
    assert search["chosen_article_id"] is not None


async def test_a_question_that_was_not_solved_reaches_the_agent_with_its_story(centre: Centre) -> None:
    mei = await centre.at_work("grace")
    call = await asks_a_question(centre)
    call.press("2")
    made = await mei.event("offer.made")
    story = made["offer"]["screen_pop"]["self_service"]
    assert story["question"] == QUESTION
    assert story["article_id"]
    assert story["article_title"]
    assert story["unsolved_reason"] == "answer_did_not_help"
    contact_id = await contact_of(centre, call)
    outcome = await centre.value("select outcome from faq_searches where contact_id = $1", contact_id)
    assert outcome == "not_helped"
    call.hangup()
    await assert_quiescent(centre)


@pytest.mark.parametrize("reply", ["", "8"], ids=["silence", "a wrong key"])
async def test_who_cannot_press_keys_reaches_a_person(centre: Centre, reply: str) -> None:
    call = await centre.call()
    for _ in range(3):
        if reply:
            await call.collecting()
            call.press(reply)
            await call.until(lambda c: c.collector is None, "is heard")
    await call.queued(timeout=200.0)
    contact_id = await contact_of(centre, call)
    queue = "select q.key from contacts c join queues q on q.id = c.queue_id where c.id = $1"
    assert await centre.value(queue, contact_id) == "vip"  # the queue of this caller's tier
    call.hangup()
    await assert_quiescent(centre)


async def test_zero_is_a_person_even_while_an_answer_is_read(centre: Centre) -> None:
    call = await asks_a_question(centre)
    call.press("0")
    await call.queued()
    call.hangup()
    await assert_quiescent(centre)


async def test_a_withheld_number_is_matched_to_nobody(centre: Centre) -> None:
    grace = await centre.at_work("grace")
    call = await centre.call("anonymous")
    await call.collecting()
    call.press("0")
    made = await grace.event("offer.made")
    pop = made["offer"]["screen_pop"]
    assert (pop["identification"], pop["customer"], pop["candidates"]) == ("unknown", None, [])
    call.hangup()
    await assert_quiescent(centre)


async def test_a_family_s_number_shows_everybody_it_may_be(centre: Centre) -> None:
    grace = await centre.at_work("grace")
    call = await centre.call(FAMILY_NUMBER)
    await call.collecting()
    call.press("0")
    made = await grace.event("offer.made")
    pop = made["offer"]["screen_pop"]
    assert pop["identification"] == "likely"
    assert {c["display_name"] for c in pop["candidates"]} == {"王志豪", "林淑芬", "王郁婷"}
    call.hangup()
    await assert_quiescent(centre)
