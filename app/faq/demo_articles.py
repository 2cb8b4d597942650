"""The articles of the demo shop 青禾選物 / Verdant Goods: thirty questions in three languages, in `demo/`."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import orjson

from app.core.db import Transaction
from app.faq.answering import AnsweringMode, set_answering
from app.faq.entries import content_from_json
from app.faq.models import ArticleEntry, Audience, Language
from app.faq.service import publish, save_article

FOLDER = Path(__file__).parent / "demo"
NAMESPACE = UUID(
    "b1d2f2f0-6a5e-5a53-9a43-2f6d1c0e7a11"
)  # makes the ids of the demo articles the same everywhere


def demo_article_id(key: str) -> UUID:
    """The id of a demo article, from its key in the files."""
    return uuid5(NAMESPACE, key)


def demo_entries() -> Iterator[tuple[str, ArticleEntry]]:
    """Every demo article with its key, in the order of the files."""
    for path in sorted(FOLDER.glob("*.json")):
        for stored in orjson.loads(path.read_bytes()):
            yield stored["key"], _entry(stored)


async def load_demo_articles(tx: Transaction, now: datetime) -> int:
    """Publish the demo articles that are not there yet, and let the machine answer with them; returns how many
    were new. Safe to run twice."""
    present = {row["id"] for row in await tx.fetch("select id from articles")}
    new = 0
    for key, entry in demo_entries():
        article_id = demo_article_id(key)
        if article_id not in present:
            await save_article(tx, entry=entry, now=now, created_id=article_id)
            await publish(tx, article_id=article_id, now=now)
            new += 1
    if new:
        await set_answering(tx, AnsweringMode.ON, now=now)
    return new


def _entry(stored: dict[str, Any]) -> ArticleEntry:
    return ArticleEntry(
        topic=stored["topic"],
        audience=Audience(stored.get("audience", Audience.BOTH)),
        auto_answer=stored.get("auto_answer", True),
        contents={Language(key): content_from_json(value) for key, value in stored["contents"].items()},
    )
