"""Articles through their life; the index follows in the same transaction."""

from uuid import uuid4

import pytest

from app.core.db import Database, Transaction
from app.core.errors import Conflict, InvalidInput, NotFound
from app.faq import learning, listing, service
from app.faq.index import read_stats, rebuild_index
from app.faq.models import ArticleContent, ArticleEntry, ArticleStatus, Audience, Language
from app.faq.search import search
from tests.faq.articles import NOW, entry, published


async def found(tx: Transaction, question: str) -> list[str]:
    outcome = await search(
        tx, question=question, language=Language.EN, audience=Audience.BOTH, channel="chat", now=NOW
    )
    return [result.title for result in outcome.results]


async def index_rows(tx: Transaction) -> object:
    """The index without its surrogate numbers: for every term the articles it leads to."""
    rows = await tx.fetch(
        "select t.term, t.articles, array_agg((c.article_id::text, c.language, p.frequency, p.length)::text "
        "order by c.article_id, c.language) as places "
        "from search_terms t join search_postings p on p.term_id = t.id "
        'join article_contents c on c.document = p.document group by t.id order by t.term collate "C"'
    )
    stats = await read_stats(tx)
    return [tuple(row) for row in rows], stats.articles, round(stats.mean_length, 9)


async def test_a_draft_is_not_found(tx: Transaction) -> None:
    saved = await service.save_article(tx, entry=entry("How do I return an item?"), now=NOW)
    assert saved.status is ArticleStatus.DRAFT
    assert await found(tx, "return item") == []


async def test_a_new_version_is_found_only_once_it_is_published(tx: Transaction) -> None:
    article = await published(tx, entry("How do I return a kettle?"))
    saved = await service.save_article(
        tx, entry=entry("How do I return a teapot?"), article_id=article, now=NOW
    )
    assert (saved.latest_version, saved.published_version) == (2, 1)
    assert await found(tx, "kettle") == ["How do I return a kettle?"]

    await service.publish(tx, article_id=article, now=NOW)
    assert await found(tx, "kettle") == []
    assert await found(tx, "teapot") == ["How do I return a teapot?"]


async def test_an_older_version_can_be_published_again(tx: Transaction) -> None:
    article = await published(tx, entry("Kettle rules"))
    await service.save_article(tx, entry=entry("Teapot rules"), article_id=article, now=NOW)
    await service.publish(tx, article_id=article, now=NOW)
    assert (await service.publish(tx, article_id=article, version=1, now=NOW)).published_version == 1
    assert await found(tx, "kettle") == ["Kettle rules"]


async def test_publishing_twice_changes_nothing(tx: Transaction) -> None:
    article = await published(tx, entry("Kettle rules"))
    before = await read_stats(tx)
    await service.publish(tx, article_id=article, now=NOW)
    assert await read_stats(tx) == before


async def test_an_archived_article_is_gone_from_search_and_kept_in_history(tx: Transaction) -> None:
    article = await published(tx, entry("Kettle rules"))
    await service.archive(tx, article_id=article, now=NOW)
    assert await found(tx, "kettle") == []
    kept = await service.get_article(tx, article_id=article)
    assert kept.status is ArticleStatus.ARCHIVED
    assert kept.entry.contents[Language.EN].question == "Kettle rules"


async def test_changes_leave_the_index_as_if_built_anew(tx: Transaction) -> None:
    ids = [
        await published(tx, entry(f"Rule {n} about kettles", "瓷器怎麼洗", answer="x" * n))
        for n in range(1, 6)
    ]
    await service.save_article(tx, entry=entry("Teapots only"), article_id=ids[0], now=NOW)
    await service.publish(tx, article_id=ids[0], now=NOW)
    await service.archive(tx, article_id=ids[1], now=NOW)
    await learning.learn_wording(
        tx, article_id=ids[2], language=Language.EN, wording="how to brew tea", now=NOW
    )
    kept_up = await index_rows(tx)
    assert await rebuild_index(tx) == 4
    assert await index_rows(tx) == kept_up


async def _publish_and_fail(database: Database) -> None:
    async with database.transaction() as tx:
        await published(tx, entry("Teapot rules"))
        assert await found(tx, "teapot") == ["Teapot rules"]
        raise ZeroDivisionError


async def test_a_rolled_back_change_leaves_no_trace_in_the_index(database: Database) -> None:
    async with database.transaction() as tx:
        await published(tx, entry("Kettle rules"))
        before = await index_rows(tx)
    with pytest.raises(ZeroDivisionError):
        await _publish_and_fail(database)
    async with database.transaction() as tx:
        assert await found(tx, "teapot") == []
        assert await index_rows(tx) == before


