"""What becomes of a contact that its queue cannot serve: the causes, the actions and a queue's rules. Pure.

`queues.overflow` maps a cause to an action; what it does not name has the default:

| cause | when | default |
| --- | --- | --- |
| `full` | more wait than `max_waiting` | `message` |
| `max_wait` | waited for `max_wait_seconds` | `voicemail` |
| `closed` | arrives outside the hours, or in a queue closed by hand | `message` |
| `closing` | waits when the hours end | `stay` |
| `no_agent` | nobody of the queue is at work | `stay` |

    {"do": "queue", "queue": "orders", "age": "keep"}   another queue; age "keep" (default) or "new"
    {"do": "callback"}                                  we call back
    {"do": "voicemail"}                                 the customer leaves a message
    {"do": "message", "text": {"en": "…"}}              the customer hears why, and the contact ends; without
                                                        `text` in the customer's language, the channel's own words
    {"do": "stay"}                                      the cause changes nothing: the contact waits on

What a channel cannot do is replaced by the next thing it can (`fallbacks`); the last one is to close the contact.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from app.contacts.lifecycle import Outcome
from app.core.errors import InvalidInput

LOCALES = ("en", "zh-Hant", "zh-Hans")
MAX_TEXT = 600  # characters a caller can be expected to listen to


class Cause(StrEnum):
    """Why a contact leaves its queue without an agent."""

    FULL = "full"
    MAX_WAIT = "max_wait"
    CLOSED = "closed"
    CLOSING = "closing"
    NO_AGENT = "no_agent"


@dataclass(frozen=True, slots=True)
class ToQueue:
    """Wait in another queue; with `keeps_age` at the place its age gives it there."""

    queue: str
    keeps_age: bool = True
    do = "queue"


@dataclass(frozen=True, slots=True)
class Callback:
    """We call back."""

    do = "callback"


@dataclass(frozen=True, slots=True)
class Voicemail:
    """The customer leaves a message."""

    do = "voicemail"


@dataclass(frozen=True, slots=True)
class Message:
    """The customer is told, and the contact ends. `text` by locale."""

    text: Mapping[str, str] = field(default_factory=dict)
    do = "message"


@dataclass(frozen=True, slots=True)
class Stay:
    """The contact waits on."""

    do = "stay"


Action: TypeAlias = ToQueue | Callback | Voicemail | Message | Stay
Rules: TypeAlias = Mapping[Cause, Action]

DEFAULTS: Rules = {
    Cause.FULL: Message(),
    Cause.MAX_WAIT: Voicemail(),
    Cause.CLOSED: Message(),
    Cause.CLOSING: Stay(),
    Cause.NO_AGENT: Stay(),
}

# How a contact ends that was told so, or could not even be told.
OUTCOMES: Mapping[Cause, Outcome] = {
    Cause.FULL: Outcome.QUEUE_FULL,
    Cause.MAX_WAIT: Outcome.EXPIRED,
    Cause.CLOSED: Outcome.OUT_OF_HOURS,
    Cause.CLOSING: Outcome.OUT_OF_HOURS,
    Cause.NO_AGENT: Outcome.NO_AGENT,
}


def parse_overflow(raw: object, field_name: str = "overflow") -> Rules:
    """A queue's rules as stored, with the defaults for what is not named. Raises InvalidInput naming the part that
    is wrong."""
    if not isinstance(raw, Mapping):
        raise InvalidInput.of(field_name, 'must be an object such as {"full": {"do": "voicemail"}}')
    rules = dict(DEFAULTS)
    for name, action in raw.items():
        if name not in [cause.value for cause in Cause]:
            raise InvalidInput.of(f"{field_name}.{name}", f"must be one of {', '.join(Cause)}")
        rules[Cause(name)] = _action(action, f"{field_name}.{name}")
    return rules


def _action(raw: object, where: str) -> Action:
    if not isinstance(raw, Mapping):
        raise InvalidInput.of(where, 'must be an object such as {"do": "voicemail"}')
    known = {
        "queue": {"queue", "age"},
        "message": {"text"},
        "callback": set(),
        "voicemail": set(),
        "stay": set(),
    }
    do = raw.get("do")
    if not isinstance(do, str) or do not in known:
        raise InvalidInput.of(f"{where}.do", f"must be one of {', '.join(known)}")
    if extra := sorted(set(raw) - {"do"} - known[do]):
        raise InvalidInput.of(f"{where}.{extra[0]}", f"is not a part of {do}")
    match do:
        case "queue":
            return _to_queue(raw, where)
        case "callback":
            return Callback()
        case "voicemail":
            return Voicemail()
        case "message":
            return Message(_text(raw.get("text", {}), f"{where}.text"))
        case _:
            return Stay()


def _to_queue(raw: Mapping[str, Any], where: str) -> ToQueue:
    queue, age = raw.get("queue"), raw.get("age", "keep")
    if not isinstance(queue, str) or not queue:
        raise InvalidInput.of(f"{where}.queue", "must be the key of a queue")
    if age not in ("keep", "new"):
        raise InvalidInput.of(f"{where}.age", "must be keep or new")
    return ToQueue(queue, keeps_age=age == "keep")


def _text(raw: object, where: str) -> dict[str, str]:
    if not isinstance(raw, Mapping):
        raise InvalidInput.of(where, 'must be an object such as {"en": "All lines are busy."}')
    for locale, text in raw.items():
        if locale not in LOCALES:
            raise InvalidInput.of(f"{where}.{locale}", f"must be one of {', '.join(LOCALES)}")
        if not isinstance(text, str) or not text.strip() or len(text) > MAX_TEXT:
            raise InvalidInput.of(f"{where}.{locale}", f"must be a text of 1 to {MAX_TEXT} characters")
    return {str(locale): text.strip() for locale, text in raw.items()}


def action_for(rules: Rules, cause: Cause) -> Action:
    """What to do now. Those who wait and must go all the same (a queue closed by hand, while `closing` is `stay`)
    go the way of those who arrive."""
    action = rules[cause]
    if isinstance(action, Stay) and cause is Cause.CLOSING:
        action = rules[Cause.CLOSED]
    return Message() if isinstance(action, Stay) else action


def fallbacks(action: Action, rules: Rules, cause: Cause) -> list[Action]:
    """The action, and what to try in its place when it cannot be done. After the last one the contact is closed."""
    told = rules[cause] if isinstance(rules[cause], Message) else Message()
    match action:
        case Callback():
            return [action, Voicemail(), told]
        case Message():
            return [action]
        case _:
            return [action, told]
