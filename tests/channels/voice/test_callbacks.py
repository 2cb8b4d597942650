"""Callbacks on the telephone, report by report: late, repeated and lost ones, and a carrier that fails."""

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.routing import callbacks
from app.routing.callback_timers import CallbackTimers
from app.selfservice.locales import Locale
from app.selfservice.prompts import message
from app.touchpoints.log import SYSTEM
from simulator.twiml_check import check_document
from tests.channels.voice.carrier import Fault
from tests.channels.voice.line import (
    ACCOUNT,
    KNOWN_CALLER,
    VOICE,
    AgentLeg,
    Caller,
    Line,
    line_settings,
    path_of,
    spoken,
)


@pytest.fixture(autouse=True)
async def any_hour(line: Line) -> None:
    """Customers may be called at any hour."""
    async with line.database.transaction() as tx:
        await tx.execute("""update queues set callback_rules = '{"quiet": null}'""")


async def timers(line: Line) -> None:
    """What is due of callbacks, then the router."""
    await CallbackTimers(line.database, line_settings()).run_due()
    await line.route()


async def requested(line: Line) -> Caller:
    """A caller who pressed 2 and hung up; the callback waits in the queue."""
    caller = await line.waiting_caller()
    answer = await caller.asks("wait-key", Digits="2")
    assert "Hangup" in answer.text
    await caller.status("completed")
    await timers(line)
    return caller


@dataclass
class Ringing:
    """The customer's telephone."""

    line: Line
    sid: str
    fields: dict[str, Any]

    async def says(self, url: str, **extra: str) -> httpx.Response:
        fields = {"AccountSid": ACCOUNT, "CallSid": self.sid, "Direction": "outbound-api", **extra}
        return await self.line.send(path_of(url.partition("#")[0]), fields)

    async def answers(self) -> httpx.Response:
        """Somebody lifts the receiver: the carrier asks what to do."""
        self.line.carrier.calls[self.sid] = "in-progress"
        return await self.says(self.fields["Url"], CallStatus="in-progress")

    async def ends(self, status: str) -> httpx.Response:
        """The call is over."""
        self.line.carrier.ends(self.sid, status)
        return await self.says(self.fields["StatusCallback"], CallStatus=status, SequenceNumber="3")


async def ringing(line: Line) -> tuple[Ringing, AgentLeg]:
    """The agent accepted and is in the room; the customer's telephone rings."""
    caller = await requested(line)
    await line.agent_at_work()
    await line.route()
    callback = Caller(line, caller.sid, KNOWN_CALLER)
    callback.contact_id = await line.value(
        "select contact_id from callbacks order by requested_at desc limit 1"
    )
    leg = await line.accept(callback)
    assert await line.run_commands() == ["create_agent_leg done"]
    assert line.carrier.of("create_call") == [], "the customer does not ring before the agent is there"
    await leg.answers()
    await leg.joins()
    assert (await line.run_commands())[-1] == "call_customer done"
    return rung(line), leg


def rung(line: Line) -> Ringing:
    """The newest telephone that was rung."""
    request = line.carrier.of("create_call")[-1]
    return Ringing(line, list(line.carrier.calls)[-1], request.fields)


async def state(line: Line) -> str:
    """`callback/contact` of the newest callback."""
    found: str = await line.value(
        """select b.state || '/' || c.state from callbacks b join contacts c on c.id = b.contact_id
           order by b.requested_at desc limit 1"""
    )
    return found


async def test_the_offer_is_spoken_with_the_news_and_the_key_is_listened_for_in_every_round(
    line: Line,
) -> None:
    caller = await line.waiting_caller()
    for says_so in (True, False):
        answer = await caller.asks("wait")
        assert check_document(answer.text, "enqueue-wait") == []
        assert ("2" in spoken(answer.text)) is says_so
        gather = ET.fromstring(answer.text).find("Gather")
        assert gather is not None
        assert path_of(gather.attrib["action"]) == f"{VOICE}/wait-key?contact={caller.contact_id}"


