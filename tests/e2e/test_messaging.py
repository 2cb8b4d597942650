"""A text comes in, finds an agent, and is answered, over the whole product and the simulated network."""

from typing import Any
from uuid import uuid4

import pytest

from app.core.clock import utc_now
from app.demo.summary import MAIN_NUMBER
from app.faq.answering import AnsweringMode, set_answering
from simulator.faults import FaultEffect, FaultRule
from simulator.texts import Handset, TextMessage
from tests.support.centre import Agent, Centre
from tests.support.waiting import eventually

PICTURE = ("image/png", b"\x89PNG\r\n\x1a\n picture")
STATUS = (
    "select concat_ws('/', status, status_reason) from messages where direction = 'outbound' and body = $1"
)


@pytest.fixture
async def centre(centre: Centre) -> Centre:
    """The demo centre, where only people answer texts."""
    async with centre.database.transaction() as tx:
        await set_answering(tx, AnsweringMode.OFF, now=utc_now())
    return centre


def customer(centre: Centre) -> str:
    """A customer's telephone."""
    return centre.facts.callers[0].number


async def connected(centre: Centre, body: str = "我的訂單到哪裡了", **more: Any) -> tuple[Agent, str]:
    """A customer has written, and mei has the conversation."""
    mei = await centre.at_work("mei")
    centre.simulator.phone(customer(centre)).writes(MAIN_NUMBER, body, **more)
    offer = (await mei.event("offer.made"))["offer"]
    assert offer["channel"] == "messaging"
    await mei.command("POST", f"/offers/{offer['offer_id']}/accept")
    await mei.contact(state="active")
    return mei, offer["contact_id"]


async def answers(mei: Agent, contact_id: str, body: str, times: int = 1) -> None:
    """The agent writes; again with the same id is the same message."""
    order = {"client_id": str(uuid4()), "body": body}
    for _ in range(times):
        await mei.command("POST", f"/contacts/{contact_id}/messages", order)


def sent(centre: Centre, body: str) -> list[TextMessage]:
    """Messages of ours that the network has, with these words."""
    thread = centre.simulator.texts.thread(customer(centre))
    return [one for one in thread if one.direction == "outbound-api" and one.body == body]


@pytest.mark.parametrize("whatsapp", [False, True], ids=["sms", "whatsapp"])
async def test_a_text_is_answered_and_the_conversation_ends(centre: Centre, whatsapp: bool) -> None:
    mei, contact_id = await connected(centre, whatsapp=whatsapp)
    await answers(mei, contact_id, "您好，包裹明天送達", times=2)
    phone = centre.simulator.phone(customer(centre))
    got = await phone.gets("包裹明天送達")
    assert got.to.startswith("whatsapp:") is whatsapp
    await centre.becomes(STATUS, "delivered", got.body)
    if whatsapp:
        centre.simulator.texts.read(got)
        await centre.becomes(STATUS, "read", got.body)
    phone.writes(MAIN_NUMBER, "謝謝 🙂", whatsapp=whatsapp)

    async def thanked() -> bool:
        told = [e["message"]["body"] for e in mei.events if e["type"] == "message.added"]
        return "謝謝 🙂" in told

    await eventually(thanked, what="the thanks")
    page = await mei.command("GET", f"/contacts/{contact_id}/messages")
    assert [(m["seq"], m["sender"]) for m in page["messages"]] == [
        (1, "customer"),
        (2, "agent"),
        (3, "customer"),
    ]
    await mei.command("POST", f"/contacts/{contact_id}/hang-up")
    note = {"client_id": str(uuid4()), "dispositions": ["refund_arranged"], "note": ""}
    await mei.command("POST", f"/contacts/{contact_id}/wrap-up", note)
    assert await centre.value("select outcome from contacts where id = $1", contact_id) == "handled"
    assert len(sent(centre, got.body)) == 1
    assert centre.simulator.oracles() == []


