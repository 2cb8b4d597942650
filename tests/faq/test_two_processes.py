"""What one process publishes, another finds with its next search: no process has to be told, none waits."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator

import pytest

from app.core.db import Database
from app.faq import service
from tests.faq.articles import NOW, entry, published

pytestmark = pytest.mark.process

SEARCHER = """
import asyncio, json, sys
from app.core.db import Database
from app.faq.keeper import searching_by_meaning
from app.faq.models import Audience, Language
from app.faq.search import search
from tests.faq.articles import NOW

async def main(dsn, encoder):
    database = Database(dsn, pool_size=2)
    await database.open()
    async with searching_by_meaning(database, encoder):
        print(json.dumps("ready"), flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            async with database.read() as reader:
                found = await search(reader, question=json.loads(line), language=Language.EN,
                                     audience=Audience.PUBLIC, channel="chat", now=NOW)
            print(json.dumps([result.title for result in found.results]), flush=True)
    await database.close()

asyncio.run(main(sys.argv[1], sys.argv[2]))
"""


class Searcher:
    """A process of its own that searches when asked."""

    def __init__(self, process: Process):
        self._process = process

    async def answer(self) -> object:
        """Its next line."""
        assert self._process.stdout is not None
        return json.loads(await self._process.stdout.readline())

    async def titles(self, question: str) -> object:
        """What it finds."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(question).encode() + b"\n")
        await self._process.stdin.drain()
        return await self.answer()


@pytest.fixture(params=["none", "use"])
async def elsewhere(request: pytest.FixtureRequest, dsn: str) -> AsyncIterator[Searcher]:
    """Another process on the same database, without and with an encoder."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SEARCHER, dsn, request.param, stdin=PIPE, stdout=PIPE
    )
    searcher = Searcher(process)
    try:
        assert await searcher.answer() == "ready"
        yield searcher
    finally:
        process.kill()
        await process.wait()


async def test_an_edit_here_is_found_there_with_the_next_search(
    database: Database, elsewhere: Searcher
) -> None:
    async with database.transaction() as tx:
        await published(tx, entry("When does the shop open?"))
        article = await published(tx, entry("How do I return an item?"))
    assert await elsewhere.titles("return an item") == ["How do I return an item?"]
    async with database.transaction() as tx:
        await service.save_article(tx, entry=entry("Where is the zebra?"), article_id=article, now=NOW)
        await service.publish(tx, article_id=article, now=NOW)
    assert await elsewhere.titles("zebra") == ["Where is the zebra?"]
    assert "How do I return an item?" not in str(await elsewhere.titles("return an item"))
    async with database.transaction() as tx:
        await service.archive(tx, article_id=article, now=NOW)
    assert "Where is the zebra?" not in str(await elsewhere.titles("zebra"))
