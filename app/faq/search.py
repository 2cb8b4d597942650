"""The live search: a question in any script and language to ranked articles and a decision.

Four short statements on the caller's connection; scores equal those of `memory.MemoryIndex`.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.db import Reader, Record
from app.core.errors import InvalidInput
from app.faq.confidence import Decision, Zone, decide
from app.faq.index import IndexStats, read_stats
from app.faq.models import Audience, Language
from app.faq.query import ParsedSentence, Synonym, parse, synonyms_in, unknown_words, vocabulary, weigh
from app.faq.ranking import CANDIDATES_PER_SENTENCE, K1, B, DocumentScore, Match, QuerySentence, Ranking, rank
from app.faq.spelling import MAX_REPAIRS, Neighbourhood, nearest, neighbourhood

MAX_LIMIT = 50  # results of one search
LONG_QUESTION_CHARS = 400  # from here on the text is taken apart outside the event loop

_ALL_DOCUMENTS = 2**31 - 1
_VISIBLE_TO = {
    Audience.PUBLIC: [Audience.PUBLIC, Audience.BOTH],
    Audience.AGENTS: [Audience.AGENTS, Audience.BOTH],
    Audience.BOTH: list(Audience),
}

# The limits of 1 keep the planner from reading whole tables for a hundred documents.
_CANDIDATES = """
with asked as (
    select * from unnest($1::int[], $2::int[], $3::float8[]) as q(sentence, term_id, weight)
), scored as (
    select q.sentence, p.document, sum(
        q.weight * p.frequency * ($7::float8 + 1)
        / (p.frequency + $7 * (1 - $8::float8 + $8 * p.length / $4::float8))
    ) as bm25
    from asked q join search_postings p using (term_id)
    group by q.sentence, p.document
), placed as (
    select sentence, document, bm25,
        row_number() over (partition by sentence order by bm25 desc, document) as place
    from scored
)
select s.sentence, v.article_id, v.language, s.bm25, (
    select true from article_phrases p
    where p.article_id = v.article_id and p.language = v.language and p.key = ($10::text[])[s.sentence + 1]
    limit 1
) is not null as exact
from placed s
cross join lateral (
    select c.article_id, c.language from article_contents c join articles a on a.id = c.article_id
    where c.document = s.document and a.status = 'published' and a.audience = any($5::text[])
        and (a.valid_from is null or a.valid_from <= $6) and (a.valid_to is null or a.valid_to > $6)
    limit 1
) v
where s.place <= $9
order by s.sentence, s.bm25 desc, s.document
"""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One article found, in the language asked for or the nearest one it has.

    `score` 0 to 1: share of a perfect match. `probability` 0 to 1: that it answers the question. `matched`:
    the sentence of the question that found it.
    """

    article_id: UUID
    title: str
    answer: str
    answer_short: str
    spoken_steps: tuple[str, ...]
    language: Language
    category: str
    topic: str
    score: float
    probability: float
    matched: str
    auto_answer: bool


@dataclass(frozen=True, slots=True)
class SearchOutcome:
    """The results best first, and the zone: ANSWER (the machine may give the first result), CHOOSE (show the
    best three), NONE (hand over to a person)."""

    results: tuple[SearchResult, ...]
    zone: Zone
    probability: float
    language: Language
    channel: str
    index_version: int
    latency_ms: float


