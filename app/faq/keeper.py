"""Keeps vectors complete and in memory, in the background of every process that searches by meaning.

Articles published where no encoder was loaded, or with another one, get their vectors here; what changed is read
into memory before a search needs it.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog

from app.core.db import Database, Record
from app.core.tasks import TaskGroup
from app.faq import semantics
from app.faq.encoder import EncoderName
from app.faq.index import lock_index, read_stats
from app.faq.semantics import Semantics

log = structlog.get_logger()

LOOK_SECONDS = 1.0  # how old the vectors in memory may be when nobody searches
DOCUMENTS_AT_ONCE = 64  # encoded as one piece of work, about 80 ms; searches come in between

_WITHOUT = """
select d.document, d.index_version, array_agg(p.text order by p.kind <> 'question', p.id) as wordings
from (
    select document, index_version from search_documents
    where not is_removed and encoder is distinct from $1 order by document limit $2
) d
join article_contents c using (document) join article_phrases p using (article_id, language)
group by d.document, d.index_version
"""


@asynccontextmanager
async def searching_by_meaning(database: Database, name: EncoderName) -> AsyncIterator[None]:
    """Use the encoder of a setting in this process for the length of the block. It is loaded in the background:
    searches before that go by words and sounds."""
    semantic = semantics.start(name)
    if semantic is None:
        yield
        return
    tasks = TaskGroup()
    tasks.supervise("faq vectors", lambda: keep(database, semantic))
    try:
        yield
    finally:
        await tasks.close()
        semantics.install(None)
        await semantic.close()


async def keep(database: Database, semantic: Semantics) -> None:
    """Load the encoder, then keep up with the index for ever."""
    await semantic.load()
    while True:
        if not await keep_up(database, semantic):
            await asyncio.sleep(LOOK_SECONDS)


async def keep_up(database: Database, semantic: Semantics) -> int:
    """Make the vectors of some documents that have none, and read what changed into memory; returns how many were
    made."""
    async with database.read() as reader:
        rows = await reader.fetch(_WITHOUT, semantic.encoder, DOCUMENTS_AT_ONCE)
    if rows:
        await _make(database, semantic, rows)
    async with database.read() as reader:
        await semantic.refresh(reader, await read_stats(reader))
    return len(rows)


async def _make(database: Database, semantic: Semantics, rows: Sequence[Record]) -> None:
    made = await semantic.encode([row["wordings"] for row in rows])
    if made is None:
        return
    async with database.transaction() as tx:
        await lock_index(tx)
        await tx.execute(
            "with stepped as (update search_stats set index_version = index_version + 1, "
            "changed_by = pg_current_xact_id() returning index_version) "
            "update search_documents d set encoder = $1, vectors = n.vectors, index_version = s.index_version "
            "from unnest($2::int[], $3::bigint[], $4::bytea[]) as n(document, seen, vectors), stepped s "
            "where d.document = n.document and d.index_version = n.seen and not d.is_removed",
            semantic.encoder,
            [row["document"] for row in rows],
            [row["index_version"] for row in rows],
            made,
        )
