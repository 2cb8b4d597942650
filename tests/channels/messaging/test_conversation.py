"""The agent's side: connected by the yes itself, messages sent once and in order, ended, lost, passed on."""

from contextlib import suppress
from uuid import UUID

import pytest

from app.agents import connections
from app.contacts.errors import CannotWrite, ControlRefused, OptedOut
from app.contacts.events import Control
from app.contacts.messages import MessageStatus
from app.core.ids import new_id
from app.routing import service as routing
from tests.channels.messaging.desk import STRANGER, Desk
from tests.channels.voice.carrier import Fault, Killed
from tests.channels.voice.line import KNOWN_CALLER


async def test_the_yes_of_the_agent_connects_at_once(desk: Desk) -> None:
    contact_id, agent_id = await desk.connected()
    assert await desk.state(contact_id) == "active"
    row = "select o.state || ' ' || o.cost from offers o where contact_id = $1"
    assert await desk.line.value(row, contact_id) == "accepted 0"
    assert await desk.line.value("select used_units from agent_states where agent_id = $1", agent_id) == 0
    events = "select array_agg(type order by seq) from events where stream = $1"
    told = await desk.line.value(events, f"agent:{agent_id}")
    assert told.index("offer.accepting") < told.index("offer.ended") < told.index("contact.changed")


async def test_what_the_customer_writes_then_is_told_to_the_agent(desk: Desk) -> None:
    contact_id, agent_id = await desk.connected()
    assert await desk.writes("還在嗎？🙂") == contact_id
    body = await desk.line.value(
        "select body from events where stream = $1 and type = 'message.added' order by seq desc limit 1",
        f"agent:{agent_id}",
    )
    assert (body["contact_id"], body["message"]["body"]) == (str(contact_id), "還在嗎？🙂")
    assert body["message"]["seq"] == 2


async def test_an_agent_has_three_conversations_and_is_still_called(desk: Desk) -> None:
    agent_id = await desk.line.agent_at_work()
    for n in range(3):
        await desk.accept(await desk.writes("question", from_=f"+88695500000{n}"))
    fourth = await desk.writes("question", from_="+886955000009")
    await desk.line.route()
    assert await desk.state(fourth) == "queued"
    caller = await desk.line.waiting_caller()
    await desk.line.route()
    assert (
        await desk.line.value("select agent_id from offers where contact_id = $1", caller.contact_id)
        == agent_id
    )


async def test_who_is_on_the_telephone_is_not_rung_for_a_message(desk: Desk) -> None:
    await desk.line.talking()
    contact_id = await desk.writes("question", from_=STRANGER)
    await desk.line.route()
    assert await desk.state(contact_id) == "queued"


async def test_an_agent_without_slots_gets_no_messages(desk: Desk) -> None:
    agent_id = await desk.line.agent_at_work()
    async with desk.line.database.transaction() as tx:
        await tx.execute("update agent_states set message_slots = 0 where agent_id = $1", agent_id)
    contact_id = await desk.writes("question")
    await desk.line.route()
    assert await desk.state(contact_id) == "queued"
    async with desk.line.database.transaction() as tx:
        await tx.execute("update agent_states set message_slots = 1 where agent_id = $1", agent_id)
    await desk.line.route()
    assert await desk.state(contact_id) == "offered"


async def test_a_new_router_goes_on_with_conversations_beside_a_call(desk: Desk) -> None:
    await desk.line.agent_at_work()
    for n in range(2):
        await desk.accept(await desk.writes("question", from_=f"+88695500000{n}"))
    await desk.line.talking()
    desk.line.router._mirror = None  # as after a rebuild
    third = await desk.writes("question", from_="+886955000009")
    await desk.line.route()
    assert await desk.state(third) == "queued"


async def test_the_agents_message_is_sent_and_its_fate_told(desk: Desk) -> None:
    contact_id, agent_id = await desk.connected()
    message = await desk.says(contact_id, agent_id, "您好，馬上為您查詢 🙏")
    assert message.status is MessageStatus.PENDING
    await desk.run_sender()
    [sent] = desk.carrier.sent
    assert (sent["to"], sent["body"]) == (KNOWN_CALLER, "您好，馬上為您查詢 🙏")
    assert await desk.status(message) == "queued"
    for status in ("sent", "delivered", "read"):
        assert await desk.reported(sent["sid"], status, sent["callback"]) == 204
        assert await desk.status(message) == status
    changed = "select count(*) from events where stream = $1 and type = 'message.changed'"
    assert await desk.line.value(changed, f"agent:{agent_id}") == 4


