"""A customer's message: taken once, put where it belongs, answered by the FAQ or given to people."""

import asyncio
import json
from pathlib import Path

import pytest

from app.demo.summary import MAIN_NUMBER
from app.faq.answering import AnsweringMode
from tests.channels.messaging.desk import INBOUND, STATUS, STRANGER, Desk
from tests.channels.voice.line import ACCOUNT, KNOWN_CALLER

WEBHOOKS = Path(__file__).parent / "webhooks.json"
SETS = json.loads(WEBHOOKS.read_text(encoding="utf-8"))
# A question that is an article's own wording, so that the search is certain of it.
_EXACT = """select p.text from article_phrases p join articles a on a.id = p.article_id
            where a.status = 'published' and a.auto_answer and a.audience <> 'agents' and p.language = 'zh-Hant'
              and p.kind = 'question' order by p.text limit 1"""


async def answering_on(desk: Desk) -> str:
    """The machine may answer; returns a question it is certain of."""
    await desk.answers(AnsweringMode.ON)
    question: str = await desk.line.value(_EXACT)
    return question


async def test_a_message_waits_in_the_queue_of_its_address(desk: Desk) -> None:
    contact_id = await desk.writes("嗨 👨‍👩‍👧 這是一件少見的事")
    assert await desk.state(contact_id) == "queued"
    row = "select channel || ' ' || from_address || ' ' || to_address from contacts where id = $1"
    assert await desk.line.value(row, contact_id) == f"messaging {KNOWN_CALLER} {MAIN_NUMBER}"
    assert await desk.texts(contact_id) == ["1 inbound 嗨 👨‍👩‍👧 這是一件少見的事"]
    kinds = "select array_agg(kind order by at, id) from touchpoints where contact_id = $1"
    told = await desk.line.value(kinds, contact_id)
    assert {"contact.opened", "message.received", "contact.queued"} <= set(told)


async def test_who_writes_is_known_by_the_number_and_answered_in_their_language(desk: Desk) -> None:
    known = await desk.writes("hello there", from_=f"whatsapp:{KNOWN_CALLER}", to=f"whatsapp:{MAIN_NUMBER}")
    assert await desk.line.value("select customer_id is not null from contacts where id = $1", known)
    assert await desk.line.value("select from_address from contacts where id = $1", known) == KNOWN_CALLER
    stranger = await desk.writes("I have a question", from_=STRANGER)
    assert await desk.line.value("select language from contacts where id = $1", stranger) == "en"


async def test_a_repeated_webhook_changes_nothing(desk: Desk) -> None:
    fields = desk.fields("hello")
    await desk.arrives(fields)
    before = await desk.line.counts()
    for _ in range(3):
        await desk.arrives(fields)
    assert await desk.line.counts() == before


async def test_the_same_webhook_at_the_same_moment_is_one_message(desk: Desk) -> None:
    fields = desk.fields("hello")
    await asyncio.gather(*(desk.line.send(INBOUND, fields) for _ in range(4)))
    assert await desk.line.value("select count(*) from messages") == 1
    assert await desk.line.value("select count(*) from contacts where state <> 'closed'") == 1


async def test_messages_at_the_same_moment_are_one_contact_and_have_no_gap(desk: Desk) -> None:
    await asyncio.gather(*(desk.writes(f"message {n}") for n in range(6)))
    assert await desk.line.value("select count(*) from contacts where state <> 'closed'") == 1
    seqs = await desk.line.value("select array_agg(seq order by seq) from messages")
    assert seqs == [1, 2, 3, 4, 5, 6]


async def test_sms_and_whatsapp_of_one_customer_are_two_conversations(desk: Desk) -> None:
    sms = await desk.writes("hello")
    whatsapp = await desk.writes("hello", from_=f"whatsapp:{KNOWN_CALLER}", to=f"whatsapp:{MAIN_NUMBER}")
    assert sms != whatsapp
    assert await desk.line.value("select count(*) from conversations where is_current") == 2


async def test_what_is_written_after_the_end_opens_a_new_contact_of_the_same_conversation(desk: Desk) -> None:
    first, agent_id = await desk.connected("first question")
    await desk.ends(first, agent_id)
    assert await desk.state(first) == "wrap_up"
    second = await desk.writes("one more question")
    assert second != first
    assert await desk.state(second) == "queued"
    assert await desk.texts(second) == ["1 inbound first question", "2 inbound one more question"]


async def test_after_a_day_a_new_conversation_begins(desk: Desk) -> None:
    first, agent_id = await desk.connected("first question")
    await desk.ends(first, agent_id)
    await desk.line.clock.advance(24 * 3600 + 1)
    second = await desk.writes("another day")
    assert await desk.texts(second) == ["1 inbound another day"]


async def test_the_faq_answers_what_it_is_sure_of_and_yes_ends_the_contact(desk: Desk) -> None:
    contact_id = await desk.writes(await answering_on(desk), from_=STRANGER)
    assert await desk.state(contact_id) == "self_service"
    await desk.run_sender()
    assert len(desk.carrier.bodies) == 1
    assert "有幫助到您嗎" in desk.carrier.bodies[0]
    assert await desk.writes("有，謝謝", from_=STRANGER) == contact_id
    assert await desk.state(contact_id) == "closed/solved_by_self_service"
    assert (
        await desk.line.value("select outcome from faq_searches where contact_id = $1", contact_id)
        == "helped"
    )


async def test_an_answer_that_did_not_help_goes_to_people_with_what_was_asked(desk: Desk) -> None:
    question = await answering_on(desk)
    contact_id = await desk.writes(question, from_=STRANGER)
    assert await desk.writes("還是不行", from_=STRANGER) == contact_id
    assert await desk.state(contact_id) == "queued"
    summary = await desk.line.value("select summary from contacts where id = $1", contact_id)
    assert (summary["question"], summary["unsolved_reason"]) == (question, "answer_did_not_help")
    assert summary["article_id"] is not None


