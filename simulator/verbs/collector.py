"""Collects keys and speech while a Gather or Record listens."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

KEYS = frozenset("0123456789*#ABCDwW")


@dataclass(frozen=True, slots=True)
class Speech:
    """What the recogniser made of it. `confidence` None = not reported."""

    text: str
    confidence: float | None


class Collector:
    """Input of one Gather. Keys win over speech; after `done` further input is dropped."""

    def __init__(
        self, *, keys: bool, speech: bool, num_digits: int | None, finish_on: str, speech_pause: float = 1.0
    ) -> None:
        self.accepts_keys = keys
        self.accepts_speech = speech
        self.num_digits = num_digits
        self.finish_on = finish_on
        self.speech_pause = speech_pause  # s of silence after which speech counts as ended
        self.digits = ""
        self.speech: Speech | None = None
        self.speaking = False
        self.finished_by = ""
        self.done = False
        self.partial: Callable[[str], None] | None = None
        self.started = asyncio.Event()
        self.changed = asyncio.Event()

    @property
    def kinds(self) -> str:
        """The input kinds in Twilio's words."""
        return " ".join(
            name for name, on in (("dtmf", self.accepts_keys), ("speech", self.accepts_speech)) if on
        )

    def press(self, key: str) -> bool:
        """Take one key; False when it is not wanted."""
        if self.done or not self.accepts_keys:
            return False
        self.speech = None
        if key in self.finish_on:
            self.done, self.finished_by = True, key
        else:
            self.digits += key
            self.done = self.num_digits is not None and len(self.digits) >= self.num_digits
        self._tell()
        return True

    def begin_speech(self) -> bool:
        """Somebody begins to speak; False when speech is not wanted (or a key was pressed already)."""
        if self.done or not self.accepts_speech or self.digits:
            return False
        self.speaking = True
        self._tell()
        return True

    def end_speech(self, speech: Speech) -> None:
        """They have spoken. Ignored when a key was pressed meanwhile: keys win."""
        self.speaking = False
        if not self.done and not self.digits:
            self.speech = speech if speech.text.strip() else None
            self.done = True
        self._tell()

    def _tell(self) -> None:
        self.started.set()
        self.changed.set()
