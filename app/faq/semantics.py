"""Search by meaning in one process: the encoder in a thread of its own, and the vectors of the index in memory.

A process has one encoder (120 MB), installed by the composition root with `start`; without one everything here
answers "no vectors", and the search goes by words and sounds alone. So it does when the encoder is still loading,
too busy, or too slow. All numbers are crunched by one thread: the event loop never waits for them.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

import structlog

from app.core.db import Reader
from app.faq.encoder import Encoder, EncoderName, Vectors, from_stored, load_encoder, to_stored
from app.faq.text import meaning
from app.faq.vectors import VectorTable

if TYPE_CHECKING:
    from app.faq.index import IndexStats

log = structlog.get_logger()

T = TypeVar("T")

PATIENCE_SECONDS = 0.5  # a search that waits longer for the encoder goes by words alone
MAX_WAITING = 16  # pieces of work in the thread's queue; a search that finds more goes by words alone
MAX_ROWS_OF_A_SEARCH = 500  # changed documents a search reads itself; more are read in the background


@dataclass(slots=True)
class _Held:
    """The vectors of one database as of a version of its index (-1: nothing read yet)."""

    table: VectorTable = field(default_factory=VectorTable)
    version: int = -1
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The documents nearest to each sentence, best first, and what is needed to ask for the nearness of others."""

    questions: Vectors
    nearest: Sequence[Sequence[int]]
    table: VectorTable


class Semantics:
    """The encoder of this process with the vector tables of the databases it serves (one, but for tests)."""

    def __init__(self, load: Callable[[], Encoder | None], *, patience: float = PATIENCE_SECONDS):
        self._load = load
        self._patience = patience
        self._encoder: Encoder | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="faq-encoder")
        self._waiting = 0
        self._count = threading.Lock()
        self._held: dict[tuple[int, UUID], _Held] = {}

    @property
    def encoder(self) -> str | None:
        """The name of the loaded encoder; None while it is not loaded."""
        return self._encoder.name if self._encoder is not None else None

    async def load(self) -> None:
        """Load the encoder, unless that was done; about a second, in the thread."""
        if self._encoder is None:
            self._encoder = await self._in_thread(self._load)

    async def encode(self, batches: Sequence[Sequence[str]]) -> list[bytes] | None:
        """The stored form of the vectors of each batch of texts. None when no encoder is loaded."""
        encoder = self._encoder
        if encoder is None:
            return None

        def work() -> list[bytes]:
            vectors = encoder.encode([meaning(text) for texts in batches for text in texts])
            stored, at = [], 0
            for texts in batches:
                stored.append(to_stored(vectors[at : at + len(texts)]))
                at += len(texts)
            return stored

        return await self._in_thread(work)

    async def neighbours(
        self, reader: Reader, stats: "IndexStats", texts: Sequence[str], wanted: int
    ) -> Neighbours | None:
        """The documents nearest to each text; None when that cannot be had now."""
        encoder = self._encoder
        if encoder is None or not texts or self._waiting >= MAX_WAITING:
            return None
        table = await self._table(reader, stats, encoder.name)

        def work() -> Neighbours | None:
            if not len(table):
                return None
            questions = encoder.encode(texts)
            return Neighbours(questions, table.nearest(questions, wanted), table)

        return await self._soon(work)

    async def nearness(
        self, found: Neighbours, asked: Sequence[tuple[int, int]]
    ) -> Mapping[tuple[int, int], float] | None:
        """The nearness of each (sentence, document); None when that cannot be had now."""
        return await self._soon(lambda: found.table.nearness(found.questions, asked))

    async def refresh(self, reader: Reader, stats: "IndexStats", *, most: int | None = None) -> bool:
        """Bring the table of a database up to `stats`; False when more than `most` documents have changed.

        What the asking transaction has changed itself is never taken in: it may be rolled back.
        """
        encoder = self._encoder
        held = self._held.setdefault(stats.index, _Held())
        if encoder is None or stats.is_own or held.version == stats.index_version:
            return True
        async with held.lock:
            if held.version > stats.index_version:  # another database under the same name, or a restored one
                held.table, held.version = VectorTable(), -1
            rows = await reader.fetch(
                "select document, vectors, encoder from search_documents where index_version > $1 "
                "order by index_version limit $2",
                held.version,
                most + 1 if most is not None else None,
            )
            if most is not None and len(rows) > most:
                return False
            changes = [(r["document"], r["vectors"] if r["encoder"] == encoder.name else None) for r in rows]
            await self._in_thread(lambda: _apply(held.table, changes))
            held.version = max(held.version, stats.index_version)
        return True

    async def close(self) -> None:
        """Let the thread end; work that has begun is finished."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _table(self, reader: Reader, stats: "IndexStats", encoder: str) -> VectorTable:
        if not stats.is_own:
            await self.refresh(reader, stats, most=MAX_ROWS_OF_A_SEARCH)
            return self._held[stats.index].table
        table = VectorTable()  # what this transaction alone can see is for this search alone
        rows = await reader.fetch(
            "select document, vectors from search_documents where encoder = $1 limit $2",
            encoder,
            MAX_ROWS_OF_A_SEARCH,
        )
        await self._in_thread(lambda: _apply(table, [(r["document"], r["vectors"]) for r in rows]))
        return table

    async def _soon(self, work: Callable[[], T]) -> T | None:
        try:
            async with asyncio.timeout(self._patience):
                return await self._in_thread(work)
        except TimeoutError:
            log.warning("the sentence encoder is too slow, searching by words alone")
            return None

    async def _in_thread(self, work: Callable[[], T]) -> T:
        self._add(1)
        future = self._thread.submit(work)
        future.add_done_callback(lambda _: self._add(-1))  # in whatever thread it ends
        return await asyncio.wrap_future(future)

    def _add(self, change: int) -> None:
        with self._count:
            self._waiting += change


def _apply(table: VectorTable, changes: Sequence[tuple[int, bytes | None]]) -> None:
    for document, stored in changes:
        if stored is None:
            table.remove(document)
        else:
            table.put(document, from_stored(stored))


_current: Semantics | None = None


def start(name: EncoderName, *, patience: float = PATIENCE_SECONDS) -> Semantics | None:
    """Make the encoder of a setting the one of this process (not loaded yet); None for "none"."""
    semantics = Semantics(lambda: load_encoder(name), patience=patience) if name != "none" else None
    install(semantics)
    return semantics


def install(semantics: Semantics | None) -> None:
    """Set the one of this process."""
    global _current
    _current = semantics


def current() -> Semantics | None:
    """The one of this process, if it has one."""
    return _current


async def encode_wordings(batches: Sequence[Sequence[str]]) -> tuple[list[bytes | None], str | None]:
    """The stored vectors of each document's wordings, and the encoder's name. Nones where no encoder is loaded:
    they are made in the background then."""
    semantics = _current
    made = await semantics.encode(batches) if semantics is not None and batches else None
    if semantics is None or made is None:
        return [None] * len(batches), None
    return [*made], semantics.encoder
