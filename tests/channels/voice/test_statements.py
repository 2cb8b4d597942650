"""What a webhook costs: statements are round trips, and the usual ones are counted, so that none creeps in unseen."""

from typing import Any

import asyncpg
import pytest

from tests.channels.voice.line import VOICE, Caller, Line, new_sid

# three and seven today; a slow machine may read the lists again that are kept for two seconds
FIRST_WEBHOOK = 6
WAIT_DOCUMENT = 10


class Counted:
    """Counts what the block asks of the database."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.statements: list[str] = []
        real: Any = vars(asyncpg.Connection)["_execute"]

        async def counting(connection: Any, query: str, *args: Any, **more: Any) -> Any:
            self.statements.append(" ".join(query.split())[:80])
            return await real(connection, query, *args, **more)

        patch.setattr(asyncpg.Connection, "_execute", counting)


async def test_the_usual_first_webhook_asks_few_things(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    await line.call()  # lists that are read now and then are read
    caller = Caller(line, new_sid(), "+886912345678")
    counted = Counted(monkeypatch)
    response = await line.send(f"{VOICE}/inbound", caller.fields(CallStatus="ringing"))
    assert response.status_code == 200
    assert 0 < len(counted.statements) <= FIRST_WEBHOOK, counted.statements


async def test_a_wait_document_asks_few_things(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = await line.waiting_caller()
    await caller.asks("wait")
    counted = Counted(monkeypatch)
    assert (await caller.asks("wait")).status_code == 200
    assert 0 < len(counted.statements) <= WAIT_DOCUMENT, counted.statements
