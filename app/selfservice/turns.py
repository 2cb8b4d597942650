"""What goes into the interpreter and what comes out: inputs, actions and the turn that joins them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from app.selfservice.locales import Locale
from app.selfservice.state import FoundArticle, Outcome, PathEntry, State, UnsolvedReason


class Zone(StrEnum):
    """How sure the FAQ search is: answer by itself, ask which is meant, or leave it to a human."""

    ANSWER = "answer"
    CHOOSE = "choose"
    NONE = "none"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Digits:
    """Keys pressed."""

    keys: str


@dataclass(frozen=True, slots=True)
class Speech:
    """Words heard or typed; confidence 0 to 1, None when the recogniser gives none or it was typed."""

    text: str
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class NoInput:
    """Nothing was pressed or said in time."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What the FAQ search found, best first. `topic` classifies the question even when nothing was found."""

    results: tuple[FoundArticle, ...]
    zone: Zone
    topic: str | None = None
    topic_confidence: float | None = None


@dataclass(frozen=True, slots=True)
class RequestResult:
    """What a web service answered: its fields as values, or that it failed."""

    is_ok: bool
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HungUp:
    """The caller has gone."""


FlowInput = Digits | Speech | NoInput | SearchResult | RequestResult | HungUp


def input_from(digits: str | None, speech: str | None, confidence: str | float | None = None) -> FlowInput:
    """The caller's input from a gathering step's fields. Keys win over speech; both empty is no input."""
    if digits and digits.strip():
        return Digits(digits.strip()[:32])
    if speech and speech.strip():
        return Speech(speech, _confidence(confidence))
    return NoInput()


def _confidence(value: str | float | None) -> float | None:
    try:
        number = float(value) if value not in (None, "") else math.nan
    except ValueError:
        return None
    return min(max(number, 0.0), 1.0) if math.isfinite(number) else None


@dataclass(frozen=True, slots=True)
class Prompt:
    """One thing to say, in its language. What is not interruptible is heard to its end; what is slow is said slowly.
    `sound`: the address of a sound that is played instead of the words, where the channel plays sounds."""

    text: str
    locale: Locale
    interruptible: bool = True
    slow: bool = False
    sound: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One key and what it stands for, for channels that show buttons."""

    key: str
    label: str


InputMode = Literal["dtmf", "speech"]


@dataclass(frozen=True, slots=True)
class Collect:
    """Speak the prompts and wait for keys or words. `open_question` means free words are wanted."""

    prompts: tuple[Prompt, ...]
    locale: Locale
    modes: tuple[InputMode, ...] = ("dtmf", "speech")
    num_digits: int = 1
    hints: tuple[str, ...] = ()
    timeout_seconds: int = 5
    choices: tuple[Choice, ...] = ()
    open_question: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """Search the FAQ with the (masked) question and resume with a `SearchResult` in the same request."""

    question: str
    locale: Locale


@dataclass(frozen=True, slots=True)
class Request:
    """Speak the prompts, ask a web service, and resume with a `RequestResult`, at the latest after
    `timeout_seconds`. `results`: value to its place in the JSON answer."""

    prompts: tuple[Prompt, ...]
    locale: Locale
    method: str
    url: str
    body: Mapping[str, str]
    results: Mapping[str, str]
    timeout_seconds: int


class Way(StrEnum):
    """How a contact waits for a human."""

    WAIT = "wait"  # the caller holds on
    CALLBACK = "callback"  # and is called back
    VOICEMAIL = "voicemail"  # and leaves a message


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Speak the prompts and put the contact into a queue, where it waits in its `way`. Priority 1 to 9, smaller
    first."""

    prompts: tuple[Prompt, ...]
    queue: str
    priority: int
    skills: tuple[str, ...]
    topic: str | None
    reason: UnsolvedReason | None
    way: Way = Way.WAIT


@dataclass(frozen=True, slots=True)
class Close:
    """Speak the prompts and end the contact."""

    prompts: tuple[Prompt, ...]
    outcome: Outcome


Action = Collect | Search | Request | Enqueue | Close


@dataclass(frozen=True, slots=True)
class Turn:
    """The new state, what to do now, and what to log. `log` holds this turn's entries only; `texts` is to be written to
    the caller's telephone."""

    state: State
    action: Action
    log: tuple[PathEntry, ...] = ()
    texts: tuple[str, ...] = ()
