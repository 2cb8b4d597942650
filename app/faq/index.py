"""Keeps the search index equal to what is published, in the transaction that publishes.

Writers of the index follow one another: each locks the row of `search_stats` first, so that document
frequencies never drift and two editors cannot deadlock.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core.db import Reader, Record, Transaction
from app.faq import semantics
from app.faq.ranking import DocumentTerms, document_terms
from app.faq.text import TOKENISER_VERSION, tokens, wording_key

_POSTINGS_AT_ONCE = 50_000  # rows per insert when the whole index is rebuilt
_FEW = 30  # documents that are taken apart where they are; a page of text takes about a millisecond
_ROWS_OF_A_PIECE = 500
_ENCODED_AT_ONCE = 300  # documents that get vectors with the change; of more they are made in the background


@dataclass(frozen=True, slots=True)
class IndexStats:
    """What BM25 needs to know about the whole index, and which state of which index that is.

    `index` tells the databases of a process apart. `is_own`: changed by the asking transaction itself, and not
    committed yet.
    """

    articles: int
    mean_length: float
    mean_sound_length: float
    index_version: int
    index: tuple[int, UUID]
    is_own: bool


async def read_stats(reader: Reader) -> IndexStats:
    """The size of the index and its version; the version grows with every change."""
    row = await reader.fetchrow(
        "select s.*, coalesce(s.changed_by = pg_current_xact_id_if_assigned(), false) as is_own, "
        "(select oid from pg_database where datname = current_database()) as database from search_stats s"
    )
    assert row is not None  # noqa: S101 -- the schema inserts it
    return IndexStats(
        articles=row["articles"],
        mean_length=_mean(row["total_length"], row["documents"]),
        mean_sound_length=_mean(row["total_sound_length"], row["sound_documents"]),
        index_version=row["index_version"],
        index=(row["database"], row["index_id"]),
        is_own=row["is_own"],
    )


def _mean(total: float, count: int) -> float:
    return max(total / count, 1e-9) if count else 1.0


async def lock_index(tx: Transaction) -> int:
    """Wait for other writers of the index; held until the transaction ends. Returns the index version."""
    version: int = await tx.fetchval("select index_version from search_stats where id = 1 for update")
    return version


async def add_articles(tx: Transaction, article_ids: Sequence[UUID]) -> None:
    """Index every language of published articles. The index must be locked and hold none of them."""
    documents = await _indexed(tx, article_ids)
    if not documents:
        return
    articles_of = _articles_of(documents)
    await tx.execute(
        "insert into search_terms (term, articles) select * from unnest($1::text[], $2::int[]) "
        "on conflict (term) do update set articles = search_terms.articles + excluded.articles",
        sorted(articles_of),
        [articles_of[term] for term in sorted(articles_of)],
    )
    version = await _count(tx, documents, articles=len({document.article_id for document in documents}))
    await _write_documents(tx, documents, version)


async def remove_articles(tx: Transaction, article_ids: Sequence[UUID]) -> None:
    """Take articles out of the index; those that are not in it do no harm. The index must be locked."""
    await tx.execute(
        "with mine as (select d.*, c.article_id from search_documents d join article_contents c using (document) "
        "where c.article_id = any($1) and not d.is_removed), "
        "gone as (delete from search_postings p using mine where p.document = mine.document "
        "returning p.term_id, mine.article_id), "
        "counted as (update search_terms t set articles = t.articles - g.articles "
        "from (select term_id, count(distinct article_id) as articles from gone group by term_id) g "
        "where t.id = g.term_id), "
        "marked as (update search_documents d set is_removed = true, vectors = null, encoder = null, "
        "index_version = s.index_version + 1 from mine, search_stats s where d.document = mine.document), "
        "lost as (select count(*) as documents, count(distinct article_id) as articles, sum(length) as length, "
        "sum(sound_length) as sound_length, count(*) filter (where sound_length > 0) as sound_documents from mine) "
        "update search_stats s set articles = s.articles - lost.articles, documents = s.documents - lost.documents, "
        "total_length = greatest(0, s.total_length - lost.length), "
        "sound_documents = s.sound_documents - lost.sound_documents, "
        "total_sound_length = greatest(0, s.total_sound_length - lost.sound_length), "
        "index_version = s.index_version + 1, changed_by = pg_current_xact_id() "
        "from lost where lost.documents > 0",
        list(article_ids),
    )


async def rebuild_index(tx: Transaction) -> int:
    """Build the whole index anew, e.g. after a change of the tokeniser. Returns the number of documents."""
    await lock_index(tx)
    await _refresh_keys(tx)
    await tx.execute("delete from search_postings")
    await tx.execute("delete from search_words")
    await tx.execute("update search_terms set articles = 0")  # ids stay: a search may be between statements
    await tx.execute(
        "update search_documents set is_removed = true, vectors = null, encoder = null, "
        "index_version = (select index_version + 1 from search_stats)"
    )
    documents = await _indexed(tx)
    articles_of = _articles_of(documents)
    await tx.execute(
        "insert into search_terms (term, articles) select * from unnest($1::text[], $2::int[]) "
        "on conflict (term) do update set articles = excluded.articles",
        list(articles_of),
        list(articles_of.values()),
    )
    await tx.execute(
        "update search_stats set articles = 0, documents = 0, total_length = 0, sound_documents = 0, "
        "total_sound_length = 0"
    )
    version = await _count(tx, documents, articles=len({document.article_id for document in documents}))
    await _write_documents(tx, documents, version)
    return len(documents)


async def _refresh_keys(tx: Transaction) -> None:
    """The keys of wordings depend on the tokeniser too."""
    rows = await tx.fetch("select id, text from article_phrases")
    await tx.execute(
        "update article_phrases p set key = n.key from unnest($1::uuid[], $2::text[]) as n(id, key) "
        "where p.id = n.id and p.key <> n.key",
        [row["id"] for row in rows],
        [wording_key(tokens(row["text"])) for row in rows],
    )


@dataclass(frozen=True, slots=True)
class _Indexed:
    """One document with what is stored of it; `wordings` are the texts that get vectors."""

    document: int
    article_id: UUID
    wordings: tuple[str, ...]
    stored: DocumentTerms

    @property
    def terms(self) -> set[str]:
        return self.stored.frequencies.keys() | self.stored.sounds.keys()


async def _indexed(tx: Transaction, article_ids: Sequence[UUID] | None = None) -> list[_Indexed]:
    rows = await tx.fetch(
        "select c.document, c.article_id, c.question, c.answer, "
        "coalesce(array_agg(p.text order by p.id) filter (where p.kind <> 'question'), '{}') as wordings "
        "from article_contents c left join article_phrases p using (article_id, language) "
        "where $1::uuid[] is null or c.article_id = any($1) "
        "group by c.document, c.article_id, c.question, c.answer",
        list(article_ids) if article_ids is not None else None,
    )
    if len(rows) <= _FEW:
        return _taken_apart(rows)
    indexed = []
    for start in range(0, len(rows), _ROWS_OF_A_PIECE):  # in a thread: the event loop has others to serve
        indexed += await asyncio.to_thread(_taken_apart, rows[start : start + _ROWS_OF_A_PIECE])
    return indexed


def _taken_apart(rows: Sequence[Record]) -> list[_Indexed]:
    indexed = (
        _Indexed(
            row["document"],
            row["article_id"],
            (row["question"], *row["wordings"]),
            document_terms(row["question"], row["wordings"], row["answer"]),
        )
        for row in rows
    )
    return [document for document in indexed if document.stored.length > 0]


def _articles_of(documents: Sequence[_Indexed]) -> dict[str, int]:
    """For every term, how many articles have it in any language."""
    pairs = {(term, document.article_id) for document in documents for term in document.terms}
    return Counter(term for term, _ in pairs)


async def _count(tx: Transaction, documents: Sequence[_Indexed], *, articles: int) -> int:
    """Add documents to the sums; returns the new index version."""
    stored = [document.stored for document in documents]
    version: int = await tx.fetchval(
        "update search_stats set articles = articles + $1, documents = documents + $2, "
        "total_length = total_length + $3, sound_documents = sound_documents + $4, "
        "total_sound_length = total_sound_length + $5, index_version = index_version + 1, "
        "changed_by = pg_current_xact_id(), tokeniser_version = $6 returning index_version",
        articles,
        len(stored),
        sum(s.length for s in stored),
        sum(s.sound_length > 0 for s in stored),
        sum(s.sound_length for s in stored),
        TOKENISER_VERSION,
    )
    return version


async def _write_documents(tx: Transaction, documents: Sequence[_Indexed], version: int) -> None:
    """Write documents, their postings and spelling words; every term must exist."""
    at_once = documents if len(documents) <= _ENCODED_AT_ONCE else ()
    made, encoder = await semantics.encode_wordings([document.wordings for document in at_once])
    vectors = made or [None] * len(documents)
    encoder = encoder if made else None
    await tx.executemany(
        "insert into search_documents (document, length, sound_length, index_version, encoder, vectors) "
        "values ($1, $2, $3, $4, $5, $6) on conflict (document) do update set length = excluded.length, "
        "sound_length = excluded.sound_length, index_version = excluded.index_version, is_removed = false, "
        "encoder = excluded.encoder, vectors = excluded.vectors",
        [
            (d.document, d.stored.length, d.stored.sound_length, version, encoder, stored)
            for d, stored in zip(documents, vectors, strict=True)
        ],
    )
    found = await tx.fetch(
        "select term, id from search_terms where term = any($1::text[])",
        list({term for document in documents for term in document.terms}),
    )
    known: dict[str, int] = {row["term"]: row["id"] for row in found}
    postings = [
        (known[term], d.document, frequency, length)
        for d in documents
        for frequencies, length in (
            (d.stored.frequencies, d.stored.length),
            (d.stored.sounds, d.stored.sound_length),
        )
        for term, frequency in frequencies.items()
    ]
    for start in range(0, len(postings), _POSTINGS_AT_ONCE):
        await _insert_postings(tx, postings[start : start + _POSTINGS_AT_ONCE])
    words = {word: known[term] for d in documents for word, term in d.stored.words.items()}
    await tx.execute(
        "insert into search_words (word, term_id) select * from unnest($1::text[], $2::int[]) "
        "on conflict (word) do update set term_id = excluded.term_id",
        sorted(words),
        [words[word] for word in sorted(words)],
    )


async def _insert_postings(tx: Transaction, rows: Iterable[tuple[int, int, float, float]]) -> None:
    term_ids, documents, frequencies, lengths = zip(*rows, strict=True)
    await tx.execute(
        "insert into search_postings (term_id, document, frequency, length) "
        "select * from unnest($1::int[], $2::int[], $3::float8[], $4::float8[])",
        term_ids,
        documents,
        frequencies,
        lengths,
    )