async def test_late_and_repeated_reports_change_nothing(desk: Desk) -> None:
    contact_id, agent_id = await desk.connected()
    message = await desk.says(contact_id, agent_id, "hello")
    await desk.run_sender()
    [sent] = desk.carrier.sent
    for status in ("delivered", "sent", "queued", "delivered", "undelivered", "failed", "something-new"):
        assert await desk.reported(sent["sid"], status, sent["callback"]) == 204
    assert await desk.status(message) == "delivered"


async def test_a_report_that_overtakes_the_answer_is_believed(desk: Desk) -> None:
    contact_id, agent_id = await desk.connected()
    message = await desk.says(contact_id, agent_id, "hello")
    desk.carrier.faults.append(Fault.LOST_AFTER)
    await desk.run_sender()
    [sent] = desk.carrier.sent
    assert await desk.status(message) == "pending"
    assert await desk.reported(sent["sid"], "delivered", sent["callback"]) == 204
    await desk.line.clock.advance(60)
    await desk.run_sender()
    assert (await desk.status(message), len(desk.carrier.sent)) == ("delivered", 1)


async def test_a_report_of_another_message_is_refused(desk: Desk) -> None:
    contact_id, agent_id = await desk.connected()
    message = await desk.says(contact_id, agent_id, "hello")
    await desk.run_sender()
    [sent] = desk.carrier.sent
    assert await desk.reported("SM" + "f" * 32, "failed", sent["callback"]) == 404
    assert await desk.reported("SM" + "f" * 32, "failed") == 404
    assert await desk.reported(sent["sid"], "sent") == 204  # known by its sid, too
    assert await desk.status(message) == "sent"


async def test_a_message_that_did_not_arrive_says_why(desk: Desk) -> None:
    contact_id, agent_id = await desk.connected()
    message = await desk.says(contact_id, agent_id, "hello")
    await desk.run_sender()
    [sent] = desk.carrier.sent
    await desk.reported(sent["sid"], "undelivered", sent["callback"], ErrorCode="30003")
    assert await desk.status(message) == "undelivered/unreachable"


async def test_a_refused_message_fails_and_a_customer_the_carrier_knows_is_left_alone(desk: Desk) -> None:
    contact_id, agent_id = await desk.connected()
    desk.carrier.refusal = 21610
    desk.carrier.faults.append(Fault.BAD_REQUEST)
    message = await desk.says(contact_id, agent_id, "hello")
    await desk.run_sender()
    assert await desk.status(message) == "failed/opted_out"
    with pytest.raises(OptedOut):
        await desk.says(contact_id, agent_id, "hello?")


@pytest.mark.parametrize("fault", [Fault.LOST_AFTER, Fault.BROKEN_AFTER, Fault.KILLED_AFTER])
async def test_a_message_whose_answer_was_lost_is_found_and_not_sent_twice(desk: Desk, fault: Fault) -> None:
    contact_id, agent_id = await desk.connected()
    message = await desk.says(contact_id, agent_id, "hello")
    desk.carrier.faults.append(fault)
    with suppress(Killed):
        await desk.run_sender()
    assert await desk.status(message) == "pending"
    await desk.run_sender()
    assert (await desk.status(message), desk.carrier.bodies) == ("queued", ["hello"])


@pytest.mark.parametrize("fault", [Fault.LOST_BEFORE, Fault.KILLED_BEFORE])
async def test_a_message_that_never_arrived_is_sent_again_once_that_is_certain(
    desk: Desk, fault: Fault
) -> None:
    contact_id, agent_id = await desk.connected()
    message = await desk.says(contact_id, agent_id, "hello")
    desk.carrier.faults.append(fault)
    with suppress(Killed):
        await desk.run_sender()
    await desk.run_sender()
    assert desk.carrier.sent == []  # not certain yet
    await desk.line.clock.advance(21)
    await desk.run_sender()
    await desk.run_sender()
    assert (await desk.status(message), desk.carrier.bodies) == ("queued", ["hello"])


async def test_a_carrier_that_is_away_is_asked_again_and_given_up_after_half_an_hour(desk: Desk) -> None:
    contact_id, agent_id = await desk.connected()
    message = await desk.says(contact_id, agent_id, "hello")
    desk.carrier.faults.extend([Fault.REFUSED, Fault.TOO_MANY] * 4)
    for _ in range(8):
        await desk.run_sender()
    assert await desk.status(message) == "pending"
    await desk.line.clock.advance(31 * 60)
    await desk.run_sender()
    assert await desk.status(message) == "failed/no_answer"


