"""Calls that agents make, report by report: lost, late and repeated ones, and a process that dies in between."""

import contextlib
from uuid import UUID

import pytest

from app.channels.voice import dial_out, reach
from app.contacts.service import NewOutbound
from app.core.ids import new_id
from tests.channels.voice.carrier import Fault, Killed
from tests.channels.voice.line import AgentLeg, Caller, Line, control, line_settings
from tests.channels.voice.people import media, nobody_is_left, sends
from tests.channels.voice.telephones import MOBILE, Telephone, reached_at, telephone_of

NUMBER = "+886900000177"
OURS = "+886255500100"


async def dials(line: Line, login: str = "mei") -> tuple[Caller, UUID]:
    """An agent dials; nothing has been sent yet."""
    agent_id = await line.agent_at_work(login)
    async with line.database.transaction() as tx:
        queue_id = await tx.fetchval("select id from queues where key = 'orders'")
        new = NewOutbound(
            channel="voice",
            to_address=NUMBER,
            from_address=OURS,
            customer_id=None,
            identification="unknown",
            candidates=[],
            language="zh-Hant",
            queue_id=queue_id,
        )
        timeout = reach.time_to_join(await reach.of_agent(tx, agent_id), line_settings())
        offer = await dial_out.begin(
            tx, new, task_id=new_id(), agent_id=agent_id, now=line.clock.now, timeout=timeout
        )
    return Caller(line, "", NUMBER, offer.contact_id), agent_id


async def agent_is_there(line: Line) -> tuple[Caller, AgentLeg]:
    """The agent's browser phone is in the room; the customer is about to be rung."""
    caller, agent_id = await dials(line)
    await line.run_commands()
    async with line.database.read() as reader:
        row = await reader.fetchrow(
            "select id, offer_id, room from voice_legs where contact_id = $1 and kind = 'agent'",
            caller.contact_id,
        )
    assert row is not None
    leg = AgentLeg(line, caller, row["id"], row["offer_id"], agent_id, row["room"])
    await leg.answers()
    await leg.joins()
    return caller, leg


class Rung:
    """The telephone of the customer who is called."""

    def __init__(self, line: Line, caller: Caller, leg: AgentLeg):
        self._line, self._leg = line, leg
        room = line.carrier.room(leg.room)
        assert room is not None
        caller.sid = next(sid for sid, one in room.people.items() if one["label"] == "customer")
        self.sid = caller.sid

    async def _id(self) -> UUID:
        found: UUID = await self._line.value(
            "select id from voice_legs where contact_id = $1 and kind = 'customer'",
            self._leg.caller.contact_id,
        )
        return found

    async def status(self, status: str, sequence: int = 0, **extra: str) -> None:
        """A status callback of the customer's leg."""
        as_leg = AgentLeg(self._line, self._leg.caller, await self._id(), None, None, self._leg.room)
        as_leg._sid = self.sid
        assert (await as_leg.status(status, sequence, **extra)).status_code == 204

    async def answers(self, sequence: int = 5) -> None:
        """Answered, and in the room."""
        await self.status("in-progress", 2)
        await self._leg.caller.joins(self._leg, sequence)


async def ringing(line: Line) -> tuple[Caller, AgentLeg, Rung]:
    """The customer's telephone rings."""
    caller, leg = await agent_is_there(line)
    assert await line.run_commands() == ["dial_customer done"]
    return caller, leg, Rung(line, caller, leg)


async def test_the_agent_comes_first_and_the_customer_is_rung_once(line: Line) -> None:
    caller, _ = await dials(line)
    assert await line.run_commands() == ["create_agent_leg done"]
    assert [request.fields["Label"][:5] for request in line.carrier.of("create")] == ["agent"]
    assert await caller.state() == "offered/connecting"


async def test_an_answer_brings_both_together(line: Line) -> None:
    caller, _, customer = await ringing(line)
    await customer.status("ringing", 1)
    await customer.answers()
    assert await caller.state() == "active/talking"


async def test_the_join_may_come_before_every_other_news(line: Line) -> None:
    caller, leg = await agent_is_there(line)
    line.carrier.goes_wrong("create", Fault.LOST_AFTER)
    await line.run_commands()
    customer = Rung(line, caller, leg)
    await caller.joins(leg, 5)
    assert await caller.state() == "active/talking"
    await customer.status("initiated", 0)
    await customer.status("ringing", 1)
    await customer.status("in-progress", 2)
    await line.run_commands()
    assert await caller.state() == "active/talking"
    assert line.carrier.legs_made == 2


@pytest.mark.parametrize("fault", [Fault.KILLED_AFTER, Fault.LOST_AFTER, Fault.BROKEN_AFTER])
async def test_a_ring_whose_answer_was_lost_is_not_rung_again(line: Line, fault: Fault) -> None:
    caller, leg = await agent_is_there(line)
    line.carrier.goes_wrong("create", fault)
    with contextlib.suppress(Killed):
        await line.run_commands()
    assert await line.run_commands() == ["dial_customer done"]
    assert line.carrier.legs_made == 2
    await Rung(line, caller, leg).answers()
    assert await caller.state() == "active/talking"


@pytest.mark.parametrize("fault", [Fault.KILLED_BEFORE, Fault.LOST_BEFORE])
async def test_a_ring_that_was_never_made_is_told_and_not_tried_on_and_on(line: Line, fault: Fault) -> None:
    caller, _ = await agent_is_there(line)
    line.carrier.goes_wrong("create", fault)
    with contextlib.suppress(Killed):
        await line.run_commands()
    await line.clock.advance(50)
    await line.run_commands()
    assert line.carrier.legs_made == 1
    assert (await media(line, caller))["not_reached"] == "failed"
    assert await line.value("select state from contacts where id = $1", caller.contact_id) == "wrap_up"
    await nobody_is_left(line)


