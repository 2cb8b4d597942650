"""Agents at a telephone or a SIP phone: the ringing is the offer, pressing 1 is the yes, hanging up is a hang-up."""

import asyncio
import contextlib

import pytest

from app.channels.voice.controls import Target as To
from app.channels.voice.party_rules import SupervisorMode
from app.core.ids import new_id
from app.routing import service as routing
from app.routing.errors import AnswerOnPhone
from tests.channels.voice.carrier import Fault, Killed
from tests.channels.voice.line import AgentLeg, Caller, Line, control, line_settings, spoken
from tests.channels.voice.people import (
    colleague,
    consult,
    hangs_up,
    is_held,
    media,
    nobody_is_left,
    person,
    sends,
    supervises,
)
from tests.channels.voice.telephones import (
    MOBILE,
    SIP,
    Telephone,
    offered_by_phone,
    reached_at,
    ringing,
    talking_by_phone,
    telephone_of,
)


async def offer_state(line: Line) -> str:
    """`state reason` of the newest offer."""
    found: str = await line.value(
        """select offers.state || coalesce(' ' || reason, '') from offers join voice_calls using (contact_id)
           order by made_at desc, offers.id desc limit 1"""
    )
    return found


async def is_silent(line: Line, login: str = "mei") -> bool:
    """Whether the agent is not responding."""
    found: bool = await line.value(
        """select not_responding_since is not null from agent_states s join agents a on a.id = s.agent_id
           where a.login = $1""",
        login,
    )
    return found


async def ended_by(line: Line, caller: Caller) -> str:
    """Who ended the conversation, as the timeline says."""
    found: str = await line.value(
        "select data ->> 'ended_by' from touchpoints where kind = 'contact.ended' and contact_id = $1",
        caller.contact_id,
    )
    return found


# --- the ringing is the offer ---------------------------------------------------------------------------------


async def test_the_ringing_is_the_offer_and_it_lasts_as_long(line: Line) -> None:
    caller, telephone = await ringing(line)
    assert telephone.request is not None
    assert telephone.request.fields["To"] == MOBILE
    assert 5 <= int(telephone.request.fields["Timeout"]) <= 20
    assert await offer_state(line) == "pending"
    assert await caller.state() == "offered/waiting"
    assert line.carrier.of("create") == []  # no participant: a mailbox would be in the room


async def test_pressing_1_is_the_yes_and_the_customer_hears_nothing_before(line: Line) -> None:
    caller, telephone = await ringing(line)
    said = await telephone.is_answered()
    assert "按1接聽" in spoken(said)
    assert await offer_state(line) == "pending"
    await telephone.presses("1")
    assert await offer_state(line) == "accepting"
    assert telephone.room() == f"itx-{caller.contact_id}-1"
    assert "move_customer done" not in await line.run_commands()
    leg = await telephone.joins()
    assert await offer_state(line) == "accepted"
    assert await line.run_commands() == ["move_customer done"]
    await caller.joins(leg)
    assert await caller.state() == "active/talking"
    assert line.carrier.legs_made == 0
    assert len(line.carrier.of("create_call")) == 1


@pytest.mark.parametrize("keys", ["", "2", "#"])
async def test_anything_but_1_is_no_yes(line: Line, keys: str) -> None:
    caller, telephone = await ringing(line)
    await telephone.is_answered()
    said = await telephone.presses(keys)
    assert "<Hangup" in said
    assert telephone.room() == ""
    await telephone.status("completed", 3)
    assert await offer_state(line) == "timed_out not_answered"
    assert await is_silent(line)
    assert await caller.state() == "queued/waiting"
    await nobody_else_is_asked(line)


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "completed"])
async def test_a_telephone_nobody_answers_is_an_offer_that_was_missed(line: Line, status: str) -> None:
    caller, telephone = await ringing(line)
    queued_at = await line.value("select queued_at from contacts where id = $1", caller.contact_id)
    await telephone.status(status, 3)
    await telephone.status(status, 3)
    assert (await offer_state(line)).startswith("timed_out")
    assert await is_silent(line)
    assert await caller.state() == "queued/waiting"
    assert await line.value("select queued_at from contacts where id = $1", caller.contact_id) == queued_at
    assert await line.value("select sum(used_units) from agent_states") == 0
    await nobody_else_is_asked(line)


