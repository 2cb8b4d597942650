"""Questions the articles did not answer, grouped, and what supervisors do about them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.core.db import Reader, Transaction
from app.core.errors import NotFound
from app.faq.entries import MAX_QUESTION_CHARS
from app.faq.learning import learn_wording
from app.faq.models import Article, ArticleContent, ArticleEntry, Language
from app.faq.service import get_article, save_article


class GapAction(StrEnum):
    """What was done about a gap."""

    WORDING = "wording"
    DRAFT = "draft"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Gap:
    """One question, however it was written. `unanswered`: nothing was worth showing; `badly_answered`: something was
    shown and did not help. `near_article_id`: what was nearest, with its probability at best."""

    key: str
    question: str
    language: Language
    times: int
    unanswered: int
    badly_answered: int
    last_at: datetime
    near_article_id: UUID | None
    near_question: str | None
    near_probability: float | None


# A search is a gap when nothing was worth showing, or it ended badly and nothing was chosen or the chosen did not help.
_GAPS = """
with open as (
    select s.wording_key, s.question_masked, s.language, s.at, s.action = 'none' as is_unanswered,
        (s.results->0->>'article_id')::uuid as near, (s.results->0->>'probability')::float8 as probability
    from faq_searches s left join faq_gap_decisions d on d.wording_key = s.wording_key
    where s.at >= $1 and s.at < $2 and s.wording_key <> '' and (d.decided_at is null or s.at > d.decided_at)
        and (s.action = 'none' and s.outcome is distinct from 'helped' and s.chosen_article_id is null
            or s.outcome in ('not_helped', 'escalated', 're_asked'))
        and ($3::text is null or s.wording_key = $3)
), grouped as (
    select wording_key as key, (array_agg(question_masked order by at desc))[1] as question,
        mode() within group (order by language) as language, count(*) as times,
        count(*) filter (where is_unanswered) as unanswered, max(at) as last_at,
        mode() within group (order by near) as near, max(probability) as probability
    from open group by wording_key
)
select g.*, (select c.question from article_contents c where c.article_id = g.near
             order by c.language = g.language desc, c.language limit 1) as near_question
from grouped g where $4::uuid is null or g.near = $4
order by g.times desc, g.last_at desc, g.key limit $5
"""


async def gaps(
    reader: Reader,
    *,
    since: datetime,
    until: datetime,
    limit: int = 100,
    key: str | None = None,
    near_article_id: UUID | None = None,
) -> list[Gap]:
    """Open gaps of [since, until), the most frequent first; of one key, or of those nearest to one article."""
    rows = await reader.fetch(_GAPS, since, until, key, near_article_id, limit)
    return [
        Gap(
            key=row["key"],
            question=row["question"],
            language=Language(row["language"]),
            times=row["times"],
            unanswered=row["unanswered"],
            badly_answered=row["times"] - row["unanswered"],
            last_at=row["last_at"],
            near_article_id=row["near"],
            near_question=row["near_question"],
            near_probability=row["probability"],
        )
        for row in rows
    ]


async def add_wording(
    tx: Transaction, *, key: str, article_id: UUID, language: Language, now: datetime, by: UUID
) -> bool:
    """Make the question a hidden wording of a published article; False when the article had it. Raises NotFound."""
    learned = await learn_wording(
        tx,
        article_id=article_id,
        language=language,
        wording=await _question(tx, key),
        now=now,
        confirmed_by=by,
    )
    await _decide(tx, key, GapAction.WORDING, now, by, article_id)
    return learned


async def draft_from(
    tx: Transaction, *, key: str, article_id: UUID, topic: str, language: Language, now: datetime, by: UUID
) -> tuple[Article, bool]:
    """A new draft that asks the question, its answer still to be written. The same id again gives the draft that is
    there, and False. Raises NotFound, InvalidInput."""
    question = await _question(tx, key)
    try:
        return await get_article(tx, article_id=article_id), False
    except NotFound:
        content = ArticleContent(question=question[:MAX_QUESTION_CHARS])
        made = await save_article(
            tx,
            entry=ArticleEntry(topic=topic, contents={language: content}),
            now=now,
            created_id=article_id,
            by=by,
            why="asked by customers and not answered",
        )
    await _decide(tx, key, GapAction.DRAFT, now, by, made.id)
    return made, True


async def dismiss(tx: Transaction, *, key: str, now: datetime, by: UUID) -> None:
    """Take the question off the list until it is asked again. Raises NotFound."""
    await _question(tx, key)
    await _decide(tx, key, GapAction.DISMISSED, now, by, None)


async def _question(reader: Reader, key: str) -> str:
    question: str | None = await reader.fetchval(
        "select question_masked from faq_searches where wording_key = $1 and $1 <> '' order by at desc limit 1",
        key,
    )
    if question is None:
        raise NotFound("there is no such question; GET /faq/gaps lists them")
    return question


async def _decide(
    tx: Transaction, key: str, action: GapAction, now: datetime, by: UUID, article_id: UUID | None
) -> None:
    await tx.execute(
        "insert into faq_gap_decisions (wording_key, action, article_id, decided_at, decided_by) "
        "values ($1, $2, $3, $4, $5) on conflict (wording_key) do update set action = excluded.action, "
        "article_id = excluded.article_id, decided_at = excluded.decided_at, decided_by = excluded.decided_by",
        key,
        action,
        article_id,
        now,
        by,
    )
