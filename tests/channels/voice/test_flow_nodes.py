"""On the telephone: a caller waits for a web service without any webhook asking outside; is promised a call; leaves a
message; and is written to."""

import json
from ipaddress import ip_address
from typing import Any

import httpx

from app.core.ids import new_id
from app.core.outside import Address, Outside, Resolver
from app.intake.web_requests import WebRequester
from app.selfservice import runs
from app.selfservice.definition import FlowDefinition
from simulator.twiml_check import check_document
from tests.channels.voice.line import Caller, Line, spoken
from tests.selfservice.small_flows import flow, number, request, text

LEAVING = {"queue": "orders"}


def with_queue(*nodes: dict[str, Any]) -> FlowDefinition:
    """A flow of these nodes whose people are the demo's."""
    made = flow(*nodes, fallback=LEAVING)
    raw = made.model_dump(mode="json")
    for node in raw["nodes"]:
        if node.get("queue"):
            node["queue"] = "orders"
    return FlowDefinition.model_validate(raw)


async def answers_with(line: Line, *nodes: dict[str, Any]) -> None:
    """Let every number answer with a flow of these nodes."""
    async with line.database.transaction() as tx:
        flow_id = new_id()  # a process keeps what it has read of a version
        await runs.publish(tx, flow_id=flow_id, flow=with_queue(*nodes))
        await tx.execute("update phone_numbers set flow_id = $1", flow_id)


def named(address: str) -> Resolver:
    """A resolver that knows one address."""

    async def resolve(host: str, port: int) -> list[Address]:
        return [ip_address(address)]

    return resolve


def requester(line: Line, answer: httpx.Response | Exception) -> WebRequester:
    """The worker's part, with a shop that answers this."""

    def shop(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return WebRequester(
        line.database, Outside(resolver=named("93.184.215.14"), transport=httpx.MockTransport(shop))
    )


async def waiting_for_shop(line: Line) -> Caller:
    """A caller whose order is being looked up."""
    told = {"kind": "say", "id": "told", "prompt": text("It is {status}."), "next": "done"}
    await answers_with(line, number(next="asked"), request(next="told"), told)
    caller = await line.call()
    await caller.press("1234#")
    return caller


async def job(line: Line) -> dict[str, Any]:
    """What the worker is told."""
    raw = await line.value("select payload from pgqueuer where entrypoint = 'selfservice.request'")
    payload: dict[str, Any] = json.loads(raw)
    return payload


async def test_the_caller_waits_and_hears_the_answer(line: Line) -> None:
    caller = await waiting_for_shop(line)
    assert "looking that up" in spoken(caller.text) or "查詢" in spoken(caller.text)
    for _ in range(3):  # the phone asks again by itself, and hears nothing twice
        await caller.replies({})
        assert spoken(caller.text) == ""
        assert check_document(caller.text) == []
    steps = await line.value("select step from flow_runs where contact_id = $1", caller.contact_id)
    assert steps == 2
    shop = requester(line, httpx.Response(200, json={"order": {"status": "sent"}}))
    for _ in range(2):  # a job may run twice
        await shop.ask(await job(line))
    await caller.replies({})
    assert "It is sent. Done." in spoken(caller.text)
    assert await caller.state() == "closed/closing"
    kinds = "select count(*) from touchpoints where contact_id = $1 and kind = 'request.made'"
    assert await line.value(kinds, caller.contact_id) == 1


async def test_what_the_shop_does_not_answer_goes_the_other_way(line: Line) -> None:
    caller = await waiting_for_shop(line)
    await requester(line, httpx.ConnectError("refused")).ask(await job(line))
    await caller.replies({})
    assert caller.document.find("Enqueue") is not None
    assert await line.value("select reason from flow_requests") == "no_answer"


async def test_nobody_waits_longer_than_the_node_says(line: Line) -> None:
    caller = await waiting_for_shop(line)
    await line.clock.advance(8)
    await caller.replies({})
    assert caller.document.find("Enqueue") is not None
    late = requester(line, httpx.Response(200, json={"order": {"status": "sent"}}))
    await late.ask(await job(line))
    assert await line.value("select state from flow_requests") == "failed"
    assert await caller.state() == "queued/waiting"


async def test_what_nobody_answered_is_given_up_by_the_clock(line: Line) -> None:
    await waiting_for_shop(line)
    shop = requester(line, httpx.Response(200, json={}))
    assert await shop.give_up_due() == 0
    await line.clock.advance(8)
    assert (await shop.give_up_due(), await shop.give_up_due()) == (1, 0)


async def test_a_person_can_be_asked_for_while_waiting(line: Line) -> None:
    caller = await waiting_for_shop(line)
    await caller.press("0")
    assert caller.document.find("Enqueue") is not None


async def test_a_private_address_is_never_asked(line: Line) -> None:
    caller = await waiting_for_shop(line)

    asked: list[httpx.Request] = []

    def shop(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={})

    transport = httpx.MockTransport(shop)
    await WebRequester(line.database, Outside(resolver=named("10.0.0.1"), transport=transport)).ask(
        await job(line)
    )
    assert asked == []
    await caller.replies({})
    assert caller.document.find("Enqueue") is not None
    assert await line.value("select reason from flow_requests") == "refused"


async def test_a_caller_is_promised_a_call_and_keeps_a_place(line: Line) -> None:
    later = {"kind": "callback", "id": "later", "queue": "orders", "otherwise": "sorry"}
    await answers_with(line, number(next="later"), later)
    caller = await line.call()
    await caller.press("1234")
    assert caller.document.find("Hangup") is not None
    assert check_document(caller.text) == []
    found = await line.value(
        "select outcome from contacts where id = $1 and state = 'closed'", caller.contact_id
    )
    assert found == "callback_requested"
    assert await line.value("select source from callbacks") == "flow"
    await caller.status("completed")
    assert await caller.state() == "closed/closed"


async def test_a_caller_leaves_a_message(line: Line) -> None:
    tape = {"kind": "voicemail", "id": "tape", "queue": "orders", "otherwise": "sorry"}
    await answers_with(line, number(next="tape"), tape)
    caller = await line.call()
    await caller.press("1234")
    assert check_document(caller.text) == []
    assert await caller.state() == "new/voicemail"
    answer = await caller.asks("after-queue")
    assert "<Record" in answer.text
    assert check_document(answer.text) == []
    assert await line.run_commands() == []  # nothing moves the call: the document does


async def test_a_caller_is_written_to(line: Line) -> None:
    written = {"kind": "message", "id": "written", "text": text("See you."), "next": "done"}
    async with line.database.transaction() as tx:
        await tx.execute(
            """insert into messaging_addresses (address, label, queue_id)
               select '+886255500199', 'SMS', id from queues limit 1"""
        )
    await answers_with(line, number(next="written"), written)
    caller = await line.call()
    await caller.press("1234")
    row = "select body || ' ' || status from messages where contact_id = $1"
    assert await line.value(row, caller.contact_id) == "See you. pending"
    jobs = "select count(*) from pgqueuer where entrypoint = 'messaging.send'"
    assert await line.value(jobs) == 1


async def test_slower_is_said_slowly(line: Line) -> None:
    await answers_with(line, number())
    caller = await line.call()
    await caller.says("說慢一點")
    assert '<prosody rate="75%">' in caller.text
    assert check_document(caller.text) == []
