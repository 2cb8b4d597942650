"""The SQL search and the in-memory index of the evaluation are one ranking."""

import pytest

from app.core.db import Transaction
from app.faq.answering import AnsweringMode, set_answering
from app.faq.encoder import Encoder
from app.faq.memory import Document, MemoryIndex
from app.faq.models import Audience, Language
from app.faq.search import search
from tests.faq.articles import NOW, entry, published

ARTICLES = [
    (
        Language.EN,
        "How do I return an item?",
        ("Send something back", "I want to return my order"),
        "Pack it.",
    ),
    (Language.EN, "When will my refund arrive?", ("refund not received",), "Five working days later."),
    (Language.EN, "Where is my order?", ("track my delivery",), "Open the tracking link in the message."),
    (Language.ZH_HANT, "如何申請退貨？", ("我想退貨", "商品可以退嗎"), "請於到貨七天內申請。"),
    (Language.ZH_HANT, "退款什麼時候會到？", ("退款多久", "還沒收到退款"), "約五個工作天。"),
    (Language.ZH_HANS, "怎么查询物流？", ("我的包裹在哪里",), "请打开短信中的链接。"),
]
QUESTIONS = [
    "how can i retrun an itme",
    "where is my refund",
    "我要退货",
    "還沒有收到退款耶",
    "包裹到哪裡了？可以查物流嗎",
    "order 12345 delivery",
    "can I get my money back",
    "退火要怎么办理",
    "Hello,\n\nI bought a very nice kettle in your store last week and I am pleased with it in general.\n"
    "But I want to return my order.\nAlso: when will the refund arrive? We would all like to know.\n",
]


@pytest.fixture(params=["none", "use"])
def engine(request: pytest.FixtureRequest) -> Encoder | None:
    """No encoder, or the real one in use by the live search."""
    if request.param == "none":
        return None
    request.getfixturevalue("by_meaning")
    encoder: Encoder = request.getfixturevalue("encoder")
    return encoder


@pytest.mark.parametrize("question", QUESTIONS)
async def test_sql_and_memory_give_equal_scores(
    tx: Transaction, question: str, engine: Encoder | None
) -> None:
    await set_answering(tx, AnsweringMode.ON, now=NOW)
    ids = [str(await published(tx, entry(q, *w, answer=a, language=lang))) for lang, q, w, a in ARTICLES]
    memory = MemoryIndex(
        (Document(article, lang, q, w, a) for article, (lang, q, w, a) in zip(ids, ARTICLES, strict=True)),
        engine,
    )

    live = await search(
        tx, question=question, language=Language.EN, audience=Audience.AGENTS, channel="chat", now=NOW
    )
    offline = memory.search(question)

    assert [str(r.article_id) for r in live.results] == [m.article for m in offline.ranking.matches]
    offline_scores = [m.score for m in offline.ranking.matches]
    assert [r.score for r in live.results] == pytest.approx(offline_scores, abs=2e-6)
    assert live.zone == offline.decision.zone
    assert live.probability == pytest.approx(offline.decision.probabilities[0], abs=1e-5)
    assert live.results
    assert live.by_meaning is (engine is not None)