async def search(
    reader: Reader,
    *,
    question: str,
    language: Language,
    audience: Audience,
    channel: str,
    now: datetime,
    limit: int = 10,
) -> SearchOutcome:
    """Find the articles that answer a question, as visible to `audience` at `now`.

    Any text is accepted: blank, symbols or 20 000 characters give a result, never an error. Raises
    InvalidInput only when `limit` is not 1 to `MAX_LIMIT`.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidInput.of("limit", f"must be between 1 and {MAX_LIMIT}")
    started = time.perf_counter()
    stats = await read_stats(reader)
    sentences, term_ids = await _prepare(reader, question, stats)
    ranking = await _score(reader, sentences, term_ids, stats, audience=audience, now=now, wanted=limit)
    contents = await _contents(reader, ranking.matches[:limit], language)
    best = contents.get(ranking.matches[0].article) if ranking.matches else None
    decision = decide(ranking, sentences, may_answer=best is not None and best["auto_answer"])
    return SearchOutcome(
        results=_results(ranking, decision, sentences, contents),
        zone=decision.zone,
        probability=decision.probabilities[0] if decision.probabilities else 0.0,
        language=language,
        channel=channel,
        index_version=stats.index_version,
        latency_ms=(time.perf_counter() - started) * 1000,
    )


async def _prepare(
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
    repairs: dict[str, str] = {}
    for word, term, term_id, articles in await _repairs(reader, unknown_words(parsed, known)):
        repairs[word] = term
        known[term], ids[term] = articles, term_id
    sentences = (
        weigh(sentence, articles=stats.articles, known=known, repairs=repairs, synonyms=synonyms)
        for sentence in parsed
    )
    return tuple(sentences), ids


async def _synonyms(reader: Reader, parsed: Sequence[ParsedSentence]) -> list[Synonym]:
    rows = await reader.fetch("select term_normal, replacement, weight from synonyms")
    table = [Synonym(row["term_normal"], row["replacement"], row["weight"]) for row in rows]
    return synonyms_in(" ".join(sentence.text for sentence in parsed), table) if table else []


async def _repairs(reader: Reader, unknown: Iterable[str]) -> list[tuple[str, str, int, int]]:
    """For each mistyped word that can be repaired: word, term meant, its id, articles using it."""
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


def _nearest(near: Neighbourhood, rows: Sequence[Record]) -> tuple[str, str, int, int] | None:
    meant = nearest(near, ((row["word"], row["articles"]) for row in rows))
    row = next((row for row in rows if row["word"] == meant), None)
    return (near.word, row["term"], row["id"], row["articles"]) if row is not None else None


async def _score(
    reader: Reader,
    sentences: Sequence[QuerySentence],
    term_ids: Mapping[str, int],
    stats: IndexStats,
    *,
    audience: Audience,
    now: datetime,
    wanted: int,
) -> Ranking:
    asked = [
        (position, term, weight)
        for position, sentence in enumerate(sentences)
        for term, weight in sentence.weights.items()
    ]
    if not asked:
        return rank((), sentences)
    arguments = (
        [position for position, _, _ in asked],
        [term_ids[term] for _, term, _ in asked],
        [weight for _, _, weight in asked],
        stats.mean_length,
        _VISIBLE_TO[audience],
        now,
        K1,
        B,
    )
    keys = [sentence.key for sentence in sentences]
    rows = await reader.fetch(_CANDIDATES, *arguments, CANDIDATES_PER_SENTENCE, keys)
    if (
        len({row["article_id"] for row in rows}) < wanted
    ):  # the best documents may all be hidden from this audience
        rows = await reader.fetch(_CANDIDATES, *arguments, _ALL_DOCUMENTS, keys)
    found = (
        DocumentScore(r["sentence"], str(r["article_id"]), r["language"], r["bm25"], exact=r["exact"])
        for r in rows
    )
    return rank(found, sentences)


async def _contents(reader: Reader, matches: Sequence[Match], language: Language) -> dict[str, Record]:
    """For each article the content to show: the language asked for, else the other script of Chinese, else
    the language that matched, else English, else any."""
    rows = await reader.fetch(
        "select distinct on (c.article_id) c.*, a.topic, a.auto_answer "
        "from unnest($1::uuid[], $2::text[]) as m(article_id, matched) "
        "join article_contents c using (article_id) join articles a on a.id = c.article_id "
        "order by c.article_id, c.language = $3 desc, left(c.language, 2) = left($3, 2) desc, "
        "c.language = m.matched desc, c.language = 'en' desc, c.language",
        [UUID(match.article) for match in matches],
        [match.language for match in matches],
        language,
    )
    return {str(row["article_id"]): row for row in rows}


def _results(
    ranking: Ranking,
    decision: Decision,
    sentences: Sequence[QuerySentence],
    contents: Mapping[str, Record],
) -> tuple[SearchResult, ...]:
    pairs = zip(ranking.matches, decision.probabilities, strict=True)
    return tuple(
        SearchResult(
            article_id=row["article_id"],
            title=row["question"],
            answer=row["answer"],
            answer_short=row["answer_short"],
            spoken_steps=tuple(row["spoken_steps"]),
            language=Language(row["language"]),
            category=row["category"],
            topic=row["topic"],
            score=match.score,
            probability=round(chance, 4),
            matched=sentences[match.sentence].text,
            auto_answer=row["auto_answer"],
        )
        for match, chance in pairs
        if (row := contents.get(match.article)) is not None
    )
