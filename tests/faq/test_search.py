"""The live search at its edges."""

from datetime import timedelta

import pytest

from app.core.db import Transaction
from app.core.errors import InvalidInput
from app.faq.confidence import Zone
from app.faq.models import ArticleEntry, Audience, Language
from app.faq.search import SearchOutcome, search
from app.faq.synonyms import add_synonym, remove_synonym
from tests.faq.articles import NOW, content, entry, published


async def ask(
    tx: Transaction, question: str, *, language: Language = Language.EN, limit: int = 10
) -> SearchOutcome:
    return await search(
        tx,
        question=question,
        language=language,
        audience=Audience.PUBLIC,
        channel="chat",
        now=NOW,
        limit=limit,
    )


@pytest.mark.parametrize(
    "question",
    [
        "",
        " \n",
        "😀",
        "\x00",
        "\ud800",
        "a\ud83d",
        "%_\\'\"",
        "???",
        "退" * 20_000,
        "word " * 4_000,
        "q" * 20_000,
    ],
)
async def test_no_input_breaks_the_search(tx: Transaction, question: str) -> None:
    await published(tx, entry("How do I return an item?", "退貨"))
    outcome = await ask(tx, question)
    assert outcome.zone in Zone
    assert outcome.latency_ms < 1_000


async def test_an_empty_index_finds_nothing(tx: Transaction) -> None:
    outcome = await ask(tx, "how do I return an item")
    assert outcome.results == ()
    assert outcome.zone is Zone.NONE
    assert outcome.probability == 0


@pytest.mark.parametrize("limit", [0, 51])
async def test_a_limit_out_of_range_is_refused(tx: Transaction, limit: int) -> None:
    with pytest.raises(InvalidInput, match="limit"):
        await ask(tx, "return", limit=limit)


async def test_the_limit_is_kept(tx: Transaction) -> None:
    for number in range(5):
        await published(tx, entry(f"Return policy number {number}"))
    assert len((await ask(tx, "return policy", limit=3)).results) == 3


async def test_articles_are_found_only_within_their_dates(tx: Transaction) -> None:
    await published(tx, entry("Old return rules", valid_to=NOW))
    await published(tx, entry("Next return rules", valid_from=NOW + timedelta(seconds=1)))
    current = await published(tx, entry("Return rules", valid_from=NOW, valid_to=NOW + timedelta(seconds=1)))
    assert [r.article_id for r in (await ask(tx, "return rules")).results] == [current]


async def test_customers_and_agents_see_their_own(tx: Transaction) -> None:
    public = await published(tx, entry("Return to a person", audience=Audience.PUBLIC))
    agents = await published(tx, entry("Return by a supervisor", audience=Audience.AGENTS))
    for audience, expected in ((Audience.PUBLIC, {public}), (Audience.AGENTS, {agents})):
        outcome = await search(
            tx, question="return", language=Language.EN, audience=audience, channel="chat", now=NOW
        )
        assert {r.article_id for r in outcome.results} == expected


async def test_an_article_not_for_the_machine_is_offered_and_not_answered(tx: Transaction) -> None:
    await published(tx, entry("How do I close my business account?", auto_answer=False))
    for number in range(5):
        await published(tx, entry(f"Something else {number}"))
    assert (await ask(tx, "How do I close my business account?")).zone is Zone.CHOOSE


async def test_missing_languages_fall_back_to_the_other_script_then_to_what_matched(tx: Transaction) -> None:
    both = ArticleEntry(
        topic="returns",
        contents={Language.ZH_HANT: content("如何退貨？"), Language.EN: content("How do I return an item?")},
    )
    await published(tx, both)
    await published(tx, entry("Where is my parcel?"))
    assert (await ask(tx, "怎么退货", language=Language.ZH_HANS)).results[0].language is Language.ZH_HANT
    assert (await ask(tx, "my parcel", language=Language.ZH_HANS)).results[0].language is Language.EN


async def test_a_synonym_finds_the_house_word_in_both_scripts(tx: Transaction) -> None:
    wallet = await published(tx, entry("悠遊錢包怎麼儲值？", language=Language.ZH_HANT))
    assert (await ask(tx, "小綠")).results == ()
    synonym = await add_synonym(tx, term="小綠", replacement="悠遊錢包", now=NOW)
    for question in ("小綠", "小绿"):
        assert (await ask(tx, question)).results[0].article_id == wallet
    await remove_synonym(tx, synonym_id=synonym)
    assert (await ask(tx, "小綠")).results == ()


async def test_an_english_synonym_matches_whole_words_only(tx: Transaction) -> None:
    await published(tx, entry("How do I use the voucher?"))
    await add_synonym(tx, term="vc", replacement="voucher", now=NOW)
    assert (await ask(tx, "my vc")).results
    assert not (await ask(tx, "avc")).results


@pytest.mark.parametrize(
    ("field", "term", "replacement", "weight"),
    [("term", "!!", "a voucher", 0.5), ("replacement", "vc", "", 0.5), ("weight", "vc", "voucher", 0.0)],
)
async def test_a_useless_synonym_is_refused(
    tx: Transaction, field: str, term: str, replacement: str, weight: float
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await add_synonym(tx, term=term, replacement=replacement, weight=weight, now=NOW)
    assert refused.value.errors[0].field == field


async def test_a_mistyped_word_is_repaired(tx: Transaction) -> None:
    article = await published(tx, entry("When is my refund paid?"))
    await published(tx, entry("Where is my parcel?"))
    assert (await ask(tx, "refnud")).results[0].article_id == article
