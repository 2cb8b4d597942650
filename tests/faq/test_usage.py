"""The log of searches and uses."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from app.core.db import Transaction
from app.core.errors import NotFound
from app.faq.figures import figures
from app.faq.gaps import gaps
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
from tests.faq.articles import NOW, entry, published

LATER = NOW + timedelta(hours=1)


async def searched(tx: Transaction, question: str, action: SearchAction = SearchAction.SUGGESTED) -> UUID:
    outcome = await search(
        tx, question=question, language=Language.EN, audience=Audience.PUBLIC, channel="chat", now=NOW
    )
    return await record_search(tx, outcome=outcome, question_masked=question, action=action, now=NOW)


async def test_a_search_is_logged_with_results_and_positions(tx: Transaction) -> None:
    article = await published(tx, entry("How do I return an item?"))
    search_id = await searched(tx, "return item \x00")
    row = await tx.fetchrow("select * from faq_searches where id = $1", search_id)
    assert row is not None
    assert row["question_masked"] == "return item "
    assert row["results"][0]["article_id"] == str(article)
    assert row["results"][0]["position"] == 1
    assert row["index_version"] > 0


async def test_the_outcome_and_the_choice_are_kept(tx: Transaction) -> None:
    article = await published(tx, entry("How do I return an item?"))
    search_id = await searched(tx, "return")
    await record_outcome(
        tx, search_id=search_id, outcome=SearchResolution.HELPED, chosen_article_id=article, now=NOW
    )
    row = await tx.fetchrow("select outcome, chosen_article_id from faq_searches where id = $1", search_id)
    assert row is not None
    assert tuple(row) == ("helped", article)


async def test_the_same_use_reported_twice_counts_once(tx: Transaction) -> None:
    article = await published(tx, entry("How do I return an item?"))
    search_id = await searched(tx, "return")
    for action in (UseAction.SHOWN, UseAction.INSERTED, UseAction.INSERTED):
        await record_use(
            tx, article_id=article, action=action, search_id=search_id, channel="console", now=NOW
        )
    usage = await figures(tx, since=NOW, until=LATER)
    assert [(u.article_id, u.shown, u.used) for u in usage] == [(article, 1, 1)]


async def test_using_an_article_makes_it_the_chosen_one_and_showing_does_not(tx: Transaction) -> None:
    article = await published(tx, entry("How do I return an item?"))
    search_id = await searched(tx, "return")
    chosen = "select chosen_article_id from faq_searches where id = $1"
    await record_use(
        tx, article_id=article, action=UseAction.SHOWN, search_id=search_id, channel="c", now=NOW
    )
    assert await tx.fetchval(chosen, search_id) is None
    await record_use(
        tx, article_id=article, action=UseAction.COPIED, search_id=search_id, channel="c", now=NOW
    )
    assert await tx.fetchval(chosen, search_id) == article


async def test_unknown_articles_and_searches_are_refused(tx: Transaction) -> None:
    article = await published(tx, entry("How do I return an item?"))
    with pytest.raises(NotFound):
        await record_use(tx, article_id=uuid4(), action=UseAction.SHOWN, channel="c", now=NOW)
    with pytest.raises(NotFound):
        await record_use(
            tx, article_id=article, action=UseAction.SHOWN, search_id=uuid4(), channel="c", now=NOW
        )
    with pytest.raises(NotFound):
        await record_outcome(tx, search_id=uuid4(), outcome=SearchResolution.HELPED, now=NOW)


async def test_questions_without_answer_are_counted_as_gaps(tx: Transaction) -> None:
    for question in ("Do you sell boats?", "do you sell boats?", "Is there parking?"):
        await searched(tx, question, SearchAction.NONE)
    await searched(tx, "answered well", SearchAction.ANSWERED)
    unhelped = await searched(tx, "where is it", SearchAction.SUGGESTED)
    await record_outcome(tx, search_id=unhelped, outcome=SearchResolution.ESCALATED, now=NOW)
    found = await gaps(tx, since=NOW, until=LATER)
    assert (found[0].question.lower(), found[0].times) == ("do you sell boats?", 2)
    assert {gap.question.lower() for gap in found} == {
        "do you sell boats?",
        "is there parking?",
        "where is it",
    }
