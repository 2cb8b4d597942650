"""When callbacks are due: quiet hours, the queue's hours, a wish for later, and many nodes that look at once."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from app.core.errors import InvalidInput
from app.routing import callbacks
from app.routing.callback_rules import CallbackState
from app.routing.callbacks import Callback, CallbackWish
from tests.routing.invariants import broken
from tests.routing.office import now_of
from tests.routing.telephones import NUMBER, Desk, open_desk
from tests.support.clock import START

HOUR = 3600


@pytest.fixture
async def desk(dsn: str) -> AsyncIterator[Desk]:
    """A centre with the default rules: nobody is called from nine at night to eight. It is ten in the morning."""
    async with open_desk(dsn) as desk:
        await desk.office.sql("update queues set callback_rules = '{}'")
        yield desk
        assert await broken(desk.database) == {}


async def wish(desk: Desk, **changes: object) -> Callback:
    """Somebody asks on the web."""
    async with desk.database.transaction() as tx:
        asked = CallbackWish("web", NUMBER, desk.office.queues["sales"], **changes)  # type: ignore[arg-type]
        callback = await callbacks.request_for_number(tx, asked, now=await now_of(tx))
    desk.office.callers["web"] = callback.contact_id
    return callback


async def test_one_who_asks_at_night_is_called_in_the_morning_at_the_place_of_the_night(desk: Desk) -> None:
    await desk.office.passes(12 * HOUR)
    callback = await wish(desk)
    await desk.act()
    found = await desk.callback(callback)
    assert (found.state, found.due_at) == (CallbackState.PAUSING, START + timedelta(hours=22))
    await desk.office.at_work("ann")
    await desk.advance(10 * HOUR - 1)
    assert await desk.office.ringing() == {}
    await desk.advance(1)
    assert await desk.office.ringing() == {"web": "ann"}
    queued_at = await desk.office.value("select queued_at from contacts where id = $1", callback.contact_id)
    assert queued_at == START + timedelta(hours=12)


async def test_the_evening_takes_a_waiting_one_out_of_the_queue_without_a_try(desk: Desk) -> None:
    callback = await wish(desk)
    await desk.act()
    assert await desk.office.state("web") == "queued"
    await desk.advance(11 * HOUR)
    assert await desk.office.state("web") == "new"
    await desk.office.at_work("ann")
    await desk.act()
    assert await desk.office.ringing() == {}
    found = await desk.callback(callback)
    assert (found.tries, found.due_at) == (0, START + timedelta(hours=22))


async def test_the_evening_takes_back_what_rings(desk: Desk) -> None:
    await desk.office.passes(11 * HOUR - 5)
    await wish(desk)
    await desk.office.at_work("ann")
    await desk.act()
    assert await desk.office.ringing() == {"web": "ann"}
    await desk.advance(5)
    assert await desk.office.held() == {}
    assert not await desk.office.is_not_responding("ann")


async def test_what_is_being_dialled_when_the_evening_comes_is_carried_through(desk: Desk) -> None:
    await desk.office.passes(11 * HOUR - 5)
    await wish(desk)
    await desk.office.at_work("ann")
    await desk.act()
    await desk.office.accept("ann")
    await desk.advance(10)
    assert await desk.office.held() == {"web": "ann"}


async def test_a_customer_in_another_time_zone_sleeps_by_their_own_clock(desk: Desk) -> None:
    callback = await wish(desk, time_zone="America/New_York")
    await desk.act()
    assert (await desk.callback(callback)).due_at == START + timedelta(hours=11)


async def test_a_known_customers_time_zone_is_theirs(desk: Desk) -> None:
    await desk.office.sql(
        """insert into customers (id, display_name, attributes)
           values ('00000000-0000-7000-8000-000000000001', 'Ming', '{"time_zone": "Europe/Berlin"}')"""
    )
    customer_id = await desk.office.value("select id from customers")
    assert (await wish(desk, customer_id=customer_id)).time_zone == "Europe/Berlin"


async def test_the_queues_hours_are_kept(desk: Desk) -> None:
    await desk.office.sql(
        """insert into calendars values ('00000000-0000-7000-8000-000000000002', 'day', 'Day', 'Asia/Taipei',
                                         '{"fri": [["09:00", "11:00"]], "mon": [["09:00", "11:00"]]}')"""
    )
    await desk.office.sql("update queues set calendar_id = (select id from calendars)")
    callback = await wish(desk)
    await desk.act()
    assert (await desk.callback(callback)).due_at == START + timedelta(hours=1)
    await desk.advance(HOUR)
    found = await desk.callback(callback)
    assert (found.state, found.due_at) == (CallbackState.PAUSING, START + timedelta(hours=71))


async def test_a_queue_closed_by_hand_is_looked_at_again_and_again(desk: Desk) -> None:
    await desk.office.sql("update queues set is_closed = true")
    callback = await wish(desk)
    await desk.act()
    await desk.advance(60)
    assert (await desk.callback(callback)).state == CallbackState.PAUSING
    await desk.office.sql("update queues set is_closed = false")
    await desk.advance(60)
    assert await desk.office.state("web") == "queued"


async def test_a_queue_that_turns_it_away_is_asked_again_after_the_gap(desk: Desk) -> None:
    callback = await wish(desk)
    await desk.act()
    async with desk.database.transaction() as tx:
        assert await callbacks.turned_away(tx, callback.contact_id, now=await now_of(tx))
        assert not await callbacks.turned_away(tx, callback.contact_id, now=await now_of(tx))
    await desk.act()
    assert await desk.office.state("web") == "new"
    await desk.advance(900)
    assert await desk.office.state("web") == "queued"
    assert (await desk.callback(callback)).tries == 0


async def test_a_wish_for_later_waits_until_then(desk: Desk) -> None:
    await wish(desk, not_before=START + timedelta(hours=2))
    await desk.advance(2 * HOUR - 1)
    assert await desk.office.state("web") == "new"
    await desk.advance(1)
    assert await desk.office.state("web") == "queued"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"not_before": START + timedelta(days=31)}, "not_before"),
        ({"time_zone": "Asia/Taipeh"}, "time_zone"),
        ({"time_zone": "../etc/passwd"}, "time_zone"),
    ],
)
async def test_a_wish_that_cannot_be_kept_is_refused(
    desk: Desk, changes: dict[str, object], named: str
) -> None:
    with pytest.raises(InvalidInput, match=named):
        await wish(desk, **changes)


async def test_one_whose_contact_was_closed_behind_its_back_is_over(desk: Desk) -> None:
    callback = await wish(desk)
    await desk.office.sql(
        "update contacts set state = 'closed', outcome = 'failed', closed_at = opened_at where id = $1",
        callback.contact_id,
    )
    await desk.act()
    assert (await desk.callback(callback)).state == CallbackState.CANCELLED


async def test_one_that_fails_does_not_stop_the_others_and_is_tried_again(desk: Desk) -> None:
    first = await wish(desk)
    await desk.call("other", "+886912000002")
    second = await desk.ask("other")
    await desk.office.sql(
        """create function refuse_one() returns trigger language plpgsql as $$
           begin if new.number = '+886912000001' then raise exception 'broken'; end if; return new; end $$"""
    )
    await desk.office.sql(
        "create trigger refuse_one before update on callbacks for each row execute function refuse_one()"
    )
    await desk.act()
    assert (await desk.callback(second)).state == CallbackState.WAITING
    await desk.office.sql("drop trigger refuse_one on callbacks")
    await desk.act()
    assert (await desk.callback(first)).state == CallbackState.WAITING