async def nobody_else_is_asked(line: Line) -> None:
    """The router agrees with the tables, and does not ring the same telephone again."""
    calls = len(line.carrier.of("create_call"))
    await line.route()
    await sends(line)
    assert len(line.carrier.of("create_call")) == calls


async def test_the_next_agent_is_rung_when_a_mailbox_answers(line: Line) -> None:
    caller, telephone = await ringing(line)
    await line.agent_at_work("grace")
    await telephone.is_answered()
    await telephone.presses("")
    await telephone.status("completed", 3)
    await line.route()
    assert await offer_state(line) == "pending"
    leg = await line.accept(caller)
    await line.run_commands()
    await leg.answers()
    await leg.joins()
    assert await caller.state() == "active/connecting"


# --- who wins ----------------------------------------------------------------------------------------------------


async def test_the_offer_is_not_accepted_on_the_page_but_may_be_declined_there(line: Line) -> None:
    _, telephone = await ringing(line)
    leg = await telephone.leg()
    offer_id, agent_id = leg.offer_id, leg.agent_id
    assert offer_id is not None
    assert agent_id is not None
    with pytest.raises(AnswerOnPhone):
        async with line.database.transaction() as tx:
            await routing.accept_offer(
                tx,
                offer_id=offer_id,
                agent_id=agent_id,
                now=line.clock.now,
                timeout=line_settings().accepting_timeout,
            )
    async with line.database.transaction() as tx:
        await routing.reject_offer(tx, offer_id=offer_id, agent_id=agent_id)
    assert await line.run_commands() == ["end_leg done"]
    assert line.carrier.calls[telephone.sid] == "completed"
    assert not await is_silent(line)


async def test_a_key_after_the_time_is_up_is_told_so(line: Line) -> None:
    caller, telephone = await ringing(line)
    await telephone.is_answered()
    await line.clock.advance(21)
    await line.route()
    assert await offer_state(line) == "timed_out timeout"
    said = await telephone.presses("1")
    assert "不再等候" in spoken(said)
    assert telephone.room() == ""
    assert await caller.state() == "queued/waiting"
    assert "dismiss_leg done" in await line.run_commands()
    assert "不再等候" in spoken(line.carrier.of("update_call")[-1].fields["Twiml"])


async def test_the_key_and_the_end_of_the_time_have_one_winner(line: Line) -> None:
    caller, telephone = await ringing(line)
    await telephone.is_answered()
    await line.clock.advance(21)
    await asyncio.gather(telephone.presses("1"), line.route())
    await line.route()
    assert (
        await offer_state(line) == "timed_out timeout"
    )  # a yes at the deadline is late, whoever asked first
    assert telephone.room() == ""
    assert await caller.state() == "queued/waiting"


async def test_a_key_and_a_caller_who_hangs_up_have_one_winner(line: Line) -> None:
    caller, telephone = await ringing(line)
    await telephone.is_answered()
    await asyncio.gather(telephone.presses("1"), caller.status("completed"))
    assert await caller.state() in ("closed/closing", "closed/closed")
    assert await offer_state(line) == "withdrawn abandoned"
    await sends(line)
    await telephone.status("completed", 9)
    assert await caller.state() == "closed/closed"
    assert await line.value("select sum(used_units) from agent_states") == 0


async def test_of_several_telephones_that_ring_one_has_the_call(line: Line) -> None:
    async with line.database.transaction() as tx:
        await tx.execute("update queues set ring_count = 2, last_agent_seconds = 0")
        await tx.execute("update agent_queues set rank = 1")
    await reached_at(line, "mei", MOBILE)
    await reached_at(line, "grace", "+886912000134")
    await line.agent_at_work("mei")
    await line.agent_at_work("grace")
    caller = await line.waiting_caller()
    await line.route()
    await line.run_commands()
    async with line.database.read() as reader:
        rows = await reader.fetch(
            "select id, call_sid from voice_legs where address is not null order by created_at, id"
        )
    assert len(rows) == 2
    first, second = (Telephone(line, caller, row["id"], None, _sid=row["call_sid"]) for row in rows)
    for one in (first, second):
        await one.is_answered()
    await asyncio.gather(first.presses("1"), second.presses("1"))
    assert sorted([bool(first.room()), bool(second.room())]) == [False, True]
    states = await line.value(
        """select array_agg(state || coalesce(' ' || reason, '') order by state) from offers
           where contact_id = $1""",
        caller.contact_id,
    )
    assert states == ["accepting", "withdrawn taken"]


