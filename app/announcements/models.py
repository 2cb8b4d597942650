"""Announcements, the sounds uploaded for them, and which of both a caller hears. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.selfservice.locales import Locale

# Text and sound of one writing are understood by readers of the other: both are spoken Mandarin.
_NEXT_BEST: Mapping[Locale, tuple[Locale, ...]] = {
    Locale.EN: (Locale.EN,),
    Locale.ZH_HANT: (Locale.ZH_HANT, Locale.ZH_HANS),
    Locale.ZH_HANS: (Locale.ZH_HANS, Locale.ZH_HANT),
}
PREFIX = "/media/announcements/"
EVERY_LANGUAGE = ""  # key of a sound that is for every language


def path_of(token: str) -> str:
    """The path of a sound below the public address."""
    return f"{PREFIX}{token}.wav"


class Occasion(StrEnum):
    """When an announcement is heard."""

    MUSIC = "music"  # while waiting and on hold
    WELCOME = "welcome"  # once, when the wait begins
    CLOSED = "closed"  # the queue is closed
    CONSENT = "consent"  # the call is recorded
    BLOCKED = "blocked"  # a blocked number; for the whole site only


class FileState(StrEnum):
    """How far an upload got."""

    WAITING = "waiting"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class AnnouncementFile:
    """One upload. `locale` None: for every language; `progress` in percent; `reason`: why it failed."""

    id: UUID
    announcement_id: UUID
    locale: Locale | None
    version: int
    state: FileState
    progress: int
    reason: str | None
    is_current: bool
    token: str
    source_id: UUID | None
    object_id: UUID | None
    seconds: float | None
    uploaded_by: UUID | None
    uploaded_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Heard:
    """What a caller hears: a sound (its token) or words, and the language of the words."""

    locale: Locale
    text: str | None = None
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What an announcement has: words by language, tokens of ready sounds by language (`EVERY_LANGUAGE` too)."""

    texts: Mapping[str, str]
    sounds: Mapping[str, str]

    @property
    def is_empty(self) -> bool:
        """Whether nobody could hear anything of it."""
        return not self.texts and not self.sounds

    def for_caller(self, locale: Locale, *, in_any_language: bool = False) -> Heard | None:
        """The sound of the caller's language, else its words, else the sound for every language. `in_any_language`:
        rather another language than nothing."""
        for one in _NEXT_BEST[locale]:
            if one in self.sounds:
                return Heard(one, token=self.sounds[one])
            if one in self.texts:
                return Heard(one, text=self.texts[one])
        if EVERY_LANGUAGE in self.sounds:
            return Heard(locale, token=self.sounds[EVERY_LANGUAGE])
        if in_any_language:
            others = [found for other in Locale if (found := self.for_caller(other)) is not None]
            return others[0] if others else None
        return None

    def music(self, locale: Locale) -> str | None:
        """The token of a sound; words are no music."""
        for one in (EVERY_LANGUAGE, *_NEXT_BEST[locale], *self.sounds):
            if one in self.sounds:
                return self.sounds[one]
        return None
