"""The articles customers may read: published, for the public, and valid now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from app.core.db import Reader, Record
from app.faq.models import Audience, Language

PER_CATEGORY = 6  # articles of a category on the start page
PAGE_SIZE = 50  # articles of one page of a category
MAX_SITEMAP = 16_000  # articles: three languages of each stay below the 50,000 addresses of one sitemap
RELATED = 5

_PUBLIC: Final = [Audience.PUBLIC.value, Audience.BOTH.value]
_VISIBLE: Final = """a.status = 'published' and a.audience = any($1::text[])
  and (a.valid_from is null or a.valid_from <= $2) and (a.valid_to is null or a.valid_to > $2)"""
# For each article one language: the one asked for, else the other script of Chinese. English stands in for nobody
# in a list: whoever asks for it finds it by search.
_LISTED: Final = f"""
  select distinct on (a.id) a.id, a.topic, c.language, c.category, c.question, c.answer, c.answer_short, a.created_at
  from articles a join article_contents c on c.article_id = a.id
  where {_VISIBLE} and left(c.language, 2) = left($3, 2)
  order by a.id, c.language = $3 desc"""  # noqa: S608 -- put together from constants


@dataclass(frozen=True, slots=True)
class ListedArticle:
    """An article in a list, in the language it is shown in."""

    id: UUID
    language: Language
    category: str
    question: str
    answer: str
    answer_short: str


@dataclass(frozen=True, slots=True)
class Category:
    """A heading with its first articles; `total` counts all. `name` '' holds the articles that have none."""

    name: str
    articles: tuple[ListedArticle, ...]
    total: int


@dataclass(frozen=True, slots=True)
class PublicArticle:
    """One article to read. `questions`: each language it has, with its question there."""

    id: UUID
    topic: str
    language: Language
    category: str
    question: str
    answer: str
    answer_short: str
    questions: dict[Language, str]
    published_at: datetime


async def list_categories(reader: Reader, language: Language, now: datetime) -> list[Category]:
    """All categories, those with most articles first, each with its first articles."""
    rows = await reader.fetch(
        f"""with listed as ({_LISTED}), placed as (
              select *, count(*) over (partition by category) as total,
                     row_number() over (partition by category order by created_at, id) as place from listed)
            select * from placed where place <= $4 order by category = '', total desc, category, place""",  # noqa: S608
        _PUBLIC,
        now,
        language,
        PER_CATEGORY,
    )
    found: dict[str, list[Record]] = {}
    for row in rows:
        found.setdefault(row["category"], []).append(row)
    return [Category(name, _listed(group), group[0]["total"]) for name, group in found.items()]


async def list_category(
    reader: Reader, language: Language, name: str, now: datetime, *, page: int = 1
) -> Category | None:
    """One page (from 1) of the articles of a category and of those below it; None when there are none."""
    rows = await reader.fetch(
        f"""with listed as ({_LISTED})
            select *, count(*) over () as total from listed
            where category = $4 or $4 <> '' and starts_with(category, $4 || ' / ')
            order by created_at, id limit $5 offset $6""",  # noqa: S608
        _PUBLIC,
        now,
        language,
        name,
        PAGE_SIZE,
        (page - 1) * PAGE_SIZE,
    )
    return Category(name, _listed(rows), rows[0]["total"]) if rows else None


async def related(reader: Reader, article: PublicArticle, now: datetime) -> tuple[ListedArticle, ...]:
    """Other articles of the same category."""
    rows = await reader.fetch(
        f"""with listed as ({_LISTED}) select * from listed
            where category = $4 and category <> '' and id <> $5 order by created_at, id limit $6""",  # noqa: S608
        _PUBLIC,
        now,
        article.language,
        article.category,
        article.id,
        RELATED,
    )
    return _listed(rows)


async def read_article(
    reader: Reader, article_id: UUID, language: Language, now: datetime
) -> PublicArticle | None:
    """An article in the language asked for, else the other script of Chinese, else English, else any; None when
    the public may not read it."""
    rows = await reader.fetch(
        f"""select a.id, a.topic, a.published_at, c.language, c.category, c.question, c.answer, c.answer_short
            from articles a join article_contents c on c.article_id = a.id where {_VISIBLE} and a.id = $4
            order by c.language = $3 desc, left(c.language, 2) = left($3, 2) desc, c.language = 'en' desc,
                     c.language""",  # noqa: S608
        _PUBLIC,
        now,
        language,
        article_id,
    )
    if not rows:
        return None
    best = rows[0]
    return PublicArticle(
        id=best["id"],
        topic=best["topic"],
        language=Language(best["language"]),
        category=best["category"],
        question=best["question"],
        answer=best["answer"],
        answer_short=best["answer_short"],
        questions={Language(row["language"]): row["question"] for row in rows},
        published_at=best["published_at"],
    )


@dataclass(frozen=True, slots=True)
class SitemapEntry:
    """One article: each language it has with its question there, and when it was published last."""

    id: UUID
    questions: dict[Language, str]
    published_at: datetime


async def sitemap_entries(reader: Reader, now: datetime) -> list[SitemapEntry]:
    """Every article the public may read, newest first."""
    rows = await reader.fetch(
        f"""select a.id, a.published_at, jsonb_object_agg(c.language, c.question) as questions
            from articles a join article_contents c on c.article_id = a.id where {_VISIBLE}
            group by a.id order by a.published_at desc, a.id limit $3""",  # noqa: S608
        _PUBLIC,
        now,
        MAX_SITEMAP,
    )
    return [
        SitemapEntry(
            row["id"],
            {key: row["questions"][key] for key in Language if key in row["questions"]},
            row["published_at"],
        )
        for row in rows
    ]


def _listed(rows: Sequence[Record]) -> tuple[ListedArticle, ...]:
    return tuple(
        ListedArticle(
            row["id"],
            Language(row["language"]),
            row["category"],
            row["question"],
            row["answer"],
            row["answer_short"],
        )
        for row in rows
    )
