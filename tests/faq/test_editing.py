"""What the editor asks: how would a text be found, how does it read and sound, which articles fit the filters."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.core.db import Database
from app.faq.article_endpoints import router as articles
from app.faq.editing_endpoints import editing_router
from app.faq.models import Audience, Language
from app.faq.service import save_article
from app.faq.synonym_endpoints import router as synonyms
from app.helpcentre.markdown import to_html
from tests.faq.articles import NOW, entry, published
from tests.faq.desk import desk, person
from tests.faq.test_articles import found
from tests.faq.test_service import index_rows


@pytest.fixture
async def ann(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A supervisor."""
    ann = await person(database, "ann", "supervisor")
    async with desk(database, editing_router(to_html), articles, synonyms, ann=ann) as clients:
        yield clients["ann"]


def fields(question: str, **more: Any) -> dict[str, Any]:
    return {"topic": "returns", "contents": {"en": {"question": question, **more}}}


async def stored(database: Database) -> list[Any]:
    async with database.transaction() as tx:
        names = ("articles", "article_versions", "article_contents", "article_phrases", "faq_searches")
        rows = [await tx.fetch(f"select * from {name} order by 1, 2") for name in names]
        return [rows, await index_rows(tx)]


async def test_a_draft_is_tried_out_and_nothing_of_it_remains(
    ann: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as tx:
        old = await published(tx, entry("How do I return an item?"))
    before = await stored(database)
    for article_id in (uuid4(), old):
        body = {
            "question": "may I bring my parrot",
            "language": "en",
            "article_id": str(article_id),
            "entry": fields("Is my parrot welcome?"),
        }
        tried = (await ann.post("/faq/try-out", json=body)).json()
        first = tried["results"][0]
        assert (first["article_id"], first["title"]) == (str(article_id), "Is my parrot welcome?")
    assert await stored(database) == before
    assert await found(database, "parrot") == []
    (still,) = await found(database, "return item")
    assert still == "How do I return an item?"


async def test_what_is_published_is_tried_out_as_an_audience_sees_it(
    ann: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as tx:
        await published(tx, entry("How do I refund by hand?", audience=Audience.AGENTS))
    for audience, count in (("public", 0), ("agents", 1)):
        body = {"question": "refund by hand", "language": "en", "audience": audience}
        assert len((await ann.post("/faq/try-out", json=body)).json()["results"]) == count


async def test_a_text_that_cannot_be_saved_cannot_be_tried_out(ann: httpx.AsyncClient) -> None:
    body = {
        "question": "parrot",
        "language": "en",
        "article_id": str(uuid4()),
        "entry": fields("Parrots?", wordings=["x" * 400]),
    }
    answer = await ann.post("/faq/try-out", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith("contents.en.wordings")


async def test_a_preview_shows_every_form_and_obeys_no_markup(ann: httpx.AsyncClient) -> None:
    body = {"question": "Q?", "answer": "**Bring** it. <script>alert(1)</script> [x](javascript:alert(1))"}
    seen = (await ann.post("/faq/preview", json=body)).json()
    assert "<strong>Bring</strong>" in seen["html"]
    assert "<script" not in seen["html"]
    assert "href" not in seen["html"]
    assert seen["is_made"] == ["answer_short", "spoken_steps"]
    assert seen["spoken_steps"][0].startswith("Bring it.")


async def test_the_list_is_searched_as_customers_search_and_drafts_by_their_words(
    ann: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as tx:
        await published(tx, entry("How do I clean a kettle?"))
        await published(tx, entry("How do I return an item?", "send back the kettle"))
        await save_article(tx, entry=entry("Which kettle whistles?"), now=NOW)
        await published(tx, entry("Where are you?"))

    async def listed(**params: str) -> list[str]:
        page = (await ann.get("/faq/articles", params=params)).json()
        return [next(iter(a["entry"]["contents"].values()))["question"] for a in page["articles"]]

    assert await listed(q="kettle") == [
        "How do I clean a kettle?",
        "How do I return an item?",
        "Which kettle whistles?",
    ]
    assert await listed(q="kettle", status="draft") == ["Which kettle whistles?"]


async def test_the_list_is_filtered_by_language_and_audience(
    ann: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as tx:
        await published(tx, entry("English?", audience=Audience.AGENTS))
        await published(tx, entry("中文？", language=Language.ZH_HANT))

    async def listed(**params: str) -> list[str]:
        page = (await ann.get("/faq/articles", params=params)).json()
        return [next(iter(a["entry"]["contents"])) for a in page["articles"]]

    assert await listed(language="en") == await listed(lacks="zh-Hant") == ["en"]
    assert await listed(language="zh-Hant") == await listed(audience="both") == ["zh-Hant"]
    assert await listed(audience="agents") == ["en"]


async def test_a_synonym_is_listed_found_by_and_forgotten(ann: httpx.AsyncClient, database: Database) -> None:
    async with database.transaction() as tx:
        await published(tx, entry("How do I return an item?"))
    body = {"term": "sneakers", "replacement": "item", "weight": 0.9}
    made = await ann.post("/faq/synonyms", json=body)
    assert (made.status_code, made.json()["created_by_name"]) == (201, "ann")
    again = await ann.post("/faq/synonyms", json=body | {"weight": 0.4})
    (listed,) = (await ann.get("/faq/synonyms")).json()
    assert (listed["id"], listed["weight"]) == (again.json()["id"], 0.4)
    assert await found(database, "sneakers") == ["How do I return an item?"]
    for _ in range(2):
        assert (await ann.delete(f"/faq/synonyms/{listed['id']}")).status_code == 204
    assert await found(database, "sneakers") == []
    async with database.read() as reader:
        lines = await reader.fetch("select action from audit_log order by id")
    assert [line["action"] for line in lines] == ["synonym.set", "synonym.set", "synonym.removed"]


@pytest.mark.parametrize(("field", "value"), [("term", "!"), ("replacement", ""), ("weight", 2)])
async def test_a_synonym_that_finds_nothing_is_refused(
    ann: httpx.AsyncClient, field: str, value: object
) -> None:
    answer = await ann.post("/faq/synonyms", json={"term": "a1", "replacement": "b2", field: value})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
