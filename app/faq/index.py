"""Keeps the search index equal to what is published, in the transaction that publishes.

Writers of the index follow one another: each locks the row of `search_stats` first, so that document
frequencies never drift and two editors cannot deadlock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core.db import Reader, Transaction
from app.faq.ranking import DocumentTerms, document_terms
from app.faq.text import TOKENISER_VERSION, tokens, wording_key

_POSTINGS_AT_ONCE = 50_000  # rows per insert when the whole index is rebuilt


@dataclass(frozen=True, slots=True)
class IndexStats:
    """What BM25 needs to know about the whole index."""

    articles: int
    mean_length: float
    index_version: int


async def read_stats(reader: Reader) -> IndexStats:
    """The size of the index and its version; the version grows with every change."""
    row = await reader.fetchrow("select articles, documents, total_length, index_version from search_stats")
    if row is None:
        return IndexStats(0, 1.0, 0)
    mean = row["total_length"] / row["documents"] if row["documents"] else 1.0
    return IndexStats(row["articles"], max(mean, 1e-9), row["index_version"])


async def lock_index(tx: Transaction) -> None:
    """Wait for other writers of the index; held until the transaction ends."""
    await tx.fetchval("select index_version from search_stats where id = 1 for update")


async def add_article(tx: Transaction, article_id: UUID) -> None:
    """Index every language of a published article. The index must be locked and not hold the article."""
    documents = await _document_terms(tx, article_id)
    if not documents:
        return
    terms = sorted({term for _, stored in documents for term in stored.frequencies})
    await tx.execute(
        "insert into search_terms (term, articles) select unnest($1::text[]), 1 "
        "on conflict (term) do update set articles = search_terms.articles + 1",
        terms,
    )
    await _write_documents(tx, documents)
    await tx.execute(
        "update search_stats set articles = articles + 1, documents = documents + $1, "
        "total_length = total_length + $2, index_version = index_version + 1, tokeniser_version = $3",
        len(documents),
        sum(stored.length for _, stored in documents),
        TOKENISER_VERSION,
    )


async def remove_article(tx: Transaction, article_id: UUID) -> None:
    """Take an article out of the index; does nothing when it is not in it. The index must be locked."""
    row = await tx.fetchrow(
        "with gone as (delete from search_postings p using article_contents c "
        "where p.document = c.document and c.article_id = $1 returning p.term_id, p.document, p.length), "
        "counted as (update search_terms t set articles = t.articles - 1 "
        "where t.id in (select term_id from gone)), "
        "documents as (select distinct document, length from gone) "
        "select count(*) as documents, coalesce(sum(length), 0) as length from documents",
        article_id,
    )
    if row is not None and row["documents"]:
        await tx.execute(
            "update search_stats set articles = articles - 1, documents = documents - $1, "
            "total_length = greatest(0, total_length - $2), index_version = index_version + 1",
            row["documents"],
            row["length"],
        )


async def rebuild_index(tx: Transaction) -> int:
    """Build the whole index anew, e.g. after a change of the tokeniser. Returns the number of documents."""
    await lock_index(tx)
    await _refresh_keys(tx)
    await tx.execute("delete from search_postings")
    await tx.execute("delete from search_words")
    await tx.execute("update search_terms set articles = 0")  # ids stay: a search may be between statements
    documents = await _document_terms(tx)
    articles_of: dict[str, set[UUID]] = {}
    rows = await tx.fetch("select document, article_id from article_contents")
    owner: dict[int, UUID] = {row["document"]: row["article_id"] for row in rows}
    for document, stored in documents:
        for term in stored.frequencies:
            articles_of.setdefault(term, set()).add(owner[document])
    await tx.execute(
        "insert into search_terms (term, articles) select * from unnest($1::text[], $2::int[]) "
        "on conflict (term) do update set articles = excluded.articles",
        list(articles_of),
        [len(articles) for articles in articles_of.values()],
    )
    await _write_documents(tx, documents)
    await tx.execute(
        "update search_stats set articles = $1, documents = $2, total_length = $3, "
        "index_version = index_version + 1, tokeniser_version = $4",
        len({owner[document] for document, _ in documents}),
        len(documents),
        sum(stored.length for _, stored in documents),
        TOKENISER_VERSION,
    )
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


async def _document_terms(
    tx: Transaction, article_id: UUID | None = None
) -> Sequence[tuple[int, DocumentTerms]]:
    rows = await tx.fetch(
        "select c.document, c.question, c.answer, "
        "coalesce(array_agg(p.text order by p.id) filter (where p.kind <> 'question'), '{}') as wordings "
        "from article_contents c left join article_phrases p using (article_id, language) "
        "where $1::uuid is null or c.article_id = $1 group by c.document, c.question, c.answer",
        article_id,
    )
    indexed = ((r["document"], document_terms(r["question"], r["wordings"], r["answer"])) for r in rows)
    return [(document, stored) for document, stored in indexed if stored.length > 0]


async def _write_documents(tx: Transaction, documents: Sequence[tuple[int, DocumentTerms]]) -> None:
    """Write postings and spelling words; every term must exist."""
    found = await tx.fetch(
        "select term, id from search_terms where term = any($1::text[])",
        list({term for _, stored in documents for term in stored.frequencies}),
    )
    known: dict[str, int] = {row["term"]: row["id"] for row in found}
    postings = [
        (known[term], document, frequency, stored.length)
        for document, stored in documents
        for term, frequency in stored.frequencies.items()
    ]
    for start in range(0, len(postings), _POSTINGS_AT_ONCE):
        await _insert_postings(tx, postings[start : start + _POSTINGS_AT_ONCE])
    words = {word: known[term] for _, stored in documents for word, term in stored.words.items()}
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
