"""What was not answered, what is done about it, and the figures of articles."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from app.core.db import Database
from app.faq.learning_endpoints import router
from app.faq.models import Audience, Language
from app.faq.search import search
from app.faq.usage import (
    SearchAction,
    SearchResolution,
    UseAction,
    record_outcome,
    record_search,
    record_use,
)
from tests.faq.articles import content, entry, published
from tests.faq.desk import audit_lines, desk, person
from tests.faq.test_articles import found
from tests.support.clock import FakeClock


@pytest.fixture
async def ann(database: Database, clock: FakeClock) -> AsyncIterator[httpx.AsyncClient]:
    """A supervisor."""
    async with desk(database, router, ann=await person(database, "ann", "supervisor")) as clients:
        yield clients["ann"]


async def asked(
    database: Database,
    clock: FakeClock,
    question: str,
    action: SearchAction = SearchAction.NONE,
    *,
    outcome: SearchResolution | None = None,
    chosen: UUID | None = None,
    channel: str = "chat",
) -> UUID:
    await clock.advance(1)
    async with database.transaction() as tx:
        result = await search(
            tx,
            question=question,
            language=Language.ZH_HANT,
            audience=Audience.PUBLIC,
            channel=channel,
            now=clock.now,
        )
        search_id = await record_search(
            tx, outcome=result, question_masked=question, action=action, now=clock.now
        )
        if outcome is not None:
            await record_outcome(
                tx, search_id=search_id, outcome=outcome, now=clock.now, chosen_article_id=chosen
            )
    return search_id


async def test_equal_questions_are_one_gap_in_whatever_script_and_width(
    ann: httpx.AsyncClient, database: Database, clock: FakeClock
) -> None:
    async with database.transaction() as tx:
        article = await published(tx, entry("怎麼退貨？", language=Language.ZH_HANT))
    await asked(database, clock, "可以退貨到門市嗎")
    await asked(
        database, clock, "可以退货到门市吗？", SearchAction.SUGGESTED, outcome=SearchResolution.ESCALATED
    )
    await asked(database, clock, "ＰＡＲＫＩＮＧ?")
    await asked(
        database, clock, "退貨", SearchAction.ANSWERED, outcome=SearchResolution.HELPED, chosen=article
    )
    await asked(database, clock, "😀")

    first, second = (await ann.get("/faq/gaps")).json()
    assert (first["times"], first["unanswered"], first["badly_answered"]) == (2, 1, 1)
    assert first["question"] == "可以退货到门市吗？", "as it was asked last"
    assert (first["near_article_id"], first["near_question"]) == (str(article), "怎麼退貨？")
    assert (second["question"], second["times"]) == ("ＰＡＲＫＩＮＧ?", 1)
    near = (await ann.get("/faq/gaps", params={"near_article_id": str(article)})).json()
    assert [gap["key"] for gap in near] == [first["key"]]


async def test_a_gap_made_a_wording_is_found_at_once_and_never_shown(
    ann: httpx.AsyncClient, database: Database, clock: FakeClock
) -> None:
    async with database.transaction() as tx:
        article = await published(tx, entry("How do I return an item?"))
    await asked(database, clock, "gimme my money back")
    (gap,) = (await ann.get("/faq/gaps")).json()
    body = {"article_id": str(article), "language": "en"}
    for is_new in (True, False):
        answer = await ann.post(f"/faq/gaps/{gap['key']}/wording", json=body)
        assert answer.json() == {"is_new": is_new}
    assert await found(database, "gimme money back") == ["How do I return an item?"]
    assert (await ann.get("/faq/gaps")).json() == []
    assert [line["action"] for line in await audit_lines(database, article)] == ["article.wording_learned"]


async def test_a_gap_becomes_a_draft_once(
    ann: httpx.AsyncClient, database: Database, clock: FakeClock
) -> None:
    await asked(database, clock, "Is there parking?")
    (gap,) = (await ann.get("/faq/gaps")).json()
    body = {"article_id": str(uuid4()), "topic": "stores", "language": "en"}
    for _ in range(2):
        made = await ann.post(f"/faq/gaps/{gap['key']}/draft", json=body)
        assert made.status_code == 201
        assert (made.json()["status"], made.json()["latest_version"]) == ("draft", 1)
        assert made.json()["entry"]["contents"]["en"]["question"] == "Is there parking?"
    assert (await ann.get("/faq/gaps")).json() == []
    assert len(await audit_lines(database, UUID(body["article_id"]))) == 1


async def test_a_dismissed_gap_comes_back_when_it_is_asked_again(
    ann: httpx.AsyncClient, database: Database, clock: FakeClock
) -> None:
    await asked(database, clock, "Is there parking?")
    (gap,) = (await ann.get("/faq/gaps")).json()
    assert (await ann.delete(f"/faq/gaps/{gap['key']}")).status_code == 204
    assert (await ann.get("/faq/gaps")).json() == []
    await asked(database, clock, "is there PARKING")
    (again,) = (await ann.get("/faq/gaps")).json()
    assert (again["key"], again["times"]) == (gap["key"], 1)


@pytest.mark.parametrize("key", ["abc", "ABC", "%00", "x" * 65])
async def test_an_unknown_gap_is_refused(ann: httpx.AsyncClient, key: str) -> None:
    assert (await ann.delete(f"/faq/gaps/{key}")).status_code in (404, 422)
    body = {"article_id": str(uuid4()), "topic": "stores", "language": "en"}
    assert (await ann.post(f"/faq/gaps/{key}/draft", json=body)).status_code in (404, 422)


async def test_figures_name_articles_in_the_language_of_the_reader(
    ann: httpx.AsyncClient, database: Database, clock: FakeClock
) -> None:
    both = entry("How do I return an item?")
    both = replace(both, contents={**both.contents, Language.ZH_HANT: content("怎麼退貨？")})
    async with database.transaction() as tx:
        await published(tx, both)
    await asked(database, clock, "return an item", SearchAction.SUGGESTED)
    for lang, question in (("zh-Hant", "怎麼退貨？"), ("zh-Hans", "How do I return an item?")):
        (one,) = (await ann.get("/faq/figures", params={"lang": lang})).json()
        assert one["question"] == question


async def test_each_figure_counts_searches_once_and_leads_to_them(
    ann: httpx.AsyncClient, database: Database, clock: FakeClock
) -> None:
    async with database.transaction() as tx:
        article = await published(tx, entry("How do I return an item?"))
    heard = await asked(
        database, clock, "return an item", SearchAction.ANSWERED,
        outcome=SearchResolution.HELPED, chosen=article, channel="voice",
    )  # fmt: skip
    shown = await asked(
        database,
        clock,
        "return item",
        SearchAction.SUGGESTED,
        outcome=SearchResolution.NOT_HELPED,
        chosen=article,
    )
    async with database.transaction() as tx:
        for action in (UseAction.SHOWN, UseAction.COPIED, UseAction.INSERTED, UseAction.NOT_HELPED):
            await record_use(
                tx, article_id=article, action=action, search_id=shown, channel="console", now=clock.now
            )
        await record_use(
            tx, article_id=article, action=UseAction.READ_ALOUD, channel="console", now=clock.now
        )
    (one,) = (await ann.get("/faq/figures")).json()
    counts = {name: one[name] for name in ("shown", "used", "spoken", "solved", "unhelpful")}
    assert counts == {"shown": 2, "used": 1, "spoken": 2, "solved": 1, "unhelpful": 1}

    async def behind(figure: str) -> list[str]:
        rows = (await ann.get(f"/faq/articles/{article}/searches", params={"figure": figure})).json()
        return [row["search_id"] for row in rows]

    assert await behind("shown") == [str(shown), str(heard)]
    assert await behind("used") == await behind("unhelpful") == [str(shown)]
    assert await behind("spoken") == await behind("solved") == [str(heard)]
    later = {"since": (clock.now + timedelta(seconds=1)).isoformat()}
    assert (await ann.get("/faq/figures", params=later)).json() == []
