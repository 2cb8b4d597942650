"""An article's entry as JSON (the form versions are stored in), and what an entry must fulfil."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from app.core.errors import FieldError, InvalidInput
from app.faq.models import ArticleContent, ArticleEntry, Audience, Language
from app.faq.text import clean, terms

MAX_QUESTION_CHARS = 300
MAX_ANSWER_CHARS = 20_000
MAX_SHORT_CHARS = 600
MAX_STEP_CHARS = 300
MAX_WORDINGS = 50
MAX_STEPS = 12


def entry_to_json(entry: ArticleEntry) -> dict[str, Any]:
    """Plain JSON values; the inverse of `entry_from_json`."""
    return {
        "topic": entry.topic,
        "audience": entry.audience.value,
        "auto_answer": entry.auto_answer,
        "valid_from": entry.valid_from.isoformat() if entry.valid_from else None,
        "valid_to": entry.valid_to.isoformat() if entry.valid_to else None,
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
        contents={Language(key): content_from_json(value) for key, value in stored["contents"].items()},
    )


def content_from_json(stored: dict[str, Any]) -> ArticleContent:
    """One language of an entry; the optional fields may be missing."""
    return ArticleContent(
        question=stored["question"],
        answer=stored["answer"],
        answer_short=stored.get("answer_short", ""),
        wordings=tuple(stored.get("wordings", ())),
        spoken_steps=tuple(stored.get("spoken_steps", ())),
        category=stored.get("category", ""),
    )


def checked(entry: ArticleEntry) -> ArticleEntry:
    """The entry with its texts cleaned, or InvalidInput naming every wrong field."""
    wrong: list[FieldError] = []
    if not entry.contents:
        wrong.append(FieldError("contents", "write the article in at least one language"))
    if entry.valid_from and entry.valid_to and entry.valid_to <= entry.valid_from:
        wrong.append(FieldError("valid_to", "must be after valid_from"))
    contents: dict[Language, ArticleContent] = {}
    for language, content in entry.contents.items():
        contents[language] = _cleaned(content)
        wrong.extend(_wrong_fields(f"contents.{language}", contents[language]))
    if wrong:
        raise InvalidInput("; ".join(f"{e.field}: {e.message}" for e in wrong), errors=wrong)
    return ArticleEntry(
        topic=entry.topic,
        contents=contents,
        audience=entry.audience,
        auto_answer=entry.auto_answer,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
    )


def _cleaned(content: ArticleContent) -> ArticleContent:
    def texts(values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text for value in values if (text := clean(value).strip())))

    return ArticleContent(
        question=clean(content.question).strip(),
        answer=clean(content.answer).strip() if len(content.answer) <= MAX_ANSWER_CHARS else content.answer,
        answer_short=clean(content.answer_short).strip(),
        wordings=texts(content.wordings),
        spoken_steps=texts(content.spoken_steps),
        category=clean(content.category).strip(),
    )


def _wrong_fields(at: str, content: ArticleContent) -> list[FieldError]:
    wrong: list[FieldError] = []
    if not terms(content.question):
        wrong.append(FieldError(f"{at}.question", "must contain words to search for"))
    if not content.answer:
        wrong.append(FieldError(f"{at}.answer", "must not be empty"))
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
