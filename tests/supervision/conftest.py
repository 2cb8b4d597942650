"""A running application with a router that runs when told, and those who lead."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from app.core.ids import new_id
from app.routing.router import Router
from tests.support.app import Person, RunningApp, running_app

Route = Callable[[], Awaitable[None]]
Audited = Callable[[], Awaitable[list[dict[str, Any]]]]


@pytest.fixture
async def web(dsn: str) -> AsyncIterator[RunningApp]:
    """The application: no worker, no carrier."""
    async with running_app(dsn) as running:
        yield running


@pytest.fixture
async def boss(web: RunningApp) -> Person:
    """A signed-in supervisor, who serves no queue."""
    person = await web.person("boss", role="supervisor")
    async with web.database.transaction() as tx:
        await tx.execute("delete from agent_queues where agent_id = $1", person.agent_id)
    return person


@pytest.fixture
async def admin(web: RunningApp) -> Person:
    """A signed-in administrator, who serves no queue."""
    person = await web.person("root", role="admin")
    async with web.database.transaction() as tx:
        await tx.execute("delete from agent_queues where agent_id = $1", person.agent_id)
    return person


@pytest.fixture
def route(web: RunningApp) -> Route:
    """Let the router do all that is due."""
    router = Router(web.database, web.settings, new_id())

    async def run() -> None:
        for _ in range(20):
            if await router.run_once() > 0:
                return
        raise AssertionError("the router finds no rest")

    return run


@pytest.fixture
def audited(web: RunningApp) -> Audited:
    """The audit log, sign-ins left out."""

    async def lines() -> list[dict[str, Any]]:
        async with web.database.read() as reader:
            rows = await reader.fetch(
                """select actor_id, action, object, before, after from audit_log
                   where action not like 'session.%' order by id"""
            )
        return [dict(row.items()) for row in rows]

    return lines