@pytest.mark.parametrize(
    ("status", "sip", "why"),
    [
        ("busy", "486", "busy"),
        ("no-answer", "487", "no_answer"),
        ("failed", "404", "not_in_service"),
        ("busy", "603", "declined"),
    ],
)
@pytest.mark.parametrize("times", [1, 2])
async def test_who_is_not_reached_is_told_in_words_once(
    line: Line, status: str, sip: str, why: str, times: int
) -> None:
    caller, _, customer = await ringing(line)
    for _ in range(times):
        await customer.status(status, 3, SipResponseCode=sip)
    await customer.status("ringing", 1)  # late: it has ended
    assert (await media(line, caller))["not_reached"] == why
    assert await line.value("select state from contacts where id = $1", caller.contact_id) == "wrap_up"
    told = "select count(*) from touchpoints where contact_id = $1 and kind = 'call.not_reached'"
    assert await line.value(told, caller.contact_id) == 1
    await nobody_is_left(line)


@pytest.mark.parametrize("fault", [None, Fault.LOST_AFTER, Fault.KILLED_AFTER])
async def test_an_agent_who_gives_up_leaves_no_telephone_ringing(line: Line, fault: Fault | None) -> None:
    caller, leg = await agent_is_there(line)
    if fault is not None:
        line.carrier.goes_wrong("create", fault)
    with contextlib.suppress(Killed):
        await line.run_commands()
    customer = Rung(line, caller, leg)
    await control(line, caller, leg, "hang_up")
    await sends(line)
    assert line.carrier.calls[customer.sid] == "completed"
    assert (await media(line, caller))["not_reached"] == "hung_up"
    await customer.status("completed", 3)
    await nobody_is_left(line)


async def test_an_answer_as_the_agent_gives_up_is_hung_up(line: Line) -> None:
    caller, leg, customer = await ringing(line)
    await control(line, caller, leg, "hang_up")
    await customer.answers()
    await sends(line)
    assert line.carrier.calls[customer.sid] == "completed"
    await customer.status("completed", 9)
    await nobody_is_left(line)


async def test_an_agent_s_phone_that_goes_while_it_rings_ends_the_ringing(line: Line) -> None:
    caller, leg, customer = await ringing(line)
    await leg.leaves(9)
    await sends(line)
    assert line.carrier.calls[customer.sid] == "completed"
    await customer.status("completed", 9)
    await leg.status("completed", 9)
    assert await line.value("select state from contacts where id = $1", caller.contact_id) == "wrap_up"
    await nobody_is_left(line)


async def test_lost_news_of_the_answer_is_found_by_the_reconciler(line: Line) -> None:
    caller, leg, customer = await ringing(line)
    room = line.carrier.room(leg.room)
    assert room is not None
    line.carrier.joins(room, customer.sid, "customer")
    async with line.database.transaction() as tx:
        await tx.execute("update voice_calls set checked_at = switchboard_now() - interval '1 minute'")
    await line.reconciler.check_due()
    assert await caller.state() == "active/talking"


async def test_an_agent_s_own_phone_that_fails_asks_nobody_else(line: Line) -> None:
    caller, _ = await dials(line)
    line.carrier.goes_wrong("create", Fault.BAD_REQUEST)
    await line.run_commands()
    await line.route()
    await sends(line)
    assert line.carrier.legs_made == 0
    assert await line.value("select outcome from contacts where id = $1", caller.contact_id) == "failed"


# --- agents at a telephone ---------------------------------------------------------------------------------------


async def own_telephone(line: Line) -> tuple[Caller, Telephone]:
    """The agent's own telephone rings first."""
    await reached_at(line, "mei", MOBILE)
    caller, _ = await dials(line)
    assert await line.run_commands() == ["create_agent_leg done"]
    return caller, await telephone_of(line, caller)


async def test_the_agent_s_own_telephone_rings_first_and_wants_the_key(line: Line) -> None:
    caller, telephone = await own_telephone(line)
    assert telephone.request is not None
    assert telephone.request.fields["To"] == MOBILE
    await line.clock.advance(20)
    await line.route()  # a telephone takes longer than a browser
    await telephone.is_answered()
    assert line.carrier.of("create") == []
    await telephone.presses("1")
    leg = await telephone.joins()
    assert await line.run_commands() == ["dial_customer done"]
    await Rung(line, caller, leg).answers()
    assert await caller.state() == "active/talking"


@pytest.mark.parametrize("answered", [False, True])
async def test_an_own_telephone_nobody_takes_rings_nobody(line: Line, answered: bool) -> None:
    caller, telephone = await own_telephone(line)
    if answered:
        await telephone.is_answered()
        await telephone.presses("")
    await telephone.status("completed" if answered else "no-answer", 3)
    await sends(line)
    assert line.carrier.of("create") == []
    assert await line.value("select outcome from contacts where id = $1", caller.contact_id) == "failed"
    await nobody_is_left(line)


async def test_putting_the_own_telephone_down_ends_the_ringing(line: Line) -> None:
    caller, telephone = await own_telephone(line)
    await telephone.is_answered()
    await telephone.presses("1")
    leg = await telephone.joins()
    await line.run_commands()
    customer = Rung(line, caller, leg)
    await telephone.hangs_up(9)
    await sends(line)
    assert line.carrier.calls[customer.sid] == "completed"
    await customer.status("completed", 9)
    await nobody_is_left(line)
