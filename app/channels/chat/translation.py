"""The port to automatic translation of messages. There is none by default, and nothing is translated then."""

from typing import Protocol

from app.selfservice.locales import Locale


class Translator(Protocol):
    """Says in another language what somebody wrote."""

    async def translated(self, text: str, *, into: Locale) -> str | None:
        """The text in that language; None when it is in it already or cannot be had. Must bring its own time-out,
        and is never asked inside a transaction."""


class NoTranslator:
    """Translates nothing."""

    async def translated(self, text: str, *, into: Locale) -> str | None:
        """None."""
        return None
