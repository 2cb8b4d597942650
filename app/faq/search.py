"""The live search: a question in any script and language to ranked articles and a decision.

Short statements on the caller's connection, numbers in the encoder's thread; scores equal those of
`memory.MemoryIndex`.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.db import Reader, Record
from app.core.errors import InvalidInput
from app.faq import semantics
from app.faq.answering import read_answering
from app.faq.confidence import Decision, Features, Zone, decide, features_of_best
from app.faq.index import IndexStats, read_stats
from app.faq.lookup import prepare
from app.faq.models import Audience, Language
from app.faq.ranking import CANDIDATES_PER_SENTENCE, K1, B, DocumentScore, Match, QuerySentence, Ranking, rank
from app.faq.semantics import Neighbours, Semantics
from app.faq.sounds import MARK

MAX_LIMIT = 50  # results of one search

_ALL_DOCUMENTS = 2**31 - 1
_MANY = 2_000  # documents near in meaning that are looked at when the nearest are hidden
_VISIBLE_TO = {
    Audience.PUBLIC: [Audience.PUBLIC, Audience.BOTH],
    Audience.AGENTS: [Audience.AGENTS, Audience.BOTH],
    Audience.BOTH: list(Audience),
}

# Documents by what they share with a sentence, the best first, and beside them those that are near in meaning.
# The limits of 1 keep the planner from reading whole tables for a hundred documents.
_CANDIDATES = """
with asked as (
    select * from unnest($1::int[], $2::int[], $3::float8[], $4::float8[])
        as q(sentence, term_id, weight, mean_length)
), scored as (
    select q.sentence, p.document, sum(
        q.weight * p.frequency * ($7::float8 + 1)
        / (p.frequency + $7 * (1 - $8::float8 + $8 * p.length / q.mean_length))
    ) as shared
    from asked q join search_postings p using (term_id)
    group by q.sentence, p.document
), placed as (
    select sentence, document, shared,
        row_number() over (partition by sentence order by shared desc, document) as place
    from scored
), chosen as (
    select sentence, document, shared from placed where place <= $9
    union all
    select n.sentence, n.document, coalesce(p.shared, 0)
    from unnest($11::int[], $12::int[]) as n(sentence, document)
    left join placed p using (sentence, document)
    where p.place is null or p.place > $9
)
select s.sentence, s.document, v.article_id, v.language, s.shared, (
    select true from article_phrases p
    where p.article_id = v.article_id and p.language = v.language and p.key = ($10::text[])[s.sentence + 1]
    limit 1
) is not null as exact
from chosen s
cross join lateral (
    select c.article_id, c.language from article_contents c join articles a on a.id = c.article_id
    where c.document = s.document and a.status = 'published' and a.audience = any($5::text[])
        and (a.valid_from is null or a.valid_from <= $6) and (a.valid_to is null or a.valid_to > $6)
    limit 1
) v
order by s.sentence, s.shared desc, s.document
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
    best three), NONE (hand over to a person).

    `features`: what the probability of the first result was computed from. `by_meaning`: whether vectors took
    part.
    """

    results: tuple[SearchResult, ...]
    zone: Zone
    probability: float
    language: Language
    channel: str
    index_version: int
    latency_ms: float
    features: Features | None
    by_meaning: bool


async def search(
    reader: Reader,
    *,
    question: str,
    language: Language,
    audience: Audience,
    channel: str,
    now: datetime,
    limit: int = 10,
    by_words: bool = False,
) -> SearchOutcome:
    """Find the articles that answer a question, as visible to `audience` at `now`.

    `by_words`: as a process without an encoder would, to learn what that kind of search is worth.
    Any text is accepted: blank, symbols or 20 000 characters give a result, never an error. Raises
    InvalidInput only when `limit` is not 1 to `MAX_LIMIT`.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidInput.of("limit", f"must be between 1 and {MAX_LIMIT}")
    started = time.perf_counter()
    stats = await read_stats(reader)
    sentences, term_ids = await prepare(reader, question, stats)
    semantic = None if by_words else semantics.current()
    ranking = await _score(
        reader, sentences, term_ids, stats, semantic, audience=audience, now=now, wanted=limit
    )
    contents = await _contents(reader, ranking.matches[:limit], language)
    rules = await read_answering(reader, by_meaning=ranking.by_meaning)
    best = contents.get(ranking.matches[0].article) if ranking.matches else None
    decision = decide(
        ranking,
        sentences,
        may_answer=rules.is_on and best is not None and best["auto_answer"],
        coefficients=rules.coefficients,
        threshold=rules.threshold,
    )
    return SearchOutcome(
        results=_results(ranking, decision, sentences, contents),
        zone=decision.zone,
        probability=decision.probabilities[0] if decision.probabilities else 0.0,
        language=language,
        channel=channel,
        index_version=stats.index_version,
        latency_ms=(time.perf_counter() - started) * 1000,
        features=features_of_best(ranking, sentences),
        by_meaning=ranking.by_meaning,
    )


async def _score(
    reader: Reader,
    sentences: Sequence[QuerySentence],
    term_ids: Mapping[str, int],
    stats: IndexStats,
    semantic: Semantics | None,
    *,
    audience: Audience,
    now: datetime,
    wanted: int,
) -> Ranking:
    texts = [sentence.meaning for sentence in sentences]
    near: Neighbours | None = None
    rows: list[Record] = []
    for candidates, places in ((CANDIDATES_PER_SENTENCE, CANDIDATES_PER_SENTENCE), (_MANY, _ALL_DOCUMENTS)):
        if semantic is not None:
            near = await semantic.neighbours(reader, stats, texts, candidates)
        arguments = _arguments(sentences, term_ids, stats, near)
        if arguments is None:
            return rank((), sentences)
        terms, keys, beside = arguments
        rows = await reader.fetch(
            _CANDIDATES, *terms, _VISIBLE_TO[audience], now, K1, B, places, keys, *beside
        )
        if len({row["article_id"] for row in rows}) >= wanted:
            break  # else the best documents may all be hidden from this audience
    nearness: Mapping[tuple[int, int], float] | None = None
    if semantic is not None and near is not None:
        nearness = await semantic.nearness(near, [(row["sentence"], row["document"]) for row in rows])
    found = (
        DocumentScore(
            row["sentence"],
            str(row["article_id"]),
            row["language"],
            row["shared"],
            nearness.get((row["sentence"], row["document"])) if nearness is not None else None,
            exact=row["exact"],
        )
        for row in rows
    )
    return rank(found, sentences)


def _arguments(
    sentences: Sequence[QuerySentence],
    term_ids: Mapping[str, int],
    stats: IndexStats,
    near: Neighbours | None,
) -> tuple[list[list[Any]], list[str], list[list[int]]] | None:
    """The columns of the terms asked, the keys of the sentences, the columns of the documents near in meaning;
    None when there is nothing to look for."""
    asked = [
        (position, term_ids[term], weight, stats.mean_sound_length if term[0] == MARK else stats.mean_length)
        for position, sentence in enumerate(sentences)
        for term, weight in sentence.weights.items()
    ]
    beside = [
        (position, document)
        for position, documents in enumerate(near.nearest if near is not None else ())
        for document in documents
    ]
    if not asked and not beside:
        return None
    return (
        [[row[column] for row in asked] for column in range(4)],
        [sentence.key for sentence in sentences],
        [[row[column] for row in beside] for column in range(2)],
    )


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
