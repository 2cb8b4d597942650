"""How articles do: shown, used, spoken, solved, unhelpful; each figure leads to the searches it counts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.core.db import Reader, Record
from app.faq.models import Language


class Figure(StrEnum):
    """What is counted of an article. One search counts once in each."""

    SHOWN = "shown"
    USED = "used"
    SPOKEN = "spoken"
    SOLVED = "solved"
    UNHELPFUL = "unhelpful"


# Every search with the articles it concerned and how; a use outside a search counts by itself.
_COUNTED = """
select (r->>'article_id')::uuid as article_id, s.id, s.id as search_id, 'shown' as figure
from faq_searches s cross join jsonb_array_elements(s.results) r
where s.at >= $1 and s.at < $2 and s.action <> 'none'
union select chosen_article_id, id, id, case outcome when 'helped' then 'solved' else 'unhelpful' end
from faq_searches where at >= $1 and at < $2 and chosen_article_id is not null
    and outcome in ('helped', 'not_helped', 'escalated', 're_asked')
union select (s.results->0->>'article_id')::uuid, s.id, s.id, 'spoken'
from faq_searches s where s.at >= $1 and s.at < $2 and s.action = 'answered' and s.channel = 'voice'
union select article_id, coalesce(search_id, id), search_id,
    case when action = 'shown' then 'shown' when action in ('read_aloud', 'played') then 'spoken'
         when action = 'helped' then 'solved' when action = 'not_helped' then 'unhelpful' else 'used' end
from faq_uses where at >= $1 and at < $2
"""


@dataclass(frozen=True, slots=True)
class ArticleFigures:
    """One article in a period."""

    article_id: UUID
    topic: str
    question: str
    shown: int
    used: int
    spoken: int
    solved: int
    unhelpful: int


async def figures(
    reader: Reader,
    *,
    since: datetime,
    until: datetime,
    article_id: UUID | None = None,
    language: Language = Language.EN,
    limit: int = 100,
) -> list[ArticleFigures]:
    """Articles with searches or uses in [since, until), the most used first; named in `language` where they can be."""
    counts = ", ".join(f"count(*) filter (where u.figure = '{figure}') as {figure}" for figure in Figure)
    rows = await reader.fetch(
        f"select a.id, a.topic, {counts}, "  # noqa: S608 -- names of our own
        "(select c.value->>'question' from article_versions v, jsonb_each(v.entry->'contents') c "
        "where v.article_id = a.id and v.version = coalesce(a.published_version, a.latest_version) "
        "order by c.key = $5 desc, c.key limit 1) as question "
        f"from ({_COUNTED}) u join articles a on a.id = u.article_id "
        "where $3::uuid is null or a.id = $3 group by a.id "
        "order by used desc, spoken desc, solved desc, shown desc, a.id limit $4",
        since,
        until,
        article_id,
        limit,
        language,
    )
    return [
        ArticleFigures(row["id"], row["topic"], row["question"], *(row[figure.value] for figure in Figure))
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class CountedSearch:
    """One search behind a figure, its question masked."""

    search_id: UUID
    at: datetime
    channel: str
    question: str
    probability: float
    action: str
    outcome: str | None
    contact_id: UUID | None
    agent_id: UUID | None

    @classmethod
    def of(cls, row: Record) -> "CountedSearch":
        """A row of `faq_searches`."""
        return cls(
            row["id"], row["at"], row["channel"], row["question_masked"], row["probability"], row["action"],
            row["outcome"], row["contact_id"], row["agent_id"],
        )  # fmt: skip


async def searches(
    reader: Reader, *, article_id: UUID, figure: Figure, since: datetime, until: datetime, limit: int = 100
) -> list[CountedSearch]:
    """The searches a figure of an article counts, the newest first."""
    rows = await reader.fetch(
        f"select s.* from faq_searches s where s.id in (select u.search_id from ({_COUNTED}) u "  # noqa: S608
        "where u.article_id = $3 and u.figure = $4) order by s.at desc, s.id limit $5",
        since,
        until,
        article_id,
        figure,
        limit,
    )
    return [CountedSearch.of(row) for row in rows]