async def test_repeated_questions_get_the_same_answers(line: Line) -> None:
    _, telephone = await ringing(line)
    asked = await telephone.is_answered()
    assert await telephone.is_answered() == asked
    room = await telephone.presses("1")
    telephone.document = asked
    assert await telephone.presses("1") == room
    await telephone.joins()
    telephone.document = asked
    assert await telephone.presses("1") == room
    assert await line.value("select count(*) from voice_legs where kind = 'agent'") == 1


async def test_somebody_else_s_call_is_not_answered(line: Line) -> None:
    _, telephone = await ringing(line)
    sid = telephone.sid
    stranger = Telephone(line, telephone.caller, telephone.leg_id, None, _sid="CA" + "f" * 32)
    answer = await line.send(
        f"/webhooks/twilio/voice/agent-key?leg={telephone.leg_id}",
        {"AccountSid": "AC" + "c" * 32, "CallSid": stranger.sid, "Digits": "1"},
    )
    assert answer.status_code == 404
    assert sid != stranger.sid
    assert await offer_state(line) == "pending"


# --- SIP ---------------------------------------------------------------------------------------------------------


async def test_a_sip_phone_takes_the_call_by_answering(line: Line) -> None:
    caller, telephone = await ringing(line, SIP, needs_key=False)
    assert telephone.request is not None
    assert telephone.request.fields["To"] == SIP
    await telephone.is_answered()
    assert await offer_state(line) == "accepting"
    leg = await telephone.joins()
    await line.run_commands()
    await caller.joins(leg)
    assert await caller.state() == "active/talking"


async def test_a_sip_phone_may_ask_for_the_key_too(line: Line) -> None:
    _, telephone = await ringing(line, SIP, needs_key=True)
    await telephone.is_answered()
    assert await offer_state(line) == "pending"
    await telephone.presses("1")
    assert await offer_state(line) == "accepting"


@pytest.mark.parametrize("address", ["+886204123456", "sip:mei@elsewhere.example.com"])
async def test_an_address_that_is_not_called_any_more_is_not_rung(line: Line, address: str) -> None:
    caller, _ = await ringing(line, address)
    assert line.carrier.of("create_call") == []
    assert await offer_state(line) == "timed_out not_reachable"
    assert await is_silent(line)
    assert await caller.state() == "queued/waiting"


# --- the carrier and our process fail ------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [Fault.KILLED_AFTER, Fault.LOST_AFTER, Fault.BROKEN_AFTER])
async def test_a_ring_whose_answer_was_lost_is_not_rung_again(line: Line, fault: Fault) -> None:
    line.carrier.goes_wrong("create_call", fault)
    caller = await offered_by_phone(line)
    with contextlib.suppress(Killed):
        await line.run_commands()
    telephone = await telephone_of(line, caller)
    await line.run_commands()
    assert await line.value("select state from voice_commands") == "sending"
    await telephone.status("ringing", 1)
    assert await line.run_commands() == ["create_agent_leg done"]
    assert len(line.carrier.of("create_call")) == 1
    await telephone.is_answered()
    await telephone.presses("1")
    await telephone.joins()
    assert await offer_state(line) == "accepted"


async def test_an_answer_before_our_own_news_of_the_ring_is_taken(line: Line) -> None:
    line.carrier.goes_wrong("create_call", Fault.LOST_AFTER)
    _, telephone = await ringing(line)
    await telephone.is_answered()
    await telephone.presses("1")
    await telephone.joins()
    assert await line.run_commands() != []
    assert await offer_state(line) == "accepted"
    assert len(line.carrier.of("create_call")) == 1


