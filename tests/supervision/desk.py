"""What the tests of this folder do and look at."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

from app.core.ids import new_id
from tests.support.app import Console, Person, RunningApp


@contextlib.asynccontextmanager
async def at_work(person: Person) -> AsyncIterator[Console]:
    """The agent's console is open and the agent available."""
    async with person.console() as console:
        await person.command("PUT", "/agents/me/presence", {"presence": "available"})
        yield console


async def new_queue(web: RunningApp, key: str, *people: Person, **columns: Any) -> UUID:
    """One more queue, served by these agents."""
    queue_id = new_id()
    async with web.database.transaction() as tx:
        await tx.execute("insert into queues (id, key, name) values ($1, $2, $3)", queue_id, key, key.title())
        for name, value in columns.items():
            await tx.execute(f"update queues set {name} = $2 where id = $1", queue_id, value)
        for person in people:
            await tx.execute("insert into agent_queues values ($1, $2)", person.agent_id, queue_id)
    return queue_id


async def value(web: RunningApp, sql: str, *args: Any) -> Any:
    """One value from the tables."""
    async with web.database.read() as reader:
        return await reader.fetchval(sql, *args)


async def state(web: RunningApp, contact_id: UUID) -> str:
    """The state of a contact."""
    found: str = await value(web, "select state from contacts where id = $1", contact_id)
    return found


async def rings_at(web: RunningApp, contact_id: UUID) -> UUID | None:
    """The agent at whom a contact rings."""
    found: UUID | None = await value(
        web, "select agent_id from offers where contact_id = $1 and state = 'pending'", contact_id
    )
    return found


async def kinds(web: RunningApp, contact_id: UUID) -> list[str]:
    """The touchpoints of a contact, oldest first."""
    async with web.database.read() as reader:
        rows = await reader.fetch(
            "select kind from touchpoints where contact_id = $1 order by at, id", contact_id
        )
    return [row["kind"] for row in rows]


def command_id() -> dict[str, str]:
    """A body with a fresh command id."""
    return {"command_id": str(uuid4())}


async def refusal(person: Person, method: str, path: str, body: object = None) -> str:
    """The reason of a 409."""
    answer = await person.call(method, path, body)
    assert answer.status_code == 409, answer.text
    assert answer.json()["code"] == "not_possible_now"
    return str(answer.json()["detail"])
