"""Writes what is published of articles: a row for each language and one for each wording."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from app.core.db import Record, Transaction
from app.core.ids import new_id
from app.faq.forms import with_all_forms
from app.faq.models import ArticleEntry, Language
from app.faq.text import normalise, tokens, wording_key

Phrase = tuple[UUID, UUID, str, str, str, str, datetime, UUID | None]  # the columns of article_phrases


async def replace_contents(tx: Transaction, entries: Mapping[UUID, ArticleEntry], now: datetime) -> None:
    """Make these the published contents of their articles, every form of the answers written.

    Learned wordings stay, except in a language whose question changed: they belonged to the old meaning. The index is
    not touched.
    """
    learned = await tx.fetch(
        "select p.article_id, p.language, c.question, p.text, p.key, p.created_at, p.confirmed_by "
        "from article_phrases p join article_contents c using (article_id, language) "
        "where p.article_id = any($1) and p.kind = 'learned' order by p.id",
        list(entries),
    )
    await tx.execute("delete from article_contents where article_id = any($1)", list(entries))
    contents = [
        (key, language, with_all_forms(content))
        for key, entry in entries.items()
        for language, content in entry.contents.items()
    ]
    await tx.executemany(
        "insert into article_contents (article_id, language, category, question, answer, answer_short, "
        "spoken_steps) values ($1, $2, $3, $4, $5, $6, $7)",
        [
            (key, language, c.category, c.question, c.answer, c.answer_short, list(c.spoken_steps))
            for key, language, c in contents
        ],
    )
    rows: list[Phrase] = []
    for key, language, content in contents:
        rows.extend(phrases(key, language, "question", [content.question], now))
        rows.extend(phrases(key, language, "alt", content.wordings, now))
    rows.extend(_kept(row) for row in learned if _still_asks(entries[row["article_id"]], row))
    await insert_phrases(tx, rows)


def phrases(
    article_id: UUID,
    language: str,
    kind: str,
    texts: Iterable[str],
    created_at: datetime,
    confirmed_by: UUID | None = None,
) -> list[Phrase]:
    """The rows of some wordings."""
    return [
        (new_id(), article_id, language, kind, text, wording_key(tokens(text)), created_at, confirmed_by)
        for text in texts
    ]


async def insert_phrases(tx: Transaction, rows: Iterable[Phrase]) -> None:
    """Write rows of `phrases`."""
    await tx.executemany(
        "insert into article_phrases (id, article_id, language, kind, text, key, created_at, confirmed_by) "
        "values ($1, $2, $3, $4, $5, $6, $7, $8)",
        rows,
    )


def _still_asks(entry: ArticleEntry, row: Record) -> bool:
    kept = entry.contents.get(Language(row["language"]))
    return kept is not None and normalise(kept.question) == normalise(row["question"])


def _kept(row: Record) -> Phrase:
    return (
        new_id(), row["article_id"], row["language"], "learned", row["text"], row["key"], row["created_at"],
        row["confirmed_by"],
    )  # fmt: skip
