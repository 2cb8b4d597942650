"""The demo shop's articles are found, in PostgreSQL, by what customers would say."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from app.core.db import Database, Transaction
from app.faq.confidence import Zone
from app.faq.demo_articles import demo_article_id, demo_entries, load_demo_articles
from app.faq.keeper import keep_up
from app.faq.models import Audience, Language
from app.faq.search import SearchOutcome, search
from app.faq.semantics import Semantics
from tests.faq.articles import NOW
from tests.support.postgres import TestServer


async def ask(
    tx: Transaction,
    question: str,
    *,
    language: Language = Language.ZH_HANT,
    audience: Audience = Audience.PUBLIC,
) -> SearchOutcome:
    return await search(tx, question=question, language=language, audience=audience, channel="chat", now=NOW)


@pytest.fixture(scope="module")
def shop_dsn(postgres: TestServer, template: str, loaded_semantics: Semantics) -> Iterator[str]:
    """A database with the demo articles and their vectors, for tests that only search."""
    dsn = postgres.clone(template)

    async def load() -> None:
        database = Database(dsn, pool_size=1)
        await database.open()
        async with database.transaction() as tx:
            await load_demo_articles(tx, NOW)
        while await keep_up(database, loaded_semantics):
            pass
        await database.close()

    asyncio.run(load())
    yield dsn
    postgres.drop_database(dsn)


@pytest.fixture(params=["words", "meaning"])
async def shop(shop_dsn: str, request: pytest.FixtureRequest) -> AsyncIterator[Transaction]:
    """A transaction on the demo shop's database: once without the encoder, once with it."""
    if request.param == "meaning":
        request.getfixturevalue("by_meaning")
    database = Database(shop_dsn, pool_size=1)
    await database.open()
    async with database.transaction() as tx:
        yield tx
    await database.close()


def test_thirty_articles_are_complete_in_three_languages() -> None:
    entries = list(demo_entries())
    assert len(entries) == 30
    for key, entry in entries:
        assert set(entry.contents) == set(Language), key
        for content in entry.contents.values():
            assert 2 <= len(content.wordings) <= 5, key
            assert 2 <= len(content.spoken_steps) <= 4, key
            assert content.answer_short, key
            assert content.category, key
            assert all("**" not in step and "|" not in step for step in content.spoken_steps), key


async def test_every_wording_finds_its_article_first(shop: Transaction) -> None:
    asked = [
        (key, language, text)
        for key, entry in demo_entries()
        for language, content in entry.contents.items()
        for text in (content.question, *content.wordings)
    ]
    wrong = []
    only_shown = []
    for key, language, text in asked:
        outcome = await ask(shop, text, language=language, audience=Audience.BOTH)
        if not outcome.results or outcome.results[0].article_id != demo_article_id(key):
            wrong.append(text)
        elif outcome.zone is not Zone.ANSWER and outcome.results[0].auto_answer:
            only_shown.append(text)
    assert len(wrong) <= 0.01 * len(asked), wrong
    assert len(only_shown) <= 0.05 * len(asked), only_shown


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("我想要退貨要怎麼辦理", "how-to-return"),
        ("嗯請問那個我的包裹現在到哪裡了", "track-order"),
        ("刷卡退款要幾天才會入帳", "refund-time"),
        ("我忘記密碼了登入不了", "password"),
        ("铸铁锅生锈了怎么办", "cast-iron"),
        ("忘了填统编可以补开发票吗", "company-invoice"),
        ("how can I retrun this item", "how-to-return"),
        ("I forgot my pasword and can't sign in", "password"),
        ("is this mug safe in the dishwahser", "dishwasher"),
        ("my package says delivered but it is missing", "not-received"),
    ],
)
async def test_free_wordings_find_the_article(shop: Transaction, question: str, key: str) -> None:
    outcome = await ask(shop, question)
    assert outcome.results[0].article_id == demo_article_id(key)
    assert outcome.zone is not Zone.NONE


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("我的包裹到哪裡了", "我的包裹到哪里了"),
        ("退款什麼時候會入帳", "退款什么时候会入帐"),
        ("可以開統編發票嗎", "可以开统编发票吗"),
        ("鑄鐵鍋怎麼開鍋", "铸铁锅怎么开锅"),
    ],
)
async def test_both_scripts_give_identical_results(
    shop: Transaction, traditional: str, simplified: str
) -> None:
    left, right = await ask(shop, traditional), await ask(shop, simplified)
    assert [(r.article_id, r.score, r.probability) for r in left.results] == [
        (r.article_id, r.score, r.probability) for r in right.results
    ]
    assert left.zone is right.zone


async def test_nonsense_and_other_matters_are_never_answered_and_seldom_shown(shop: Transaction) -> None:
    other = [
        "asdfgh qwerty",
        "今天天氣如何",
        "tell me a joke",
        "幫我訂機票到東京",
        "總統是誰",
        "how do I change my flight",
        "😀😀",
    ]
    zones = [(await ask(shop, question)).zone for question in other]
    assert Zone.ANSWER not in zones
    assert zones.count(Zone.CHOOSE) <= 1


async def test_a_bare_topic_offers_a_choice(shop: Transaction) -> None:
    outcome = await ask(shop, "退貨")
    assert outcome.zone is Zone.CHOOSE
    assert {r.topic for r in outcome.results[:3]} == {"returns"}


async def test_the_answer_comes_in_the_language_asked_for(shop: Transaction) -> None:
    for language in Language:
        outcome = await ask(shop, "how do I return an item", language=language)
        assert outcome.results[0].language is language


async def test_a_mail_is_answered_by_its_question(shop: Transaction) -> None:
    mail = (
        "您好，\n\n我是你們的老顧客，上個月在台中逛街的時候認識了青禾選物，朋友們也都很喜歡。\n"
        "這次在網路上買了一組餐盤，今天打開箱子才發現盤子碎了，請問該怎麼辦？\n"
        "我這幾天都在上班，比較方便收信。\n\n謝謝\n王小明 敬上"
    )
    outcome = await ask(shop, mail)
    assert outcome.results[0].article_id == demo_article_id("damaged")
    assert "盤子碎了" in outcome.results[0].matched


async def test_customers_never_see_what_is_for_agents(shop: Transaction) -> None:
    question = "客服可以給多少補償金或補償點數？"
    goodwill = demo_article_id("goodwill")
    assert goodwill not in {r.article_id for r in (await ask(shop, question)).results}
    for_agents = await ask(shop, question, audience=Audience.AGENTS)
    assert for_agents.results[0].article_id == goodwill
    assert for_agents.zone is Zone.CHOOSE


async def test_loading_twice_adds_nothing(shop: Transaction) -> None:
    assert await load_demo_articles(shop, NOW) == 0
