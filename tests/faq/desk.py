"""The editor's desk: the FAQ's routes alone, for people of a role."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
from fastapi import APIRouter, FastAPI, Request

from app.core.auth import Principal
from app.core.db import Database
from app.core.http import install_error_handlers
from app.core.ids import new_id
from app.core.settings import Settings

COMMAND = {"X-Requested-With": "switchboard"}


async def person(database: Database, login: str, role: str) -> Principal:
    """Somebody who is signed in."""
    agent_id = new_id()
    async with database.transaction() as tx:
        number = await tx.fetchval("select coalesce(max(number), 1000) + 1 from agents")
        await tx.execute(
            "insert into agents (id, number, login, display_name, password_hash, role, softphone_identity) "
            "values ($1, $2, $3, $3, 'x', $4, $3)",
            agent_id, number, login, role,
        )  # fmt: skip
    return Principal(agent_id, login, login, role, "en", None, b"x")


@asynccontextmanager
async def desk(database: Database, *routers: APIRouter, **people: Principal) -> AsyncIterator[Any]:
    """A client for each of `people`, by name; each sends the header that commands need."""
    app = FastAPI()
    app.state.settings = Settings()
    app.state.database = database
    by_name = dict(people)

    async def resolve(request: Request) -> Principal | None:
        return by_name.get(request.headers.get("who", ""))

    app.state.resolve_principal = resolve
    for router in routers:
        app.include_router(router)
    install_error_handlers(app)
    transport = httpx.ASGITransport(app)
    clients = {
        name: httpx.AsyncClient(transport=transport, base_url="http://test", headers={**COMMAND, "who": name})
        for name in people
    }
    try:
        yield clients
    finally:
        for client in clients.values():
            await client.aclose()


async def audit_lines(database: Database, object_of: UUID | None = None) -> list[dict[str, Any]]:
    """The audit log, oldest first; of one article."""
    async with database.read() as reader:
        rows = await reader.fetch(
            "select action, actor_kind, actor_id, before, after from audit_log "
            "where $1::text is null or object = $1 order by id",
            f"article:{object_of}" if object_of else None,
        )
    return [dict(row) for row in rows]