async def test_the_key_is_not_offered_where_the_queue_says_so_or_the_number_is_withheld(line: Line) -> None:
    caller = await line.waiting_caller()
    async with line.database.transaction() as tx:
        await tx.execute("""update queues set callback_rules = '{"in_queue": false}'""")
    assert "<Gather" not in (await caller.asks("wait")).text
    async with line.database.transaction() as tx:
        await tx.execute("update queues set callback_rules = '{}'")
        await tx.execute("update contacts set from_address = null where id = $1", caller.contact_id)
    assert "<Gather" not in (await caller.asks("wait")).text
    assert "<Hangup" not in (await caller.asks("wait-key", Digits="2")).text
    assert await caller.state() == "queued/waiting"


async def test_two_asks_once_however_often_it_comes_and_other_keys_change_nothing(line: Line) -> None:
    caller = await line.waiting_caller()
    before = await line.counts()
    assert "<Play" in (await caller.asks("wait-key", Digits="7")).text
    assert await line.counts() == before
    answers = [(await caller.asks("wait-key", Digits="2")).text for _ in range(2)]
    assert answers[0] == answers[1]
    assert check_document(answers[0], "enqueue-wait") == []
    assert await line.value("select count(*) from callbacks") == 1
    assert "<Hangup" in (await caller.asks("after-queue")).text


async def test_the_key_comes_too_late_when_an_agent_is_on_the_way(line: Line) -> None:
    caller, _ = await line.connecting()
    assert "<Hangup" not in (await caller.asks("wait-key", Digits="2")).text
    assert await line.value("select count(*) from callbacks") == 0


async def test_the_answer_moves_the_customer_into_the_agents_room(line: Line) -> None:
    customer, leg = await ringing(line)
    assert (customer.fields["To"], customer.fields["Timeout"]) == (KNOWN_CALLER, "30")
    answer = await customer.answers()
    assert leg.room in answer.text
    assert check_document(answer.text) == []
    assert await state(line) == "reached/active"
    assert (await customer.answers()).text == answer.text, "asked again, the same answer"


async def test_an_answer_after_the_time_is_up_is_sent_away(line: Line) -> None:
    customer, _ = await ringing(line)
    await line.clock.advance(43)
    await timers(line)
    assert await state(line) == "pausing/new"
    answer = await customer.answers()
    assert "<Hangup" in answer.text
    assert "Conference" not in answer.text
    assert await state(line) == "pausing/new"
    assert "end_leg done" in await line.run_commands()
    assert line.carrier.calls[customer.sid] == "completed"


@pytest.mark.parametrize(
    ("status", "result"),
    [("busy", "busy"), ("no-answer", "no_answer"), ("failed", "failed"), ("canceled", "no_answer")],
)
async def test_the_end_of_the_ringing_pauses_the_callback_and_ends_the_agents_leg(
    line: Line, status: str, result: str
) -> None:
    customer, leg = await ringing(line)
    for _ in range(2):
        assert (await customer.ends(status)).status_code == 204
    assert await state(line) == "pausing/new"
    assert await line.value("select (tries, last_result) = (1, $1) from callbacks", result)
    await line.run_commands()
    assert line.carrier.calls[leg.sid] == "completed"


async def test_news_of_an_earlier_try_does_not_end_the_later_one(line: Line) -> None:
    first, _ = await ringing(line)
    await first.ends("no-answer")
    await line.run_commands()
    await beating(line, 900)
    callback = Caller(line, first.sid, KNOWN_CALLER)
    callback.contact_id = await line.value("select contact_id from callbacks")
    leg = await line.accept(callback)
    await line.run_commands()
    await leg.answers()
    await leg.joins()
    await line.run_commands()
    second = rung(line)
    assert second.sid != first.sid
    await first.ends("busy")
    assert "<Hangup" in (await first.answers()).text
    assert await state(line) == "dialling/offered"
    await second.answers()
    assert await state(line) == "reached/active"


