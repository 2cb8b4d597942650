"""The FAQ is kept in order: like gaps together, like and stale articles told, wordings taken back, and who asks again
was not helped."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from uuid import UUID

import httpx
import pytest

from app.core.db import Database
from app.core.ids import new_id
from app.faq.learning import learn_wording
from app.faq.learning_endpoints import router as learning_router
from app.faq.models import Audience, Language
from app.faq.search import search
from app.faq.semantics import Semantics
from app.faq.similarity import by_words, groups, near_pairs
from app.faq.upkeep_endpoints import router
from app.faq.usage import SearchAction, record_search
from tests.faq.articles import entry, published
from tests.faq.desk import audit_lines, desk, person
from tests.faq.test_gaps import asked
from tests.support.clock import FakeClock


@pytest.fixture
async def ann(database: Database, clock: FakeClock) -> AsyncIterator[httpx.AsyncClient]:
    """A supervisor."""
    ann = await person(database, "ann", "supervisor")
    async with desk(database, router, learning_router, ann=ann) as clients:
        yield clients["ann"]


async def first_title(database: Database, clock: FakeClock, question: str) -> str | None:
    async with database.transaction() as tx:
        found = await search(
            tx,
            question=question,
            language=Language.EN,
            audience=Audience.PUBLIC,
            channel="chat",
            now=clock.now,
        )
    return found.results[0].title if found.results else None


def test_groups_are_the_same_every_time_and_led_by_the_first() -> None:
    texts = ["gift wrapping paper", "wrapping a gift", "parking space", "gift wrapping", "where to park"]
    made = [groups(by_words(texts), 0.5) for _ in range(3)]
    assert made[0] == made[1] == made[2]
    assert made[0][0] == [0, 1, 3]


def test_pairs_are_told_once_the_nearest_first() -> None:
    vectors = by_words(["returns policy", "returns policy", "gift card", "gift card value"])
    assert [(a, b) for a, b, _ in near_pairs(vectors, 0.6)] == [(0, 1), (2, 3)]
    assert near_pairs(by_words(["one thing"]), 0.9) == []


async def test_gaps_of_the_same_words_are_one_group(
    ann: httpx.AsyncClient, database: Database, clock: FakeClock
) -> None:
    for question in ("可以禮物包裝嗎", "禮物包裝可以嗎", "有停車位嗎", "禮物包裝"):
        await asked(database, clock, question)
    found = (await ann.get("/faq/gap-groups")).json()
    assert [group["times"] for group in found] == [3, 1]
    assert found == (await ann.get("/faq/gap-groups")).json()


async def test_gaps_of_the_same_meaning_are_one_group(
    ann: httpx.AsyncClient, database: Database, clock: FakeClock, by_meaning: Semantics
) -> None:
    for question in ("怎麼退款", "如何申請退款？", "有停車位嗎"):
        await asked(database, clock, question)
    found = (await ann.get("/faq/gap-groups")).json()
    assert sorted(group["times"] for group in found) == [1, 2]


async def test_articles_that_ask_the_same_are_told(
    ann: httpx.AsyncClient, database: Database, clock: FakeClock
) -> None:
    async with database.transaction() as tx:
        ids = {await published(tx, entry("How do I return an item?")) for _ in range(2)}
        await published(tx, entry("When does the shop open?"))
    pairs = (await ann.get("/faq/upkeep")).json()["duplicates"]
    assert [{pair["article_id"], pair["other_id"]} for pair in pairs] == [{str(one) for one in ids}]
    assert pairs[0]["nearness"] > 0.99


async def test_stale_articles_are_told_with_their_reasons(
    ann: httpx.AsyncClient, database: Database, clock: FakeClock
) -> None:
    async with database.transaction() as tx:
        due = await published(tx, entry("Gift cards?"))
        fresh = await published(tx, entry("Opening hours?"))
        await tx.execute(
            """update articles set published_at = $1, updated_at = $1, review_on = null""",
            clock.now - timedelta(days=1),
        )
        await tx.execute(
            "update articles set review_on = $2, published_at = $3 where id = $1",
            due,
            date(2020, 1, 1),
            clock.now - timedelta(days=200),
        )
    stale = (await ann.get("/faq/upkeep")).json()["stale"]
    assert [(one["article_id"], one["reasons"]) for one in stale] == [
        (str(due), ["review_due", "never_shown"])
    ]
    assert str(fresh) not in {one["article_id"] for one in stale}


async def learnt(database: Database, clock: FakeClock) -> UUID:
    async with database.transaction() as tx:
        await published(tx, entry("When does the shop open?"))
        article = await published(tx, entry("How do I return an item?"))
        await learn_wording(
            tx, article_id=article, language=Language.EN, wording="dingus broken", now=clock.now
        )
    return article


async def test_a_learned_wording_is_taken_back_at_once_and_audited(
    ann: httpx.AsyncClient, database: Database, clock: FakeClock
) -> None:
    article = await learnt(database, clock)
    assert await first_title(database, clock, "dingus broken") == "How do I return an item?"
    [held] = (await ann.get(f"/faq/articles/{article}/learned")).json()
    assert (held["text"], held["language"], held["confirmed_by"]) == ("dingus broken", "en", None)
    for _ in range(2):  # a repeat changes nothing
        gone = await ann.delete(f"/faq/articles/{article}/learned/{held['wording_id']}")
        assert gone.status_code == 204
    assert (await ann.get(f"/faq/articles/{article}/learned")).json() == []
    assert await first_title(database, clock, "dingus broken") is None
    assert [line["action"] for line in await audit_lines(database, article)] == ["article.wording_taken_back"]


async def test_only_learned_wordings_can_be_taken_back(
    ann: httpx.AsyncClient, database: Database, clock: FakeClock
) -> None:
    article = await learnt(database, clock)
    async with database.read() as reader:
        own = await reader.fetchval(
            "select id from article_phrases where article_id = $1 and kind = 'question'", article
        )
    assert (await ann.delete(f"/faq/articles/{article}/learned/{own}")).status_code == 204
    assert await first_title(database, clock, "return an item") == "How do I return an item?"
    assert (await ann.get(f"/faq/articles/{new_id()}/learned")).status_code == 404


async def ask_as_customer(database: Database, clock: FakeClock, contact: UUID, question: str) -> UUID:
    async with database.transaction() as tx:
        outcome = await search(
            tx,
            question=question,
            language=Language.EN,
            audience=Audience.PUBLIC,
            channel="voice",
            now=clock.now,
        )
        return await record_search(
            tx,
            outcome=outcome,
            question_masked=question,
            action=SearchAction.ANSWERED,
            now=clock.now,
            contact_id=contact,
        )


@pytest.mark.parametrize(("pause", "outcome"), [(119, "re_asked"), (121, None)])
async def test_who_asks_again_within_two_minutes_was_not_helped(
    database: Database, clock: FakeClock, pause: int, outcome: str | None
) -> None:
    contact = new_id()
    first = await ask_as_customer(database, clock, contact, "returns?")
    await clock.advance(pause)
    second = await ask_as_customer(database, clock, contact, "sending things back?")
    async with database.read() as reader:
        rows = await reader.fetch("select id, outcome from faq_searches")
    assert {row["id"]: row["outcome"] for row in rows} == {first: outcome, second: None}


async def test_a_question_of_somebody_else_says_nothing(database: Database, clock: FakeClock) -> None:
    await ask_as_customer(database, clock, new_id(), "returns?")
    await ask_as_customer(database, clock, new_id(), "returns?")
    async with database.read() as reader:
        assert await reader.fetchval("select count(*) from faq_searches where outcome is not null") == 0
