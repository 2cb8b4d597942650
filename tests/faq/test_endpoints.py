"""The FAQ over HTTP, as the console uses it."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI, Request

from app.core.auth import Principal
from app.core.db import Database
from app.core.http import install_error_handlers
from app.core.settings import Settings
from app.faq.endpoints import faq_router
from app.faq.models import Audience
from app.faq.semantics import Semantics
from tests.faq.articles import entry, published

AGENT = Principal(
    agent_id=uuid4(),
    login="mei",
    display_name="Mei",
    role="agent",
    locale="en",
    team_id=None,
    session_hash=b"x",
)
COMMAND = {"X-Requested-With": "switchboard"}


@pytest.fixture
async def article(database: Database) -> UUID:
    """One published article that agents find, beside one they do not."""
    async with database.transaction() as tx:
        await published(tx, entry("Return to whom?", audience=Audience.PUBLIC))
        return await published(tx, entry("How do I return an item?", "我想退貨"))


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """The routes alone; a request with the header `signed-in` comes from an agent."""
    app = FastAPI()
    app.state.settings = Settings()
    app.state.database = database

    async def resolve(request: Request) -> Principal | None:
        return AGENT if "signed-in" in request.headers else None

    app.state.resolve_principal = resolve
    app.include_router(faq_router(lambda text: text.replace("0912345678", "***")))
    install_error_handlers(app)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", headers={"signed-in": "1"}
    ) as http:
        yield http


async def test_a_search_answers_the_console_shape_and_is_logged_masked(
    client: httpx.AsyncClient, database: Database, article: UUID
) -> None:
    answer = await client.get("/faq/search", params={"q": "return an item 0912345678", "lang": "zh-Hant"})
    assert answer.status_code == 200
    body = answer.json()
    (found,) = body["results"]
    assert found["article_id"] == str(article)
    assert set(found) == {
        "article_id", "title", "answer_short", "answer", "spoken_steps", "lang", "score", "probability"
    }  # fmt: skip
    async with database.read() as reader:
        logged = await reader.fetchrow("select * from faq_searches where id = $1", UUID(body["search_id"]))
    assert logged is not None
    assert (logged["question_masked"], logged["agent_id"]) == ("return an item ***", AGENT.agent_id)


async def test_a_use_is_counted_once_however_often_it_is_sent(
    client: httpx.AsyncClient, database: Database, article: UUID
) -> None:
    search_id = (await client.get("/faq/search", params={"q": "退货"})).json()["search_id"]
    use = {"search_id": search_id, "article_id": str(article), "action": "read_aloud"}
    for _ in range(2):
        assert (await client.post("/faq/uses", json=use, headers=COMMAND)).status_code == 204
    async with database.read() as reader:
        assert await reader.fetchval("select count(*) from faq_uses") == 1


ODD = [
    "",
    " ",
    "😀",
    "\x00",
    "a\x00b",
    "退" * 2_000,
    "word " * 4_000,
    "%00%ff",
    "\ufffe",
    "'; drop table articles",
]


@pytest.mark.parametrize("q", ODD)
async def test_odd_questions_are_answered(client: httpx.AsyncClient, article: UUID, q: str) -> None:
    assert (await client.get("/faq/search", params={"q": q})).status_code == 200


@pytest.mark.parametrize("q", ODD)
async def test_odd_questions_are_answered_with_the_encoder_too(
    client: httpx.AsyncClient, article: UUID, by_meaning: Semantics, q: str
) -> None:
    answer = await client.get("/faq/search", params={"q": q})
    assert answer.status_code == 200
    assert all(0 <= found["score"] <= 1 for found in answer.json()["results"])


async def test_a_lone_surrogate_is_no_question(client: httpx.AsyncClient, article: UUID) -> None:
    answer = await client.get("/faq/search?q=%ED%A0%80return")
    assert answer.status_code in (200, 422)


@pytest.mark.parametrize("q", ["", "  ", "😀", "\x00", "？！"])
async def test_a_question_without_words_finds_nothing(
    client: httpx.AsyncClient, article: UUID, by_meaning: Semantics, q: str
) -> None:
    assert (await client.get("/faq/search", params={"q": q})).json()["results"] == []


@pytest.mark.parametrize(
    "params", [{}, {"q": "a", "lang": "fr"}, {"q": "a", "limit": "0"}, {"q": "a" * 20_001}]
)
async def test_wrong_parameters_are_refused(client: httpx.AsyncClient, params: dict[str, str]) -> None:
    answer = await client.get("/faq/search", params=params)
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_input"


async def test_unknown_articles_and_actions_are_refused(client: httpx.AsyncClient, article: UUID) -> None:
    unknown = {"article_id": str(uuid4()), "action": "copied"}
    assert (await client.post("/faq/uses", json=unknown, headers=COMMAND)).status_code == 404
    odd = {"article_id": str(article), "action": "eaten"}
    assert (await client.post("/faq/uses", json=odd, headers=COMMAND)).status_code == 422


async def test_nothing_is_shown_without_a_session(client: httpx.AsyncClient) -> None:
    del client.headers["signed-in"]
    assert (await client.get("/faq/search", params={"q": "return"})).status_code == 401


async def test_a_use_needs_the_header_that_a_form_cannot_send(
    client: httpx.AsyncClient, article: UUID
) -> None:
    use = {"article_id": str(article), "action": "copied"}
    assert (await client.post("/faq/uses", json=use)).status_code == 403