async def beating(line: Line, seconds: float) -> None:
    """Time passes while the consoles stay open."""
    await line.clock.advance(seconds)
    async with line.database.transaction() as tx:
        await tx.execute("update agent_connections set last_heartbeat_at = switchboard_now()")
    await timers(line)


async def call_state(line: Line) -> str:
    found: str = await line.value(
        "select v.state from voice_calls v join callbacks b on b.contact_id = v.contact_id"
    )
    return found


async def test_news_of_an_earlier_try_that_was_given_up_leaves_the_later_one_alone(line: Line) -> None:
    first, _ = await ringing(line)
    await beating(line, 43)
    await line.run_commands()
    assert await state(line) == "pausing/new"
    assert await call_state(line) == "closed", "nobody is on the line between two tries"
    async with line.database.transaction() as tx:
        await tx.execute(
            "update voice_legs set status = 'ringing', ended_at = null where call_sid = $1", first.sid
        )
    await beating(line, 900)
    callback = Caller(line, first.sid, KNOWN_CALLER)
    callback.contact_id = await line.value("select contact_id from callbacks")
    leg = await line.accept(callback)
    await line.run_commands()
    await leg.answers()
    await leg.joins()
    await line.run_commands()
    await first.ends("no-answer")
    assert await state(line) == "dialling/offered"
    assert await call_state(line) == "connecting"
    await rung(line).answers()
    assert await state(line) == "reached/active"


@pytest.mark.parametrize("how", ["busy", "cancelled"])
async def test_a_callback_that_reached_nobody_leaves_no_call_to_look_after(line: Line, how: str) -> None:
    async with line.database.transaction() as tx:
        await tx.execute("""update queues set callback_rules = '{"quiet": null, "max_tries": 1}'""")
    customer, leg = await ringing(line)
    if how == "busy":
        await customer.ends("busy")
        assert await state(line) == "failed/closed"
    else:
        callback_id: UUID = await line.value("select id from callbacks")
        async with line.database.transaction() as tx:
            await callbacks.cancel(tx, callback_id, now=line.clock.now, by=SYSTEM)
    await line.run_commands()
    await leg.status("completed", 4)
    assert await call_state(line) == "closed"


async def test_a_carrier_that_refuses_the_number_is_a_miss(line: Line) -> None:
    line.carrier.goes_wrong("create_call", Fault.BAD_REQUEST)
    caller = await requested(line)
    await line.agent_at_work()
    await line.route()
    callback = Caller(line, caller.sid, KNOWN_CALLER)
    callback.contact_id = await line.value("select contact_id from callbacks")
    leg = await line.accept(callback)
    await line.run_commands()
    await leg.answers()
    await leg.joins()
    await line.run_commands()
    assert await state(line) == "pausing/new"
    assert await line.value("select last_result from callbacks") == "failed"


async def test_a_lost_answer_of_the_carrier_rings_nobody_twice(line: Line) -> None:
    line.carrier.goes_wrong("create_call", Fault.LOST_AFTER)
    caller = await requested(line)
    await line.agent_at_work()
    await line.route()
    callback = Caller(line, caller.sid, KNOWN_CALLER)
    callback.contact_id = await line.value("select contact_id from callbacks")
    leg = await line.accept(callback)
    await line.run_commands()
    await leg.answers()
    await leg.joins()
    await line.run_commands()
    await line.clock.advance(3)
    await line.run_commands()
    assert len(line.carrier.of("create_call")) == 1
    await rung(line).answers()
    assert await state(line) == "reached/active"


async def test_the_reconciler_finds_a_ringing_that_ended_unheard(line: Line) -> None:
    customer, _ = await ringing(line)
    line.carrier.ends(customer.sid, "no-answer")
    await line.clock.advance(31)
    await line.reconciler.check_due()
    assert await line.value("select last_result from callbacks") in ("no_answer", "no_news")
    assert await state(line) == "pausing/new"


