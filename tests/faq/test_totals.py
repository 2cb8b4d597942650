"""The figures of all searches, and the searches behind each."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from app.core.db import Database
from app.faq.totals import Split, Total
from app.faq.totals_endpoints import router
from app.faq.usage import SearchAction, SearchResolution
from tests.faq.articles import entry, published
from tests.faq.desk import desk, person
from tests.faq.test_gaps import asked
from tests.support.clock import FakeClock

HELPED, NOT_HELPED = SearchResolution.HELPED, SearchResolution.NOT_HELPED
ANSWERED = SearchAction.ANSWERED


@pytest.fixture
async def ann(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A supervisor."""
    async with desk(database, router, ann=await person(database, "ann", "supervisor")) as clients:
        yield clients["ann"]


async def of_contact(database: Database, search_id: UUID, contact_id: UUID) -> None:
    async with database.transaction() as tx:
        await tx.execute("update faq_searches set contact_id = $2 where id = $1", search_id, contact_id)


@pytest.fixture
async def a_day(database: Database, clock: FakeClock) -> None:
    """Two callers ask: one twice, helped at last, one in vain. A visitor is helped, an agent finds nothing."""
    async with database.transaction() as tx:
        article = await published(tx, entry("How do I return an item?"))
    first, second = uuid4(), uuid4()
    one = await asked(
        database, clock, "return", ANSWERED, outcome=NOT_HELPED, chosen=article, channel="voice"
    )
    await of_contact(database, one, first)
    two = await asked(
        database, clock, "return item", ANSWERED, outcome=HELPED, chosen=article, channel="voice"
    )
    await of_contact(database, two, first)
    three = await asked(database, clock, "item", ANSWERED, channel="voice")
    await of_contact(database, three, second)
    await asked(
        database,
        clock,
        "an item",
        SearchAction.SUGGESTED,
        outcome=HELPED,
        chosen=article,
        channel="help_centre",
    )
    agents = await asked(database, clock, "parking", channel="console")
    async with database.transaction() as tx:
        await tx.execute("update faq_searches set agent_id = $2 where id = $1", agents, uuid4())


@pytest.mark.usefixtures("a_day")
async def test_the_totals_say_how_many_needed_nobody_and_how_often_the_machine_was_right(
    ann: httpx.AsyncClient,
) -> None:
    (total,) = (await ann.get("/faq/totals")).json()
    assert (total["searches"], total["answered"], total["suggested"], total["nothing"]) == (5, 3, 1, 1)
    assert (total["helped"], total["unhelpful"]) == (2, 1)
    assert (total["answers_right"], total["answers_judged"]) == (1, 2)
    assert (total["deflected"], total["askers"]) == (2, 3), "an agent's search is nobody's asking"
    by_channel = {
        line["key"]: line for line in (await ann.get("/faq/totals", params={"split": "channel"})).json()
    }
    assert set(by_channel) == {"voice", "help_centre", "console"}
    assert (by_channel["voice"]["deflected"], by_channel["voice"]["askers"]) == (1, 2)


@pytest.mark.usefixtures("a_day")
@pytest.mark.parametrize("split", list(Split))
async def test_every_figure_leads_to_as_many_searches_as_it_counts(
    ann: httpx.AsyncClient, split: Split
) -> None:
    lines = (await ann.get("/faq/totals", params={"split": split, "time_zone": "Asia/Taipei"})).json()
    assert sum(line["searches"] for line in lines) == 5
    for line in lines:
        for total in Total:
            params = {"split": split, "key": line["key"], "total": total, "time_zone": "Asia/Taipei"}
            behind = (await ann.get("/faq/searches", params=params)).json()
            assert len(behind) == line[total.value], (line["key"], total)


async def test_a_day_is_one_of_the_zone(ann: httpx.AsyncClient, database: Database, clock: FakeClock) -> None:
    midnight = clock.now.replace(hour=16, minute=0, second=0, microsecond=0)  # in Taipei
    until_then = (midnight - clock.now) % timedelta(days=1)
    await clock.advance(until_then.total_seconds() - 10)
    await asked(database, clock, "before midnight")
    await clock.advance(20)
    await asked(database, clock, "after midnight")
    for zone, days in (("Asia/Taipei", 2), ("UTC", 1)):
        params = {"split": "day", "time_zone": zone}
        assert len((await ann.get("/faq/totals", params=params)).json()) == days


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "x" * 64, ""])
async def test_an_unknown_zone_is_refused(ann: httpx.AsyncClient, zone: str) -> None:
    answer = await ann.get("/faq/totals", params={"time_zone": zone})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "time_zone")
