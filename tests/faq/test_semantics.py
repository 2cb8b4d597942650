"""Search by meaning in a running process: vectors follow the articles, and words alone must do when they cannot."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence

import numpy as np
import pytest

from app.core.db import Database, Transaction
from app.faq import learning, semantics, service
from app.faq.encoder import Encoder, Vectors, from_stored
from app.faq.index import rebuild_index
from app.faq.keeper import keep_up, searching_by_meaning
from app.faq.models import Audience, Language
from app.faq.search import SearchOutcome, search
from app.faq.semantics import MAX_ROWS_OF_A_SEARCH, Semantics
from tests.faq.articles import NOW, entry, published
from tests.support.waiting import eventually


async def ask(tx: Transaction, question: str) -> SearchOutcome:
    return await search(
        tx, question=question, language=Language.EN, audience=Audience.PUBLIC, channel="chat", now=NOW
    )


async def titles(database: Database, question: str) -> list[str]:
    async with database.transaction() as tx:
        return [result.title for result in (await ask(tx, question)).results]


async def shop(database: Database) -> None:
    async with database.transaction() as tx:
        await published(tx, entry("How do I return an item?"))
        await published(tx, entry("When does the shop open?"))
        await published(tx, entry("怎麼付款？", language=Language.ZH_HANT))


async def test_an_article_is_found_by_its_meaning_without_a_common_word(
    database: Database, by_meaning: Semantics
) -> None:
    await shop(database)
    assert (await titles(database, "I want my money back"))[0] == "How do I return an item?"


async def test_an_english_question_finds_a_chinese_article(database: Database, by_meaning: Semantics) -> None:
    await shop(database)
    assert (await titles(database, "which ways can I pay"))[0] == "怎麼付款？"


async def test_a_change_committed_elsewhere_is_found_at_once_and_the_old_text_is_gone(
    database: Database, by_meaning: Semantics
) -> None:
    await shop(database)
    assert "How do I return an item?" in await titles(database, "money back")
    async with database.transaction() as tx:
        article = await tx.fetchval("select article_id from article_contents where question like '%return%'")
        await service.save_article(tx, entry=entry("Where do you ship to?"), article_id=article, now=NOW)
        await service.publish(tx, article_id=article, now=NOW)
    found = await titles(database, "delivery abroad")
    assert found[0] == "Where do you ship to?"
    assert "How do I return an item?" not in await titles(database, "money back")


async def test_what_is_rolled_back_leaves_no_trace_in_memory(
    database: Database, by_meaning: Semantics
) -> None:
    await shop(database)
    before = await titles(database, "money back")
    with pytest.raises(ZeroDivisionError):
        await _archive_and_fail(database)
    assert await titles(database, "money back") == before


async def _archive_and_fail(database: Database) -> None:
    async with database.transaction() as tx:
        article = await tx.fetchval("select article_id from article_contents where question like '%return%'")
        await service.archive(tx, article_id=article, now=NOW)
        new = await published(tx, entry("Can I exchange what I bought?"))
        outcome = await ask(tx, "swap my purchase")
        assert (outcome.by_meaning, outcome.results[0].article_id) == (True, new)
        raise ZeroDivisionError


async def test_articles_published_without_an_encoder_get_their_vectors_later(
    database: Database, loaded_semantics: Semantics
) -> None:
    await shop(database)
    semantics.install(loaded_semantics)
    try:
        async with database.transaction() as tx:
            assert not (await ask(tx, "return")).by_meaning
        assert await keep_up(database, loaded_semantics) == 3
        assert await keep_up(database, loaded_semantics) == 0
        assert (await titles(database, "I want my money back"))[0] == "How do I return an item?"
    finally:
        semantics.install(None)


async def test_vectors_made_early_and_late_are_equal(database: Database, by_meaning: Semantics) -> None:
    await shop(database)
    rows = "select encoder, vectors from search_documents where not is_removed order by document"
    async with database.transaction() as tx:
        early = await tx.fetch(rows)
        semantics.install(None)
        await rebuild_index(tx)
        assert {row["vectors"] for row in await tx.fetch(rows)} == {None}
    await keep_up(database, by_meaning)
    async with database.read() as reader:
        late = await reader.fetch(rows)
    assert len(late) == len(early) == 3
    for before, after in zip(early, late, strict=True):
        assert before["encoder"] == after["encoder"] == by_meaning.encoder
        assert np.allclose(from_stored(before["vectors"]), from_stored(after["vectors"]), atol=1e-3)


async def test_a_learned_wording_is_found_by_its_meaning(database: Database, by_meaning: Semantics) -> None:
    await shop(database)
    async with database.transaction() as tx:
        article = await tx.fetchval("select article_id from article_contents where question like '%open%'")
        await learning.learn_wording(
            tx, article_id=article, language=Language.EN, wording="are you there on sundays", now=NOW
        )
    assert (await titles(database, "weekend business hours"))[0] == "When does the shop open?"


async def test_very_many_changes_are_left_to_the_background(
    database: Database, by_meaning: Semantics, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.faq.semantics.MAX_ROWS_OF_A_SEARCH", 2)
    assert MAX_ROWS_OF_A_SEARCH > 2
    await shop(database)
    async with database.transaction() as tx:
        outcome = await ask(tx, "return an item")
        assert (outcome.by_meaning, outcome.results[0].title) == (False, "How do I return an item?")
    await keep_up(database, by_meaning)
    async with database.transaction() as tx:
        assert (await ask(tx, "return an item")).by_meaning


class Stuck:
    """An encoder that does not return until it is let go."""

    name = "stuck"

    def __init__(self, encoder: Encoder):
        self._encoder = encoder
        self.go = threading.Event()
        self.go.set()

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.go.wait(60)
        return self._encoder.encode(texts)


@pytest.fixture
async def stuck(encoder: Encoder) -> AsyncIterator[Stuck]:
    """The encoder of this process, slow when asked to be; a search waits a hundredth of a second for it."""
    slow = Stuck(encoder)
    made = Semantics(lambda: slow, patience=0.01)
    await made.load()
    semantics.install(made)
    yield slow
    slow.go.set()
    semantics.install(None)
    await made.close()


async def test_a_search_that_waits_too_long_for_the_encoder_goes_by_words(
    database: Database, stuck: Stuck
) -> None:
    await shop(database)
    stuck.go.clear()
    async with database.transaction() as tx:
        outcomes = [await ask(tx, "return an item") for _ in range(semantics.MAX_WAITING + 4)]
    assert {(outcome.by_meaning, outcome.results[0].title) for outcome in outcomes} == {
        (False, "How do I return an item?")
    }


async def test_the_event_loop_runs_while_the_encoder_works(database: Database, stuck: Stuck) -> None:
    stuck.go.clear()
    current = semantics.current()
    assert current is not None
    encoding = asyncio.ensure_future(current.encode([["return"]]))
    await asyncio.sleep(0)
    assert not encoding.done()
    stuck.go.set()
    assert await encoding


async def test_a_process_loads_its_encoder_in_the_background_and_puts_it_away(database: Database) -> None:
    await shop(database)
    async with searching_by_meaning(database, "use"):
        assert semantics.current() is not None

        async def complete() -> bool:
            async with database.read() as reader:
                return bool(
                    await reader.fetchval("select bool_and(vectors is not null) from search_documents")
                )

        await eventually(complete, what="vectors of every document")
    assert semantics.current() is None


async def test_no_encoder_is_a_legal_setting(database: Database) -> None:
    await shop(database)
    async with searching_by_meaning(database, "none"):
        assert semantics.current() is None
        assert (await titles(database, "return"))[0] == "How do I return an item?"
