"""House words: a word in a question that also searches for another. Questions expand, articles do not."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.db import Reader, Transaction
from app.core.errors import InvalidInput
from app.core.ids import new_id
from app.faq.text import clean, normalise, terms

MAX_CHARS = 80


@dataclass(frozen=True, slots=True)
class Synonym:
    """`term` in a question also searches for `replacement`; `weight`, above 0, at most 1: how much that counts."""

    id: UUID
    term: str
    replacement: str
    weight: float
    created_at: datetime
    created_by_name: str | None


async def synonyms(reader: Reader) -> list[Synonym]:
    """Every synonym, by term."""
    rows = await reader.fetch(
        "select s.id, s.term, s.replacement, s.weight, s.created_at, a.display_name from synonyms s "
        "left join agents a on a.id = s.created_by order by s.term_normal, s.replacement"
    )
    return [
        Synonym(r["id"], r["term"], r["replacement"], r["weight"], r["created_at"], r["display_name"])
        for r in rows
    ]


async def add_synonym(
    tx: Transaction,
    *,
    term: str,
    replacement: str,
    now: datetime,
    weight: float = 0.5,
    by: UUID | None = None,
) -> UUID:
    """Let `term` also find `replacement`; both scripts of Chinese at once. Adding it again sets the weight.

    Raises InvalidInput when a side holds nothing to search for or `weight` is not above 0 and at most 1.
    """
    sides = {"term": clean(term).strip(), "replacement": clean(replacement).strip()}
    for field, text in sides.items():
        if not terms(text) or len(text) > MAX_CHARS:
            raise InvalidInput.of(
                field, f"must contain words to search for, in at most {MAX_CHARS} characters"
            )
    if not 0 < weight <= 1:
        raise InvalidInput.of("weight", "must be above 0 and at most 1")
    synonym_id: UUID = await tx.fetchval(
        "insert into synonyms (id, term, replacement, term_normal, weight, created_at, created_by) "
        "values ($1, $2, $3, $4, $5, $6, $7) "
        "on conflict (term_normal, replacement) do update set weight = excluded.weight returning id",
        new_id(), sides["term"], sides["replacement"], " ".join(normalise(sides["term"]).split()), weight,
        now, by,
    )  # fmt: skip
    return synonym_id


async def remove_synonym(tx: Transaction, *, synonym_id: UUID) -> bool:
    """Forget a synonym; removing it twice is no error, and the second time False."""
    gone = await tx.fetchval("delete from synonyms where id = $1 returning id", synonym_id)
    return gone is not None
