"""Addresses of help centre pages. Pure.

An article's address ends in its id; the words before it are for people and search engines alone, so an address stays
good when the question is reworded.
"""

import re
from urllib.parse import quote
from uuid import UUID

from app.faq.models import Language

ROOT = "/help"
MAX_SLUG_CHARS = 60

_NOT_WORDS = re.compile(r"[\W_]+")
_ID = re.compile(r"[0-9a-f]{32}\Z")


def slug(text: str) -> str:
    """The words of a text joined by hyphens, in any script; '' when it has none."""
    joined = _NOT_WORDS.sub("-", text.lower()).strip("-")
    return joined[:MAX_SLUG_CHARS].strip("-")


def home_path(language: Language) -> str:
    """The start page."""
    return f"{ROOT}/{language}"


def search_path(language: Language) -> str:
    """The search page, without a question."""
    return f"{ROOT}/{language}/search"


def category_path(language: Language, category: str) -> str:
    """The articles of one category."""
    return f"{ROOT}/{language}/category/{quote(category, safe='')}"


def article_name(article_id: UUID, question: str) -> str:
    """The last part of an article's address, not escaped."""
    words = slug(question)
    return f"{words}-{article_id.hex}" if words else article_id.hex


def article_path(language: Language, article_id: UUID, question: str) -> str:
    """One article."""
    return f"{ROOT}/{language}/{quote(article_name(article_id, question), safe='')}"


def article_id_of(name: str) -> UUID | None:
    """The id at the end of an article's address, with or without hyphens of its own; None when there is none."""
    found = _ID.search(name.lower().replace("-", ""))
    return UUID(found[0]) if found else None


def match_language(accept: str) -> Language:
    """The best of our languages for an Accept-Language header (RFC 9110, 12.5.4); English when none fits."""
    wanted: list[tuple[float, int, Language]] = []
    for place, part in enumerate(accept[:1_000].split(",")):
        tag, _, rest = part.partition(";")
        language = _language_of(tag.strip().lower())
        quality = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", rest)
        weight = float(quality[1]) if quality else 1.0
        if language is not None and weight > 0:
            wanted.append((-weight, place, language))
    return min(wanted)[2] if wanted else Language.EN


def _language_of(tag: str) -> Language | None:
    parts = tag.split("-")
    if parts[0] == "en":
        return Language.EN
    if parts[0] not in {"zh", "yue"}:
        return None
    if "hant" in parts:
        return Language.ZH_HANT
    if "hans" in parts or {"cn", "sg", "my"} & set(parts):
        return Language.ZH_HANS
    return Language.ZH_HANT
