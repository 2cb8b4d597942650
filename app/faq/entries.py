"""An article's entry as JSON (the form versions are stored in), and what an entry must fulfil."""

import re
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.core.errors import FieldError, InvalidInput
from app.faq.models import ArticleContent, ArticleEntry, Audience, Language
from app.faq.text import clean, terms

MAX_QUESTION_CHARS = 300
MAX_ANSWER_CHARS = 20_000
MAX_SHORT_CHARS = 600
MAX_STEP_CHARS = 300
MAX_WORDINGS = 50
MAX_STEPS = 12
MAX_TAGS = 20
MAX_TAG_CHARS = 40
MAX_CATEGORY_LEVELS = 5

_TOPIC = re.compile(r"[a-z][a-z0-9_]{0,39}")


def entry_to_json(entry: ArticleEntry) -> dict[str, Any]:
    """Plain JSON values; the inverse of `entry_from_json`."""
    return {
        "topic": entry.topic,
        "audience": entry.audience.value,
        "auto_answer": entry.auto_answer,
        "valid_from": entry.valid_from.isoformat() if entry.valid_from else None,
        "valid_to": entry.valid_to.isoformat() if entry.valid_to else None,
        "tags": list(entry.tags),
        "owner_id": str(entry.owner_id) if entry.owner_id else None,
        "review_on": entry.review_on.isoformat() if entry.review_on else None,
        "contents": {language.value: asdict(content) for language, content in entry.contents.items()},
    }


def entry_from_json(stored: dict[str, Any]) -> ArticleEntry:
    """Read back what `entry_to_json` wrote."""
    return ArticleEntry(
        topic=stored["topic"],
        audience=Audience(stored["audience"]),
        auto_answer=stored["auto_answer"],
        valid_from=_instant(stored["valid_from"]),
        valid_to=_instant(stored["valid_to"]),
        tags=tuple(stored.get("tags", ())),
        owner_id=UUID(stored["owner_id"]) if stored.get("owner_id") else None,
        review_on=date.fromisoformat(stored["review_on"]) if stored.get("review_on") else None,
        contents={Language(key): content_from_json(value) for key, value in stored["contents"].items()},
    )


def content_from_json(stored: dict[str, Any]) -> ArticleContent:
    """One language of an entry; the optional fields may be missing."""
    return ArticleContent(
        question=stored["question"],
        answer=stored.get("answer", ""),
        answer_short=stored.get("answer_short", ""),
        wordings=tuple(stored.get("wordings", ())),
        spoken_steps=tuple(stored.get("spoken_steps", ())),
        category=stored.get("category", ""),
    )


def checked(entry: ArticleEntry) -> ArticleEntry:
    """The entry with its texts cleaned, or InvalidInput naming every wrong field. Answers may still be missing: see
    `check_complete`."""
    cleaned = replace(
        entry,
        tags=tuple(dict.fromkeys(text for tag in entry.tags if (text := " ".join(clean(tag).split())))),
        contents={language: _cleaned(content) for language, content in entry.contents.items()},
    )
    refuse(wrong_fields(cleaned))
    return cleaned


def check_complete(entry: ArticleEntry) -> None:
    """Raises InvalidInput naming each language without an answer in any form: such an entry may be saved, and neither
    reviewed nor published."""
    refuse(missing_answers(entry))


def missing_answers(entry: ArticleEntry) -> list[FieldError]:
    """The languages that have no answer in any form."""
    return [
        FieldError(f"contents.{language}.answer", "write it in full, short or as spoken steps")
        for language, content in entry.contents.items()
        if not (content.answer or content.answer_short or content.spoken_steps)
    ]


def refuse(wrong: list[FieldError]) -> None:
    """Raises InvalidInput when there are wrong fields."""
    if wrong:
        raise InvalidInput("; ".join(f"{e.field}: {e.message}" for e in wrong), errors=wrong)


def wrong_fields(entry: ArticleEntry) -> list[FieldError]:
    """Everything that is wrong with a cleaned entry."""
    wrong: list[FieldError] = []
    if not _TOPIC.fullmatch(entry.topic):
        wrong.append(FieldError("topic", "1 to 40 of a-z, 0-9 and _, a letter first, such as returns"))
    if not entry.contents:
        wrong.append(FieldError("contents", "write the article in at least one language"))
    try:
        if entry.valid_from and entry.valid_to and entry.valid_to <= entry.valid_from:
            wrong.append(FieldError("valid_to", "must be after valid_from"))
    except TypeError:
        wrong.append(
            FieldError("valid_from", "write both instants with their zone, such as 2026-11-20T09:00+08:00")
        )
    if len(entry.tags) > MAX_TAGS or any(len(tag) > MAX_TAG_CHARS for tag in entry.tags):
        wrong.append(FieldError("tags", f"at most {MAX_TAGS} of {MAX_TAG_CHARS} characters"))
    for language, content in entry.contents.items():
        wrong.extend(_wrong_fields(f"contents.{language}", content))
    return wrong


def category_path(category: str) -> tuple[str, ...]:
    """The levels of a category, the widest first: `Orders / Returns` are two."""
    return tuple(part for level in category.split("/") if (part := " ".join(level.split())))


def _cleaned(content: ArticleContent) -> ArticleContent:
    def texts(values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text for value in values if (text := clean(value).strip())))

    return ArticleContent(
        question=clean(content.question).strip(),
        answer=clean(content.answer).strip() if len(content.answer) <= MAX_ANSWER_CHARS else content.answer,
        answer_short=clean(content.answer_short).strip(),
        wordings=texts(content.wordings),
        spoken_steps=texts(content.spoken_steps),
        category=" / ".join(category_path(clean(content.category))),
    )


def _wrong_fields(at: str, content: ArticleContent) -> list[FieldError]:
    wrong: list[FieldError] = []
    if not terms(content.question):
        wrong.append(FieldError(f"{at}.question", "must contain words to search for"))
    if len(category_path(content.category)) > MAX_CATEGORY_LEVELS:
        wrong.append(FieldError(f"{at}.category", f"must not be deeper than {MAX_CATEGORY_LEVELS} levels"))
    limits = [
        ("question", [content.question], MAX_QUESTION_CHARS),
        ("answer", [content.answer], MAX_ANSWER_CHARS),
        ("answer_short", [content.answer_short], MAX_SHORT_CHARS),
        ("wordings", list(content.wordings), MAX_QUESTION_CHARS),
        ("spoken_steps", list(content.spoken_steps), MAX_STEP_CHARS),
        ("category", [content.category], MAX_QUESTION_CHARS),
    ]
    for name, values, limit in limits:
        if any(len(value) > limit for value in values):
            wrong.append(FieldError(f"{at}.{name}", f"must not be longer than {limit} characters"))
    for name, texts, most in (
        ("wordings", content.wordings, MAX_WORDINGS),
        ("spoken_steps", content.spoken_steps, MAX_STEPS),
    ):
        if len(texts) > most:
            wrong.append(FieldError(f"{at}.{name}", f"must not be more than {most}"))
    return wrong


def _instant(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
