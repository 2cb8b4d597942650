"""Announcements of the site as calls need them: prompts with the address of a sound, and what music plays."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from app.announcements import hearing
from app.announcements.models import Content, Heard, Occasion
from app.channels.voice.urls import VoiceUrls
from app.core.db import Reader
from app.selfservice.locales import Locale
from app.selfservice.turns import Enqueue, Prompt, Turn


def prompt_of(heard: Heard, urls: VoiceUrls, *, interruptible: bool = True) -> Prompt:
    """The words, or the sound instead of them."""
    sound = urls.sound(heard.token) if heard.token is not None else None
    return Prompt(heard.text or "", heard.locale, interruptible, sound=sound)


async def announced(
    reader: Reader, urls: VoiceUrls, occasion: Occasion, queue_id: UUID | None, locale: Locale
) -> Prompt | None:
    """What the site has to be heard here in this language; None: the product's own words."""
    content = await hearing.on_occasion(reader, occasion, queue_id)
    heard = content.for_caller(locale) if content is not None else None
    return prompt_of(heard, urls) if heard is not None else None


async def music(reader: Reader, urls: VoiceUrls, queue_id: UUID | None, locale: Locale) -> str:
    """The address of what waiting and held callers of the queue hear."""
    content = await hearing.on_occasion(reader, Occasion.MUSIC, queue_id)
    token = content.music(locale) if content is not None else None
    return urls.sound(token) if token is not None else urls.music()


@dataclass(frozen=True, slots=True)
class Emergencies:
    """The emergencies in force by the queue's key, read before a turn is rendered."""

    of_queue: Mapping[str, hearing.Emergency]
    urls: VoiceUrls

    def before_queue(self, turn: Turn) -> tuple[Prompt, ...]:
        """What is said to a caller who is about to wait."""
        found = self.heard_in(turn)
        return emergency_prompts(found.content, self.urls, turn.state.locale) if found is not None else ()

    def heard_in(self, turn: Turn) -> hearing.Emergency | None:
        """The emergency of the queue the turn leads to."""
        return self.of_queue.get(turn.action.queue) if isinstance(turn.action, Enqueue) else None


def emergency_prompts(content: Content, urls: VoiceUrls, locale: Locale) -> tuple[Prompt, ...]:
    """An emergency is rather heard in another language than not at all."""
    heard = content.for_caller(locale, in_any_language=True)
    return (prompt_of(heard, urls, interruptible=False),) if heard is not None else ()


async def emergencies(reader: Reader, urls: VoiceUrls) -> Emergencies:
    """For rendering a turn."""
    return Emergencies(await hearing.emergencies(reader), urls)
