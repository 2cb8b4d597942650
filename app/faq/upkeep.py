"""What a supervisor should look at: gaps that ask the same, articles that get in each other's way, stale articles."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import numpy as np

from app.core.db import Reader, Record
from app.faq import semantics
from app.faq.encoder import from_stored
from app.faq.gaps import Gap
from app.faq.models import Language
from app.faq.similarity import DUPLICATE, SAME_MEANING, SAME_WORDS, by_words, groups, near_pairs

UNUSED_AFTER: Final = timedelta(days=90)  # an article that no search has shown for so long
OLD_AFTER: Final = timedelta(days=365)  # … or that nobody has changed for so long
MAX_COMPARED: Final = 5_000  # articles of one language compared with one another
MAX_BY_WORDS: Final = 1_000  # … where there are no vectors: a column for each word takes memory


@dataclass(frozen=True, slots=True)
class GapGroup:
    """Gaps that ask the same; the most frequent leads. `times`: of all of them."""

    times: int
    gaps: tuple[Gap, ...]


async def grouped(found: Sequence[Gap]) -> list[GapGroup]:
    """Similar gaps together, by meaning where this process has an encoder, else by words; the most frequent first.
    The same gaps give the same groups."""
    ordered = sorted(found, key=lambda gap: (-gap.times, gap.key))
    if not ordered:
        return []
    questions = [gap.question for gap in ordered]
    encoder = semantics.current()
    stored = await encoder.encode([questions]) if encoder is not None else None
    if stored is not None:
        parts = groups(from_stored(stored[0]), SAME_MEANING)
    else:
        parts = groups(by_words(questions), SAME_WORDS)
    made = [GapGroup(sum(ordered[n].times for n in part), tuple(ordered[n] for n in part)) for part in parts]
    return sorted(made, key=lambda group: (-group.times, group.gaps[0].key))


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two published articles whose questions are nearly the same; `nearness` 0 to 1."""

    language: Language
    article_id: UUID
    question: str
    other_id: UUID
    other_question: str
    nearness: float


async def duplicates(reader: Reader, *, limit: int = 100) -> list[Duplicate]:
    """Pairs of articles that should be one: searches cannot tell them apart, so neither is given by itself. By meaning
    where vectors are stored, else by words. The nearest first."""
    found: list[Duplicate] = []
    for language in Language:
        rows = await reader.fetch(
            """select c.article_id, c.question, d.vectors from article_contents c
               left join search_documents d on d.document = c.document and not d.is_removed
               where c.language = $1 order by c.article_id limit $2""",
            language,
            MAX_COMPARED,
        )
        pairs = await asyncio.to_thread(_pairs, rows) if len(rows) > 1 else []
        found += [
            Duplicate(
                language, rows[a]["article_id"], rows[a]["question"], rows[b]["article_id"], rows[b]["question"], near
            )
            for a, b, near in pairs
        ]  # fmt: skip
    return sorted(found, key=lambda pair: (-pair.nearness, str(pair.article_id)))[:limit]


def _pairs(rows: Sequence[Record]) -> list[tuple[int, int, float]]:
    if all(row["vectors"] is not None for row in rows):
        return near_pairs(np.vstack([from_stored(row["vectors"])[0] for row in rows]), DUPLICATE)
    return near_pairs(by_words([row["question"] for row in rows[:MAX_BY_WORDS]]), DUPLICATE)


class StaleReason(StrEnum):
    """Why an article should be looked at."""

    REVIEW_DUE = "review_due"
    NOT_VALID = "not_valid"  # outside its dates
    NEVER_SHOWN = "never_shown"
    OLD = "old"


@dataclass(frozen=True, slots=True)
class Stale:
    """A published article that should be looked at, with when it was last shown and changed."""

    article_id: UUID
    question: str
    reasons: tuple[StaleReason, ...]
    review_on: date | None
    last_shown_at: datetime | None
    updated_at: datetime


_STALE = """
select * from (
  select a.id, a.review_on, a.updated_at, s.last_shown_at,
    (select c.question from article_contents c where c.article_id = a.id
     order by c.language = $5 desc, c.language limit 1) as question,
    array_remove(array[
      case when a.review_on <= $1::timestamptz::date then 'review_due' end,
      case when a.valid_to <= $1 then 'not_valid' end,
      case when a.published_at < $2 and (s.last_shown_at is null or s.last_shown_at < $2) then 'never_shown' end,
      case when a.updated_at < $3 then 'old' end], null) as reasons
  from articles a left join (
    select (r->>'article_id')::uuid as article_id, max(f.at) as last_shown_at
    from faq_searches f cross join jsonb_array_elements(f.results) r
    where f.at >= $2 and f.action <> 'none' group by 1) s on s.article_id = a.id
  where a.status = 'published') found
where cardinality(reasons) > 0 order by cardinality(reasons) desc, updated_at, id limit $4"""


async def stale(
    reader: Reader, *, now: datetime, language: Language = Language.EN, limit: int = 100
) -> list[Stale]:
    """Published articles whose review is due, whose dates are over, that no search has shown for 90 days, or that
    nobody has changed for a year; those with most reasons first."""
    rows = await reader.fetch(_STALE, now, now - UNUSED_AFTER, now - OLD_AFTER, limit, language)
    return [
        Stale(
            row["id"],
            row["question"],
            tuple(StaleReason(reason) for reason in row["reasons"]),
            row["review_on"],
            row["last_shown_at"],
            row["updated_at"],
        )
        for row in rows
    ]