async def test_messages_keep_their_order_on_the_way_out(desk: Desk) -> None:
    contact_id, agent_id = await desk.connected()
    for body in ("one", "two", "three"):
        await desk.says(contact_id, agent_id, body)
    desk.carrier.faults.append(Fault.REFUSED)
    await desk.run_sender()
    assert desk.carrier.bodies == []
    await desk.run_sender()
    assert desk.carrier.bodies == ["one", "two", "three"]


async def test_a_repeated_command_is_one_message(desk: Desk) -> None:
    contact_id, agent_id = await desk.connected()
    client_id = new_id()
    first = await desk.says(contact_id, agent_id, "hello", client_id)
    again = await desk.says(contact_id, agent_id, "hello", client_id)
    assert again == first
    await desk.ends(contact_id, agent_id)
    assert (await desk.says(contact_id, agent_id, "hello", client_id)).id == first.id
    with pytest.raises(CannotWrite):
        await desk.says(contact_id, agent_id, "one more")


async def test_the_same_words_twice_are_two_messages(desk: Desk) -> None:
    contact_id, agent_id = await desk.connected()
    for _ in range(2):
        await desk.says(contact_id, agent_id, "OK")
    desk.carrier.faults.extend([Fault.LOST_AFTER])
    for _ in range(4):
        await desk.run_sender()
    assert desk.carrier.bodies == ["OK", "OK"]
    assert await desk.line.value("select count(distinct provider_sid) from messages") == 2


async def test_the_agent_ends_the_conversation_and_codes_it(desk: Desk) -> None:
    contact_id, agent_id = await desk.connected()
    with pytest.raises(ControlRefused):
        await desk.control(contact_id, agent_id, Control.HOLD)
    await desk.ends(contact_id, agent_id)
    assert await desk.state(contact_id) == "wrap_up"
    async with desk.line.database.transaction() as tx:
        await routing.complete_wrap_up(tx, contact_id, now=desk.line.clock.now, dispositions=None, by="agent")
    assert await desk.state(contact_id) == "closed/handled"
    free = "select used_units = 0 and wrap_up_until is null from agent_states where agent_id = $1"
    assert await desk.line.value(free, agent_id)


async def test_a_lost_agents_conversation_goes_back_to_its_place(desk: Desk) -> None:
    contact_id, agent_id = await desk.connected()
    queued_at = await desk.line.value("select queued_at from contacts where id = $1", contact_id)
    await _gone(desk, agent_id)
    await desk.line.clock.advance(59)
    assert await desk.timers.run_due() == 0
    await desk.line.clock.advance(2)
    assert await desk.timers.run_due() == 1
    assert await desk.state(contact_id) == "queued"
    assert await desk.line.value("select queued_at from contacts where id = $1", contact_id) == queued_at
    await desk.line.agent_at_work("jason")
    assert await desk.writes("hello?") == contact_id


async def _gone(desk: Desk, agent_id: UUID) -> None:
    async with desk.line.database.transaction() as tx:
        for row in await tx.fetch("select id from agent_connections where agent_id = $1", agent_id):
            await connections.disconnected(tx, connection_id=row["id"], agent_id=agent_id)


async def test_a_conversation_is_passed_on_with_all_that_was_said(desk: Desk) -> None:
    contact_id, agent_id = await desk.connected()
    await desk.says(contact_id, agent_id, "I pass you on")
    async with desk.line.database.transaction() as tx:
        queue_id = await tx.fetchval("select id from queues where key <> 'orders' order by key limit 1")
        await routing.transfer_to_queue(tx, contact_id, queue_id, by=agent_id, now=desk.line.clock.now)
    assert await desk.state(contact_id) == "queued"
    assert len(await desk.texts(contact_id)) == 2
    assert await desk.writes("thank you") == contact_id


async def test_who_opts_out_in_mid_conversation_is_sent_nothing_more(desk: Desk) -> None:
    contact_id, agent_id = await desk.connected()
    message = await desk.says(contact_id, agent_id, "on its way")
    assert await desk.writes("STOP") == contact_id
    assert await desk.state(contact_id) == "active"
    await desk.run_sender()
    assert await desk.status(message) == "failed/opted_out"
    with pytest.raises(OptedOut):
        await desk.says(contact_id, agent_id, "are you sure?")
    assert desk.carrier.sent == []