async def test_an_answer_nobody_replies_to_ends_by_itself(desk: Desk) -> None:
    contact_id = await desk.writes(await answering_on(desk), from_=STRANGER)
    await desk.line.clock.advance(29 * 60)
    assert await desk.timers.run_due() == 0
    await desk.line.clock.advance(2 * 60)
    assert await desk.timers.run_due() == 1
    assert await desk.state(contact_id) == "closed/ended_in_self_service"
    assert await desk.timers.run_due() == 0


async def test_who_asks_for_a_person_gets_one(desk: Desk) -> None:
    await answering_on(desk)
    contact_id = await desk.writes("我要真人客服", from_=STRANGER)
    assert await desk.state(contact_id) == "queued"
    assert desk.carrier.bodies == []


@pytest.mark.parametrize("word", ["STOP", " stop. ", "ＳＴＯＰ", "取消訂閱", "退订", "Unsubscribe"])
async def test_who_wants_nothing_more_is_sent_nothing_more(desk: Desk, word: str) -> None:
    contact_id = await desk.writes(word, from_=STRANGER)
    assert (await desk.state(contact_id)).startswith("closed/")
    assert await desk.line.value("select word from message_opt_outs where address = $1", STRANGER)
    later = await desk.writes(await answering_on(desk), from_=STRANGER)
    assert await desk.state(later) == "queued"  # nothing can be answered, so people look at it
    await desk.run_sender()
    assert desk.carrier.sent == []


async def test_who_waits_and_opts_out_waits_no_longer(desk: Desk) -> None:
    contact_id = await desk.writes("a question")
    await desk.writes("STOP")
    assert await desk.state(contact_id) == "closed/abandoned_in_queue"


async def test_who_has_opted_out_may_come_back(desk: Desk) -> None:
    await desk.writes("STOP", from_=STRANGER)
    contact_id = await desk.writes("YES", from_=STRANGER)
    assert await desk.state(contact_id) == "closed/ended_in_self_service"
    assert await desk.line.value("select count(*) from message_opt_outs") == 0


async def test_stop_within_a_sentence_is_a_sentence(desk: Desk) -> None:
    contact_id = await desk.writes("please stop the delivery of my order")
    assert await desk.state(contact_id) == "queued"
    assert await desk.line.value("select count(*) from message_opt_outs") == 0


async def test_a_blocked_sender_reaches_nobody(desk: Desk) -> None:
    async with desk.line.database.transaction() as tx:
        await tx.execute("insert into blocked_callers (number, reason) values ($1, 'abuse')", STRANGER)
    assert (await desk.line.send(INBOUND, desk.fields("hello", STRANGER))).status_code == 200
    whatsapp = desk.fields("hello", f"whatsapp:{STRANGER}", f"whatsapp:{MAIN_NUMBER}")
    assert (await desk.line.send(INBOUND, whatsapp)).status_code == 200
    assert await desk.line.value("select count(*) from messages") == 0


async def test_a_closed_queue_says_when_it_opens(desk: Desk) -> None:
    async with desk.line.database.transaction() as tx:
        await tx.execute("update queues set is_closed = true, overflow = '{}'")
    contact_id = await desk.writes("hello, is anybody there?", from_=STRANGER)
    await desk.line.route()
    assert (await desk.state(contact_id)).startswith("closed/")
    await desk.run_sender()
    assert len(desk.carrier.sent) == 1


async def test_a_place_on_the_map_is_text(desk: Desk) -> None:
    contact_id = await desk.writes("", Latitude="25.03", Longitude="121.56", Label="Taipei 101")
    assert await desk.texts(contact_id) == ["1 inbound geo:25.03,121.56 Taipei 101"]


async def test_wrong_requests_are_refused_and_change_nothing(desk: Desk) -> None:
    before = await desk.line.counts()
    fields = desk.fields("hello")
    assert (await desk.line.send(INBOUND, fields, token="another")).status_code == 403
    assert (
        await desk.line.send(INBOUND, fields, signed_url="https://evil.example.com" + INBOUND)
    ).status_code == 403
    other = {**fields, "AccountSid": "AC" + "d" * 32}
    assert (await desk.line.send(INBOUND, other)).status_code == 403
    assert (await desk.line.send(INBOUND, {**fields, "MessageSid": "CA" + "1" * 32})).status_code == 422
    assert (await desk.line.send(INBOUND, {**fields, "From": ""})).status_code == 422
    assert (await desk.line.send(INBOUND, {**fields, "To": "+15005550006"})).status_code == 404
    assert (await desk.line.http.get(INBOUND)).status_code == 405
    assert await desk.line.counts() == before


@pytest.mark.parametrize("name", sorted(SETS))
async def test_recorded_webhooks_are_taken(desk: Desk, name: str) -> None:
    """Shapes recorded from the live service; only account and our own number are put in."""
    params = {**SETS[name]["params"], "AccountSid": ACCOUNT}
    if SETS[name]["kind"] == "message.status":
        before = await desk.line.counts()
        assert (await desk.line.send(STATUS, params)).status_code == 404  # we have sent no such message
        assert await desk.line.counts() == before
        return
    prefix = "whatsapp:" if params["To"].startswith("whatsapp:") else ""
    contact_id = await desk.arrives({**params, "To": prefix + MAIN_NUMBER})
    assert await desk.state(contact_id) == "queued"
    assert (await desk.texts(contact_id))[0] == f"1 inbound {params['Body']}"
