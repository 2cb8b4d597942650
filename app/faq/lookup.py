"""What the index in PostgreSQL knows of a question's words: how frequent they are, what mistyped ones were meant to
be, and which house words stand for others."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from app.core.db import Reader, Record
from app.faq.index import IndexStats
from app.faq.query import (
    ParsedSentence,
    Repair,
    Synonym,
    parse,
    synonyms_in,
    unknown_words,
    vocabulary,
    weigh,
)
from app.faq.ranking import QuerySentence
from app.faq.spelling import MAX_REPAIRS, Neighbourhood, nearest, neighbourhood

LONG_QUESTION_CHARS = 400  # from here on the text is taken apart outside the event loop


async def prepare(
    reader: Reader, question: str, stats: IndexStats
) -> tuple[tuple[QuerySentence, ...], Mapping[str, int]]:
    """The weighted sentences, and the ids of their terms."""
    parsed = (
        await asyncio.to_thread(parse, question) if len(question) > LONG_QUESTION_CHARS else parse(question)
    )
    if not parsed:
        return (), {}
    synonyms = await _synonyms(reader, parsed)
    rows = await reader.fetch(
        "select term, id, articles from search_terms where term = any($1::text[]) and articles > 0",
        list(vocabulary(parsed, synonyms)),
    )
    known = {row["term"]: row["articles"] for row in rows}
    ids = {row["term"]: row["id"] for row in rows}
    repairs: dict[str, Repair] = {}
    for word, row in await _repairs(reader, unknown_words(parsed, known)):
        repairs[word] = Repair(row["word"], row["term"])
        known[row["term"]], ids[row["term"]] = row["articles"], row["id"]
    sentences = (
        weigh(sentence, articles=stats.articles, known=known, repairs=repairs, synonyms=synonyms)
        for sentence in parsed
    )
    return tuple(sentences), ids


async def _synonyms(reader: Reader, parsed: Sequence[ParsedSentence]) -> list[Synonym]:
    rows = await reader.fetch("select term_normal, replacement, weight from synonyms")
    table = [Synonym(row["term_normal"], row["replacement"], row["weight"]) for row in rows]
    return synonyms_in(" ".join(sentence.text for sentence in parsed), table) if table else []


async def _repairs(reader: Reader, unknown: Iterable[str]) -> list[tuple[str, Record]]:
    """For each mistyped word that can be repaired: the word as typed, and the row of the word meant."""
    near = [found for word in sorted(unknown) if (found := neighbourhood(word))][:MAX_REPAIRS]
    if not near:
        return []
    rows = await reader.fetch(
        "select n.word as mistyped, w.word, t.term, t.id, t.articles "
        "from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[]) "
        "as n(word, distance, start, start_end, tail, tail_end) "
        "join search_words w on (w.word >= n.start and w.word < n.start_end "
        "or reverse(w.word) >= n.tail and reverse(w.word) < n.tail_end) "
        "and length(w.word) between length(n.word) - n.distance and length(n.word) + n.distance "
        "join search_terms t on t.id = w.term_id where t.articles > 0",
        [n.word for n in near],
        [n.distance for n in near],
        [n.prefix for n in near],
        [_after(n.prefix) for n in near],
        [n.suffix[::-1] for n in near],
        [_after(n.suffix[::-1]) for n in near],
    )
    return [
        repair for n in near if (repair := _nearest(n, [row for row in rows if row["mistyped"] == n.word]))
    ]


def _after(prefix: str) -> str:
    """The first string behind all that start with `prefix`, in code point order."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


def _nearest(near: Neighbourhood, rows: Sequence[Record]) -> tuple[str, Record] | None:
    meant = nearest(near, ((row["word"], row["articles"]) for row in rows))
    row = next((row for row in rows if row["word"] == meant), None)
    return (near.word, row) if row is not None else None