async def test_a_published_article_is_found_from_another_connection_at_once(database: Database) -> None:
    async with database.transaction() as tx:
        await published(tx, entry("Kettle rules"))
    async with database.transaction() as other:
        assert await found(other, "kettle") == ["Kettle rules"]


async def test_an_article_of_several_languages_counts_once_per_term(tx: Transaction) -> None:
    contents = {
        Language.ZH_HANT: ArticleContent(question="如何退貨？", answer="請聯絡我們。"),
        Language.ZH_HANS: ArticleContent(question="如何退货？", answer="请联系我们。"),
    }
    await published(tx, ArticleEntry(topic="returns", contents=contents))
    assert await tx.fetchval("select articles from search_terms where term = '退货'") == 1


async def test_a_learned_wording_is_found_and_never_shown(tx: Transaction) -> None:
    article = await published(tx, entry("How do I return an item?"))
    for number in range(3):
        await published(tx, entry(f"Other matter {number}"))
    assert await learning.learn_wording(
        tx, article_id=article, language=Language.EN, wording="gimme my money back", now=NOW
    )
    assert await found(tx, "gimme money") == ["How do I return an item?"]
    again = await learning.learn_wording(
        tx, article_id=article, language=Language.EN, wording="Gimme MY money back", now=NOW
    )
    assert again is False


async def test_learned_wordings_go_when_the_question_changes(tx: Transaction) -> None:
    article = await published(tx, entry("How do I return an item?"))
    await learning.learn_wording(tx, article_id=article, language=Language.EN, wording="gimme cash", now=NOW)
    await service.save_article(
        tx, entry=entry("How do I return an item?", "send back"), article_id=article, now=NOW
    )
    await service.publish(tx, article_id=article, now=NOW)
    assert await found(tx, "gimme cash")
    await service.save_article(tx, entry=entry("How do I exchange an item?"), article_id=article, now=NOW)
    await service.publish(tx, article_id=article, now=NOW)
    assert not await found(tx, "gimme cash")


async def test_the_oldest_learned_wording_makes_room(tx: Transaction) -> None:
    article = await published(tx, entry("How do I return an item?"))
    for number in range(learning.MAX_LEARNED + 1):
        await learning.learn_wording(
            tx, article_id=article, language=Language.EN, wording=f"wording number{number}", now=NOW
        )
    texts = [
        r["text"]
        for r in await tx.fetch("select text from article_phrases where kind = 'learned' order by id")
    ]
    assert len(texts) == learning.MAX_LEARNED
    assert texts[0] == "wording number1"


async def test_only_a_draft_goes_to_review(tx: Transaction) -> None:
    saved = await service.save_article(tx, entry=entry("Kettle rules"), now=NOW)
    assert (
        await service.submit_for_review(tx, article_id=saved.id, now=NOW)
    ).status is ArticleStatus.IN_REVIEW
    with pytest.raises(Conflict):
        await service.submit_for_review(tx, article_id=saved.id, now=NOW)


async def test_wrong_fields_are_all_named(tx: Transaction) -> None:
    contents = {
        Language.EN: ArticleContent(question="??", answer=""),
        Language.ZH_HANS: ArticleContent("如何", "x"),
    }
    with pytest.raises(InvalidInput) as refused:
        await service.save_article(tx, entry=ArticleEntry(topic="returns", contents=contents), now=NOW)
    assert {error.field for error in refused.value.errors} == {"contents.en.question"}
    with pytest.raises(InvalidInput, match="at least one language"):
        await service.save_article(tx, entry=ArticleEntry(topic="returns", contents={}), now=NOW)


async def test_unknown_articles_are_not_found(tx: Transaction) -> None:
    unknown = uuid4()
    with pytest.raises(NotFound):
        await service.get_article(tx, article_id=unknown)
    with pytest.raises(NotFound):
        await service.publish(tx, article_id=unknown, now=NOW)
    with pytest.raises(NotFound):
        await service.save_article(tx, entry=entry("Kettle"), article_id=unknown, now=NOW)


async def test_articles_are_listed_page_by_page(tx: Transaction) -> None:
    ids = {await published(tx, entry(f"Rule {n}")) for n in range(5)}
    first = await listing.list_articles(tx, status=ArticleStatus.PUBLISHED, limit=3)
    rest = await listing.list_articles(tx, limit=3, before=(first[-1].updated_at, first[-1].id))
    assert {article.id for article in (*first, *rest)} == ids
    assert await listing.list_articles(tx, status=ArticleStatus.DRAFT) == []
    assert await listing.list_articles(tx, topic="nothing") == []