async def test_a_picture_arrives_at_the_agents_desk(centre: Centre) -> None:
    mei, contact_id = await connected(centre, body="破了", files=(PICTURE,))
    await centre.becomes("select state from message_attachments", "stored")
    [message] = (await mei.command("GET", f"/contacts/{contact_id}/messages"))["messages"]
    [file] = message["attachments"]
    answer = await mei.http.get(file["url"])
    assert (answer.content, answer.headers["content-type"]) == (PICTURE[1], PICTURE[0])


async def test_webhooks_that_repeat_make_one_contact_and_one_message(centre: Centre) -> None:
    centre.simulator.faults.add(FaultRule(FaultEffect.DUPLICATE, "message.*", times=2))
    mei, contact_id = await connected(centre)
    await answers(mei, contact_id, "一次")
    await centre.simulator.phone(customer(centre)).gets("一次")
    await centre.becomes(STATUS, "delivered", "一次")
    assert await centre.value("select count(*) from messages") == 2
    assert await centre.value("select count(*) from contacts where id >= $1", contact_id) == 1
    assert len(sent(centre, "一次")) == 1


@pytest.mark.parametrize(
    "rules",
    [
        [FaultRule(FaultEffect.LOSE_ANSWER, "CreateMessage", limit=1)],
        [
            FaultRule(FaultEffect.LOSE_ANSWER, "CreateMessage", limit=1),
            FaultRule(FaultEffect.DROP, "message.status"),
        ],
        [FaultRule(FaultEffect.ERROR_503, "CreateMessage", limit=1)],
        [FaultRule(FaultEffect.ERROR_429, "CreateMessage", limit=2)],
        [FaultRule(FaultEffect.CALLBACK_FIRST, "CreateMessage")],
        [FaultRule(FaultEffect.DROP, "message.status", event="sent")],
        [FaultRule(FaultEffect.SWAP, "message.status", every=2)],
    ],
    ids=[
        "answer lost",
        "answer and reports lost",
        "refused",
        "too many",
        "report first",
        "a report lost",
        "order",
    ],
)
async def test_what_an_agent_writes_arrives_once_whatever_the_line_does(
    centre: Centre, rules: list[FaultRule]
) -> None:
    for rule in rules:
        centre.simulator.faults.add(FaultRule.from_json(rule.as_json()))
    mei, contact_id = await connected(centre)
    await answers(mei, contact_id, "第一")
    await answers(mei, contact_id, "第二")
    phone = centre.simulator.phone(customer(centre))
    await phone.gets("第一", timeout=2400)
    await phone.gets("第二", timeout=2400)
    await centre.becomes("select count(*) from messages where status = 'pending'", 0)
    assert [len(sent(centre, body)) for body in ("第一", "第二")] == [1, 1]
    first, second = sent(centre, "第一")[0], sent(centre, "第二")[0]
    assert first.created <= second.created, "in the order they were written"


async def test_what_does_not_arrive_says_why(centre: Centre) -> None:
    mei, contact_id = await connected(centre)
    centre.simulator.texts.behaves(customer(centre), Handset.OFF)
    await answers(mei, contact_id, "您好")
    await centre.becomes(STATUS, "undelivered/unreachable", "您好")


async def test_who_says_stop_is_left_alone_and_start_undoes_it(centre: Centre) -> None:
    mei, contact_id = await connected(centre)
    phone = centre.simulator.phone(customer(centre))
    phone.writes(MAIN_NUMBER, "STOP")
    await phone.gets("START")  # the network's own words
    await centre.becomes("select count(*) from messages where body = 'STOP'", 1)
    order = {"client_id": str(uuid4()), "body": "等一下"}
    refused = await mei.command("POST", f"/contacts/{contact_id}/messages", order, status=409)
    assert refused["code"] == "opted_out"
    assert (await mei.command("GET", f"/contacts/{contact_id}/messages"))["is_opted_out"] is True
    phone.writes(MAIN_NUMBER, "START")
    await centre.becomes("select count(*) from messages where body = 'START'", 1)
    await answers(mei, contact_id, "歡迎回來")
    await phone.gets("歡迎回來")
    assert sent(centre, "等一下") == []
