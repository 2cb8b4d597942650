"""Lists of articles for those who keep them: filtered, paged, with the tree of categories and the versions of one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from app.core.db import Reader
from app.faq.entries import category_path
from app.faq.models import Article, ArticleStatus, Audience, Language
from app.faq.service import article_of

MAX_PAGE = 200  # articles of one listing

_LISTED = """
select a.*, v.version, v.entry from articles a join article_versions v
    on v.article_id = a.id and v.version = case when $1 then a.published_version else a.latest_version end
where ($2::text is null or a.status = $2) and ($3::text is null or a.topic = $3)
    and ($4::text is null or a.tags @> array[$4]) and ($5::uuid is null or a.owner_id = $5)
    and ($6::date is null or a.review_on <= $6)
    and ($7::text is null or exists (select from jsonb_each(v.entry->'contents') c
        where c.value->>'category' = $7 or starts_with(c.value->>'category', $7 || ' / ')))
    and ($8::text is null or exists (select from jsonb_each(v.entry->'contents') c
        where strpos(lower(c.value->>'question'), lower($8)) > 0) or a.id = any($15::uuid[]))
    and ($9::timestamptz is null or (a.updated_at, a.id) < ($9, $10::uuid))
    and ($12::text is null or v.entry->'contents' ? $12) and ($13::text is null or not v.entry->'contents' ? $13)
    and ($14::text is null or v.entry->>'audience' = $14)
order by array_position($15::uuid[], a.id), a.updated_at desc, a.id desc limit $11
"""


async def list_articles(
    reader: Reader,
    *,
    status: ArticleStatus | None = None,
    topic: str | None = None,
    tag: str | None = None,
    owner_id: UUID | None = None,
    review_until: date | None = None,
    category: str | None = None,
    text: str | None = None,
    language: Language | None = None,
    lacks: Language | None = None,
    audience: Audience | None = None,
    found: Sequence[UUID] = (),
    is_published: bool = False,
    limit: int = 50,
    before: tuple[datetime, UUID] | None = None,
) -> list[Article]:
    """Articles by last change, newest first, with their latest versions; `is_published`: the published ones only, as
    they are found.

    `category` is a path and takes in what is below it; `review_until`: due by that day; `text`: in a question;
    `language`: written in it; `lacks`: not written in it; `before` is (updated_at, id) of the last one already seen.
    `found`: what a search for `text` found; these come first, in their order, and are taken in with the others.
    """
    rows = await reader.fetch(
        _LISTED,
        is_published,
        status,
        topic,
        tag,
        owner_id,
        review_until,
        " / ".join(category_path(category)) if category else None,
        text or None,
        *(before or (None, None)),
        max(1, min(limit, MAX_PAGE)),
        language,
        lacks,
        audience,
        list(found) if found else None,
    )
    return [article_of(row) for row in rows]


@dataclass(slots=True)
class Category:
    """One level of the tree: how many articles are in it and below."""

    name: str
    path: str
    articles: int = 0
    children: list["Category"] = field(default_factory=list)


async def categories(reader: Reader, language: Language) -> list[Category]:
    """The tree of the categories that the latest versions of articles have in a language, by name; archived ones are
    left out."""
    rows = await reader.fetch(
        "select v.entry->'contents'->$1->>'category' as path, count(*) as articles from articles a "
        "join article_versions v on v.article_id = a.id and v.version = a.latest_version "
        "where a.status <> 'archived' group by 1 order by 1",
        language.value,
    )
    return tree_of([(category_path(row["path"]), row["articles"]) for row in rows if row["path"]])


def tree_of(counted: Sequence[tuple[tuple[str, ...], int]]) -> list[Category]:
    """Paths with the articles in them, as a tree."""
    root = Category("", "")
    for path, articles in counted:
        at = root
        for depth, name in enumerate(path, 1):
            below = next((child for child in at.children if child.name == name), None)
            if below is None:
                below = Category(name, " / ".join(path[:depth]))
                at.children.append(below)
            below.articles += articles
            at = below
    return root.children


async def tags(reader: Reader) -> dict[str, int]:
    """Every tag of articles that are not archived, with how many have it, by name."""
    rows = await reader.fetch(
        "select tag, count(*) as articles from articles, unnest(tags) as tag where status <> 'archived' "
        "group by tag order by tag"
    )
    return {row["tag"]: row["articles"] for row in rows}


@dataclass(frozen=True, slots=True)
class Version:
    """One saved state: when, by whom and why."""

    version: int
    saved_at: datetime
    saved_by: UUID | None
    saved_by_name: str | None
    why: str


async def versions(reader: Reader, article_id: UUID) -> list[Version]:
    """All versions of an article, the newest first; none for an unknown article."""
    rows = await reader.fetch(
        "select v.version, v.saved_at, v.saved_by, v.why, g.display_name from article_versions v "
        "left join agents g on g.id = v.saved_by where v.article_id = $1 order by v.version desc",
        article_id,
    )
    return [Version(r["version"], r["saved_at"], r["saved_by"], r["display_name"], r["why"]) for r in rows]
