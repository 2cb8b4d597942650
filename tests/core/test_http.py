"""What every endpoint shares: commit before the answer, clear errors, limits, and the database that goes away."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
from fastapi import FastAPI, Query
from pydantic import BaseModel, Field

from app.core.db import Database
from app.core.errors import Conflict
from app.core.http import MAX_BODY_BYTES, EdgeRules, Tx, install_error_handlers
from tests.support.waiting import eventually


class Thing(BaseModel):
    """Something to store."""

    name: str = Field(min_length=1, max_length=300_000)
    size: int = Field(ge=1)


@pytest.fixture
async def api(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """An application with the product's plumbing, over a scratch table that checks some rules at commit only."""
    async with database.transaction() as tx:
        await tx.execute(
            """create table parents (name text primary key);
               create table things (name text, size bigint not null,
                 parent text references parents deferrable initially deferred)"""
        )
    app = FastAPI()
    app.state.database = database
    app.add_middleware(EdgeRules, is_secure=False)
    install_error_handlers(app)

    @app.post("/api/things")
    async def add(thing: Thing, tx: Tx, parent: str | None = None) -> dict[str, str]:
        await tx.execute("insert into things values ($1, $2, $3)", thing.name, thing.size, parent)
        return {"stored": thing.name}

    @app.get("/api/things")
    async def count(tx: Tx, wait: Annotated[float, Query()] = 0) -> int:
        await tx.fetchval("select pg_sleep($1)", wait)
        return int(await tx.fetchval("select count(*) from things"))

    @app.post("/api/conflict")
    async def conflict(tx: Tx) -> None:
        await tx.execute("insert into things values ('lost', 1)")
        raise Conflict("somebody was faster")

    @app.post("/api/broken")
    async def broken(tx: Tx) -> None:
        await tx.execute("insert into things values ('lost', 1)")
        raise RuntimeError("a secret detail")

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def stored(api: httpx.AsyncClient) -> int:
    count: int = (await api.get("/api/things")).json()
    return count


async def test_an_answer_means_it_is_stored(api: httpx.AsyncClient) -> None:
    assert (await api.post("/api/things", json={"name": "a", "size": 1})).status_code == 200
    assert await stored(api) == 1


async def test_a_failed_commit_is_never_answered_with_success(api: httpx.AsyncClient) -> None:
    """FastAPI's own order would send 200 first: the dependencies' scope must stay "function"."""
    answer = await api.post("/api/things?parent=nobody", json={"name": "a", "size": 1})
    assert answer.status_code == 500
    assert await stored(api) == 0


@pytest.mark.parametrize(("path", "status"), [("/api/conflict", 409), ("/api/broken", 500)])
async def test_an_error_stores_nothing(api: httpx.AsyncClient, path: str, status: int) -> None:
    answer = await api.post(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text
    assert await stored(api) == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "", "size": 1}, "name"),
        ({"name": "a", "size": 0}, "size"),
        ({"name": "a"}, "size"),
        ({"name": "a", "size": "many"}, "size"),
        ([], "body"),
    ],
)
async def test_a_wrong_field_is_named(api: httpx.AsyncClient, body: object, field: str) -> None:
    answer = await api.post("/api/things", json=body)
    problem = answer.json()
    assert answer.status_code == problem["status"] == 422
    assert problem["code"] == "invalid_input"
    assert [error["field"] for error in problem["errors"]] == [field]
    assert field in problem["detail"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"name": "\\ud800", "size": 1}'])
async def test_what_is_not_json_is_refused_politely(api: httpx.AsyncClient, body: bytes) -> None:
    answer = await api.post("/api/things", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_character_that_cannot_be_stored_is_the_callers_mistake(api: httpx.AsyncClient) -> None:
    answer = await api.post("/api/things", json={"name": "a\x00b", "size": 1})
    assert answer.status_code == 422
    assert "NUL" in answer.json()["detail"]


async def test_a_number_too_large_for_its_column_is_not_called_an_outage(api: httpx.AsyncClient) -> None:
    answer = await api.post("/api/things", json={"name": "a", "size": 2**70})
    assert answer.status_code == 500


async def test_a_body_too_large_is_refused(api: httpx.AsyncClient) -> None:
    fits = {"name": "x" * (MAX_BODY_BYTES - 100), "size": 1}
    assert (await api.post("/api/things", json=fits)).status_code == 200
    answer = await api.post("/api/things", json={"name": "x" * MAX_BODY_BYTES, "size": 1})
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")

    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 10_000

    answer = await api.post("/api/things", content=in_pieces(), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_an_unknown_address_or_method_is_a_problem_document(api: httpx.AsyncClient) -> None:
    nowhere = await api.get("/api/nowhere")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not_found")
    wrong = await api.delete("/api/things")
    assert wrong.status_code == 405
    assert wrong.headers["content-type"] == "application/problem+json"


async def test_answers_are_neither_cached_nor_guessed_at(api: httpx.AsyncClient) -> None:
    for answer in (
        await api.get("/api/things"),
        await api.get("/api/nowhere"),
        await api.post("/api/broken"),
    ):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


async def kill_connections(dsn: str) -> None:
    other = Database(dsn, pool_size=1)
    await other.open()
    async with other.read() as reader:
        await reader.fetch(
            """select pg_terminate_backend(pid) from pg_stat_activity
               where datname = current_database() and pid <> pg_backend_pid()"""
        )
    await other.close()


async def test_a_lost_database_is_503_and_comes_back_by_itself(
    api: httpx.AsyncClient, database: Database, dsn: str
) -> None:
    running = asyncio.ensure_future(api.get("/api/things?wait=10"))

    async def is_at_work() -> bool:
        async with database.read() as reader:
            sql = "select count(*) > 0 from pg_stat_activity where wait_event = 'PgSleep'"
            return bool(await reader.fetchval(sql))

    await eventually(is_at_work)
    await kill_connections(dsn)
    answer = await running
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.json()["code"] == "unavailable"
    last = 0
    for _ in range(10):  # connections that lay idle in the pool are found dead one after the other
        last = (await api.get("/api/things")).status_code
        assert last in (200, 503)
    assert last == 200


async def test_a_starved_pool_is_503(
    api: httpx.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.core.db.ACQUIRE_SECONDS", 0.05)
    taken = [await database.pool.acquire() for _ in range(8)]
    answer = await api.get("/api/things")
    for connection in taken:
        await database.pool.release(connection)
    assert answer.status_code == 503
    assert (await api.get("/api/things")).status_code == 200