async def test_a_ring_that_was_never_made_frees_the_caller_at_the_offer_s_end(line: Line) -> None:
    line.carrier.goes_wrong("create_call", Fault.LOST_BEFORE)
    caller, _ = await ringing(line)
    await line.clock.advance(21)
    await line.route()
    assert await offer_state(line) == "timed_out timeout"
    assert await caller.state() == "queued/waiting"
    await sends(line)
    await line.clock.advance(36)
    await sends(line)
    assert await line.value("select count(*) from voice_legs where kind = 'agent' and ended_at is null") == 0


async def test_a_ring_found_over_by_the_reconciler_is_a_missed_offer(line: Line) -> None:
    caller, telephone = await ringing(line)
    line.carrier.calls[telephone.sid] = "no-answer"
    await line.clock.advance(5)
    await line.value("select 1")
    async with line.database.transaction() as tx:
        await tx.execute("update voice_calls set checked_at = switchboard_now() - interval '1 minute'")
    await line.reconciler.check_due()
    assert await offer_state(line) == "timed_out not_answered"
    assert await caller.state() == "queued/waiting"


async def test_the_reconciler_lets_a_ringing_telephone_ring(line: Line) -> None:
    _, telephone = await ringing(line)
    async with line.database.transaction() as tx:
        await tx.execute("update voice_calls set checked_at = switchboard_now() - interval '1 minute'")
    await line.reconciler.check_due()
    assert await sends(line) == []
    assert line.carrier.calls[telephone.sid] == "queued"


async def test_an_agent_who_pressed_1_and_is_gone_again_gives_the_caller_back(line: Line) -> None:
    caller, telephone = await ringing(line)
    await telephone.is_answered()
    await telephone.presses("1")
    await telephone.status("completed", 3)
    assert await caller.state() == "queued/waiting"
    assert await offer_state(line) == "withdrawn leg_failed"


async def test_a_caller_who_hangs_up_while_the_telephone_rings_stops_it(line: Line) -> None:
    caller, telephone = await ringing(line)
    await caller.status("completed")
    await sends(line)
    assert line.carrier.calls[telephone.sid] == "completed"
    await telephone.status("completed", 3)
    assert await caller.state() == "closed/closed"
    assert not await is_silent(line)


# --- hanging up ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("leg_first", [False, True])
async def test_putting_the_receiver_down_ends_the_call(line: Line, leg_first: bool) -> None:
    caller, telephone, leg = await talking_by_phone(line)
    if leg_first:
        await telephone.status("completed", 9)
        assert await caller.state() == "active/talking"
        await leg.event("participant-leave", 30, ReasonParticipantLeft="participant_hung_up")
    else:
        await telephone.hangs_up()
    assert await sends(line) == ["end_call done"]
    assert line.carrier.calls[caller.sid] == "completed"
    assert await caller.state() == "wrap_up/closed"
    ended = await ended_by(line, caller)
    assert ended == "agent"
    assert await offer_state(line) == "ended ended_by_agent"


async def test_a_receiver_whose_news_is_lost_ends_the_call_after_the_grace(line: Line) -> None:
    caller, telephone, _ = await talking_by_phone(line)
    await telephone.status("completed", 9)
    await line.reconciler.rescue_alone()
    assert await caller.state() == "active/talking"
    await line.clock.advance(11)
    await line.reconciler.rescue_alone()
    await sends(line)
    assert await caller.state() == "wrap_up/closed"


async def test_a_customer_who_hangs_up_is_not_mistaken_for_the_agent(line: Line) -> None:
    caller, telephone, leg = await talking_by_phone(line)
    await leg.event("participant-leave", 30, ReasonParticipantLeft="moderator_ended_conference")
    await telephone.status("completed", 9)
    await caller.status("completed")
    ended = await ended_by(line, caller)
    assert ended == "customer"
    await nobody_is_left(line)


async def test_a_receiver_put_down_before_the_customer_came_gives_the_caller_back(line: Line) -> None:
    caller, telephone = await ringing(line)
    await telephone.is_answered()
    await telephone.presses("1")
    await telephone.joins()
    await telephone.hangs_up()
    assert await caller.state() == "queued/waiting"


