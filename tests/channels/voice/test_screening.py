"""Who is not let in: blocked numbers, numbers that call too often, hidden ones where the site says so."""

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from app.channels.voice import screening
from app.channels.voice.inbound import Inbound
from app.customers.phones import Number
from app.selfservice.locales import Locale
from app.selfservice.prompts import message
from simulator.twiml_check import check_document
from tests.channels.voice.line import KNOWN_CALLER, VOICE, Caller, Line, line_settings, new_sid, spoken

ANOTHER = "+886912345678"


@pytest.fixture(autouse=True)
def read_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are read for every call, instead of every two seconds."""
    monkeypatch.setattr(screening, "FRESH_SECONDS", 0.0)


async def block(line: Line, number: str, until: str = "null") -> None:
    async with line.database.transaction() as tx:
        await tx.execute(
            f"insert into blocked_callers (number, reason, until) values ($1, 'threats', {until})", number
        )


async def rings(line: Line, number: str = KNOWN_CALLER, sid: str = "") -> str:
    """The document a caller hears first."""
    caller = Caller(line, sid or new_sid(), number)
    response = await line.send(f"{VOICE}/inbound", caller.fields(CallStatus="ringing"))
    assert response.status_code == 200, response.text
    return response.text


def is_turned_away(text: str, why: str) -> bool:
    assert check_document(text) == []
    document = ET.fromstring(text)
    said = {message(f"announce.{why}", locale) for locale in Locale}
    return spoken(text) in said and [one.tag for one in document] == ["Say", "Hangup"]


async def test_a_blocked_number_hears_why_and_is_hung_up_on_and_others_are_served(line: Line) -> None:
    await block(line, KNOWN_CALLER)
    assert is_turned_away(await rings(line), "blocked")
    assert "<Gather" in await rings(line, ANOTHER)
    assert await line.value("select count(*) from contacts where from_address = $1 and opened_at >= $2",
                            KNOWN_CALLER, line.clock.now) == 0  # fmt: skip
    assert await line.value("select calls from blocked_callers") == 1


async def test_the_webhook_again_gets_the_same_answer_and_counts_once(line: Line) -> None:
    await block(line, KNOWN_CALLER)
    sid = new_sid()
    first = await rings(line, sid=sid)
    assert await rings(line, sid=sid) == first
    assert await line.value("select calls from blocked_callers") == 1


async def test_a_call_that_was_taken_before_the_block_goes_on(line: Line) -> None:
    sid = new_sid()
    first = await rings(line, sid=sid)
    await block(line, KNOWN_CALLER)
    assert await rings(line, sid=sid) == first
    assert "<Gather" in first


async def test_a_block_that_ran_out_blocks_nobody(line: Line) -> None:
    await block(line, KNOWN_CALLER, "switchboard_now() - interval '1 second'")
    assert "<Gather" in await rings(line)


async def test_the_end_of_a_call_that_was_turned_away_is_no_news(line: Line) -> None:
    await block(line, KNOWN_CALLER)
    caller = Caller(line, new_sid(), KNOWN_CALLER)
    await rings(line, sid=caller.sid)
    before = await line.counts()
    assert (await caller.status("completed")).status_code == 204
    assert await line.counts() == before


async def lines(line: Line) -> list[tuple[str, str | None, bool]]:
    """Of every logged call: why, the number, and whether a customer's timeline has it."""
    async with line.database.read() as reader:
        rows = await reader.fetch(
            """select data ->> 'why' as why, data ->> 'number' as number, customer_id is not null as known
               from touchpoints where kind = 'call.turned_away' order by at, id"""
        )
    return [(row["why"], row["number"], row["known"]) for row in rows]


async def test_every_call_that_is_turned_away_is_one_line_in_the_log(line: Line) -> None:
    await block(line, KNOWN_CALLER)
    await block(line, ANOTHER)
    sid = new_sid()
    for _ in range(2):
        await rings(line, sid=sid)
    await rings(line)
    await rings(line, ANOTHER)
    known, unknown = ("blocked", KNOWN_CALLER, True), ("blocked", ANOTHER, False)
    assert await lines(line) == [known, known, unknown]


async def test_a_flood_is_one_line_a_minute(line: Line) -> None:
    site = Site(line, calls_per_number=1)
    for _ in range(4):
        await site.rings(ANOTHER)
    assert await lines(line) == [("too_often", ANOTHER, False)]
    await line.clock.advance(60)
    await site.rings(ANOTHER)
    assert len(await lines(line)) == 2


async def test_a_hidden_caller_who_is_refused_is_logged_without_a_number(line: Line) -> None:
    await Site(line, withheld_callers="refuse").rings("anonymous")
    assert await lines(line) == [("withheld", None, False)]


class Site:
    """The first webhook under other settings."""

    def __init__(self, line: Line, **settings: Any) -> None:
        self.line = line
        self.inbound = Inbound(line.database, line_settings().model_copy(update=settings))

    async def rings(self, number: str, sid: str = "") -> str:
        return await self.inbound.receive(Caller(self.line, sid or new_sid(), number).fields())


async def test_a_number_that_calls_too_often_is_turned_away_until_the_minutes_are_over(line: Line) -> None:
    site = Site(line, calls_per_number=3, calls_per_number_minutes=10)
    sids = [new_sid() for _ in range(3)]
    taken = [await site.rings(ANOTHER, sid) for sid in sids]
    assert all("<Gather" in document for document in taken)
    for _ in range(2):
        assert is_turned_away(await site.rings(ANOTHER), "too_often")
    assert await site.rings(ANOTHER, sids[0]) == taken[0]
    assert "<Gather" in await site.rings("+886912345670")
    assert await line.value("select array_agg(subject) from alerts where kind = 'calls_too_often'") == [
        ANOTHER
    ]
    await line.clock.advance(601)
    assert "<Gather" in await site.rings(ANOTHER)


async def test_a_flood_is_stopped_before_the_tables_are_read_again(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screening, "FRESH_SECONDS", 3600.0)
    site = Site(line, calls_per_number=3)
    answers = [await site.rings(ANOTHER) for _ in range(5)]
    assert ["<Gather" in one for one in answers] == [True, True, True, False, False]


async def test_hidden_callers_are_taken_or_refused_as_the_site_says_and_never_counted(line: Line) -> None:
    site = Site(line, calls_per_number=1)
    assert all(["<Gather" in await site.rings("anonymous") for _ in range(3)])
    strict = Site(line, withheld_callers="refuse")
    assert is_turned_away(await strict.rings("anonymous"), "withheld")
    assert is_turned_away(await strict.rings(""), "withheld")
    assert "<Gather" in await strict.rings(ANOTHER)


async def test_no_limit_takes_every_call(line: Line) -> None:
    site = Site(line, calls_per_number=0)
    assert all(["<Gather" in await site.rings(ANOTHER) for _ in range(40)])


async def test_the_usual_caller_costs_no_statement_more(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening, "FRESH_SECONDS", 3600.0)
    screen = screening.Screen(line_settings())
    async with line.database.read() as reader:
        await screen.why_not_taken(reader, Number(ANOTHER))
    nobody: Any = None  # what is not there cannot be asked
    assert await screen.why_not_taken(nobody, Number(ANOTHER)) is None