async def test_calling_it_off_rings_off(line: Line) -> None:
    customer, leg = await ringing(line)
    callback_id: UUID = await line.value("select id from callbacks")
    async with line.database.transaction() as tx:
        await callbacks.cancel(tx, callback_id, now=line.clock.now, by=SYSTEM)
    await line.run_commands()
    assert line.carrier.calls[customer.sid] == "completed"
    assert line.carrier.calls[leg.sid] == "completed"
    assert "<Hangup" in (await customer.answers()).text


async def test_a_webhook_of_nobodys_call_is_refused(line: Line) -> None:
    customer, leg = await ringing(line)
    answer = await customer.says(customer.fields["Url"], CallSid="CA" + "0" * 32)
    assert answer.status_code == 404
    answer = await customer.says(f"{customer.fields['Url'].split('?')[0]}?leg={leg.id}")
    assert answer.status_code == 404, "an agent's leg is no customer's"
    assert await state(line) == "dialling/offered"


async def test_the_gap_until_the_next_try_is_the_queues(line: Line) -> None:
    customer, _ = await ringing(line)
    await customer.ends("busy")
    due_at = await line.value("select due_at from callbacks")
    assert due_at == line.clock.now + timedelta(seconds=900)


async def test_a_queue_whose_rule_is_a_callback_promises_it_and_lets_go(line: Line) -> None:
    async with line.database.transaction() as tx:
        await tx.execute(
            "update queues set max_wait_seconds = 60, overflow = $1", {"max_wait": {"do": "callback"}}
        )
    caller = await line.waiting_caller()
    await line.route()
    await line.clock.advance(60)
    await line.route()
    assert await line.run_commands() == ["say_goodbye done"]
    request = line.carrier.of("update_call")[-1]
    assert spoken(request.fields["Twiml"]) == message("callback.promised", Locale.ZH_HANT)
    await caller.status("completed")
    assert await caller.state() == "closed/closed"
    assert (
        await line.value("select outcome from contacts where id = $1", caller.contact_id)
        == "callback_requested"
    )
    await timers(line)
    assert await state(line) == "waiting/queued"
    await line.clock.advance(600)
    await line.route()
    assert await state(line) == "waiting/queued", "a callback does not expire"


async def test_a_hidden_number_that_cannot_be_called_back_goes_the_next_way(line: Line) -> None:
    async with line.database.transaction() as tx:
        await tx.execute(
            "update queues set max_wait_seconds = 60, overflow = $1", {"max_wait": {"do": "callback"}}
        )
    caller = await line.waiting_caller()
    async with line.database.transaction() as tx:
        await tx.execute("update contacts set from_address = null where id = $1", caller.contact_id)
    await line.route()
    await line.clock.advance(60)
    await line.route()
    assert await line.value("select state from voice_calls") == "voicemail"
    assert await line.value("select count(*) from callbacks") == 0


async def test_a_number_that_is_not_rung_any_more_is_never_asked_of_the_carrier(line: Line) -> None:
    caller = await requested(line)
    await line.agent_at_work()
    await line.route()
    callback = Caller(line, caller.sid, KNOWN_CALLER)
    callback.contact_id = await line.value("select contact_id from callbacks")
    leg = await line.accept(callback)
    await line.run_commands()
    await leg.answers()
    await leg.joins()
    line.sender._carrier.settings = line_settings().model_copy(
        update={"dial_blocked_prefixes": [KNOWN_CALLER[:9]]}
    )
    assert (await line.run_commands())[-1] == "call_customer failed"
    assert line.carrier.of("create_call") == []
    assert await line.value("select last_result from callbacks") == "failed"
    assert "not rung" in await line.value("select data ->> 'error' from alerts where kind = 'command_failed'")