async def test_hold_and_hang_up_on_the_page_work_as_ever(line: Line) -> None:
    caller, telephone, leg = await talking_by_phone(line)
    await control(line, caller, leg, "hold")
    await sends(line)
    assert await is_held(line, caller)
    await control(line, caller, leg, "hang_up")
    await sends(line)
    assert line.carrier.calls[caller.sid] == "completed"
    await telephone.status("completed", 9)
    assert await caller.state() == "wrap_up/closed"


async def test_an_agent_who_changes_to_the_browser_keeps_the_call_at_the_telephone(line: Line) -> None:
    caller, telephone, _ = await talking_by_phone(line)
    await reached_at(line, "mei", None)
    await telephone.hangs_up()
    await sends(line)
    assert await caller.state() == "wrap_up/closed"


# --- guests and supervisors ----------------------------------------------------------------------------------------


async def consulted(line: Line) -> tuple[Caller, AgentLeg, Telephone]:
    """A customer on hold while a colleague's telephone rings."""
    caller, leg = await line.talking()
    await reached_at(line, "grace", MOBILE)
    await consult(line, caller, leg, To(agent_id=await colleague(line)))
    await sends(line)
    return caller, leg, await telephone_of(line, caller, "guest")


async def test_a_colleague_at_a_telephone_is_asked_before_being_let_in(line: Line) -> None:
    caller, leg, telephone = await consulted(line)
    said = await telephone.is_answered()
    assert line.carrier.room(leg.room) is not None
    assert telephone.sid not in line.carrier.room(leg.room).people  # type: ignore[union-attr]
    assert "1" in spoken(said)
    await telephone.presses("1")
    guest = await telephone.joins(7)
    await sends(line)
    assert person(line, guest) is not None
    assert await is_held(line, caller)
    shown = (await media(line, caller))["parties"]
    assert MOBILE not in str(shown)  # a colleague's own number is nobody else's business


async def test_a_colleague_s_mailbox_is_no_answer(line: Line) -> None:
    caller, _, telephone = await consulted(line)
    await telephone.is_answered()
    await telephone.presses("")
    await telephone.status("completed", 3)
    await sends(line)
    assert await is_held(line, caller)  # the agent is told, and takes the customer back
    assert (await media(line, caller))["guest_ended"] == "no-answer"
    assert await line.value("select count(*) from agent_states where engagement is not null") == 0


async def test_an_agent_at_a_telephone_who_leaves_gives_the_guest_the_customer(line: Line) -> None:
    caller, telephone, leg = await talking_by_phone(line)
    guest = await consult(line, caller, leg, To(agent_id=await colleague(line)))
    await sends(line)
    await guest.answers()
    await guest.joins(7)
    await sends(line)
    await telephone.hangs_up(40)
    await sends(line)
    assert (
        await line.value("select agent_id from contacts where id = $1", caller.contact_id) == guest.agent_id
    )
    assert not await is_held(line, caller)


async def test_a_supervisor_listens_by_telephone_muted(line: Line) -> None:
    caller, _ = await line.talking()
    await reached_at(line, "grace", MOBILE)
    who = await colleague(line)
    await supervises(line, caller, who, SupervisorMode.LISTEN)
    await sends(line)
    telephone = await telephone_of(line, caller, "supervisor")
    await telephone.is_answered()
    said = await telephone.presses("1")
    assert 'muted="true"' in said
    leg = await telephone.joins(7)
    assert person(line, leg) is not None
    await hangs_up(leg, 40)
    await caller.status("completed")
    await nobody_is_left(line)


# --- dialling out ---------------------------------------------------------------------------------------------------


async def test_a_key_nobody_has_asked_for_yet_changes_nothing(line: Line) -> None:
    answer = await line.send(
        f"/webhooks/twilio/voice/agent-key?leg={new_id()}",
        {"AccountSid": "AC" + "c" * 32, "CallSid": "CA" + "e" * 32, "Digits": "1"},
    )
    assert answer.status_code == 404
