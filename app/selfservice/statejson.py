"""Self-service state to JSON and back. A stored state of another shape is refused by name of the field."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

import orjson

from app.selfservice.locales import Locale
from app.selfservice.state import (
    STATE_SCHEMA,
    Facts,
    FoundArticle,
    OrderFact,
    Outcome,
    PathEntry,
    PathKind,
    State,
    Status,
    TopicSource,
    UnsolvedReason,
)

_TYPE_NAMES = {
    str: "a string",
    int: "a whole number",
    bool: "true or false",
    dict: "an object",
    list: "a list",
}
Scalar = TypeVar("Scalar", str, int, bool)
Choice = TypeVar("Choice", bound=StrEnum)


class InvalidStateError(ValueError):
    """A stored state cannot be read; the message names the field and what to do."""

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(f"self-service state: '{field}' must be {expected}; start the flow again")
        self.field = field


def to_json(state: State) -> dict[str, object]:
    """The state as plain JSON values: dataclasses as objects, enums as their values, times in RFC 3339."""
    plain: dict[str, object] = orjson.loads(orjson.dumps(state))
    return {"schema": STATE_SCHEMA, **plain}


def from_json(data: Mapping[str, object]) -> State:
    """The state that `to_json` wrote. Raises `InvalidStateError` naming the first field that does not fit."""
    whole = _Fields(data, "")
    if whole.scalar("schema", int) != STATE_SCHEMA:
        raise InvalidStateError("schema", str(STATE_SCHEMA))
    return State(
        flow_key=whole.scalar("flow_key", str),
        flow_version=whole.scalar("flow_version", int),
        facts=_facts(whole.object("facts")),
        locale=whole.choice("locale", Locale),
        node=whole.scalar("node", str),
        status=whole.choice("status", Status),
        steps=whole.scalar("steps", int),
        attempts=whole.counts("attempts"),
        topic=whole.maybe("topic", str),
        topic_source=whole.maybe_choice("topic_source", TopicSource),
        topic_confidence=whole.maybe_share("topic_confidence"),
        queue=whole.maybe("queue", str),
        priority=whole.maybe("priority", int),
        skills=whole.texts("skills"),
        values=whole.strings("values"),
        is_slow=whole.flag("is_slow"),
        question=whole.maybe("question", str),
        candidates=tuple(_article(item) for item in whole.objects("candidates")),
        chosen=whole.maybe("chosen", int),
        reason=whole.maybe_choice("reason", UnsolvedReason),
        outcome=whole.maybe_choice("outcome", Outcome),
        path=tuple(_entry(item) for item in whole.objects("path")),
    )


def _facts(data: "_Fields") -> Facts:
    return Facts(
        locale=data.choice("locale", Locale),
        local_now=data.time("local_now"),
        is_open=data.scalar("is_open", bool),
        opens_at=data.maybe_time("opens_at"),
        known=data.scalar("known", bool),
        withheld=data.scalar("withheld", bool),
        name=data.maybe("name", str),
        tier=data.scalar("tier", str),
        can_call_back=data.flag("can_call_back"),
        can_leave_message=data.flag("can_leave_message"),
        can_text=data.flag("can_text"),
        is_written=data.flag("is_written"),
        orders=tuple(_order(item) for item in data.objects("orders")) if data.has("orders") else (),
        recent_topic=data.maybe("recent_topic", str),
    )


def _order(data: "_Fields") -> OrderFact:
    return OrderFact(data.scalar("number", str), data.scalar("status", str), data.time("placed_on").date())


def _article(data: "_Fields") -> FoundArticle:
    return FoundArticle(
        article_id=data.scalar("article_id", str),
        title=data.scalar("title", str),
        steps=data.texts("steps"),
        topic=data.maybe("topic", str),
        locale=data.maybe_choice("locale", Locale),
    )


def _entry(data: "_Fields") -> PathEntry:
    return PathEntry(
        at=data.time("at"),
        kind=data.choice("kind", PathKind),
        text=data.scalar("text", str),
        detail=data.maybe("detail", str),
        node=data.maybe("node", str),
        choice=data.maybe("choice", str),
        article_id=data.maybe("article_id", str),
    )


class _Fields:
    """Typed reading of one JSON object; `where` is its path for error messages."""

    def __init__(self, data: Mapping[str, object], where: str) -> None:
        self._data = data
        self._where = where

    def _name(self, field: str) -> str:
        return f"{self._where}{field}"

    def scalar(self, field: str, kind: type[Scalar]) -> Scalar:
        value = self._data.get(field)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise InvalidStateError(self._name(field), _TYPE_NAMES[kind])
        return value

    def has(self, field: str) -> bool:
        """Whether the state is of a version that has the field."""
        return field in self._data

    def flag(self, field: str) -> bool:
        """True or false; a state of before the field was is false."""
        return self.scalar(field, bool) if self.has(field) else False

    def maybe_share(self, field: str) -> float | None:
        value = self._data.get(field)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise InvalidStateError(self._name(field), "a number from 0 to 1")
        return float(value)

    def strings(self, field: str) -> dict[str, str]:
        if not self.has(field):
            return {}
        values = self.object(field)
        return {key: values.scalar(key, str) for key in values._data}

    def maybe(self, field: str, kind: type[Scalar]) -> Scalar | None:
        return None if self._data.get(field) is None else self.scalar(field, kind)

    def choice(self, field: str, kind: type[Choice]) -> Choice:
        try:
            return kind(self.scalar(field, str))
        except ValueError as error:
            raise InvalidStateError(self._name(field), " or ".join(kind)) from error

    def maybe_choice(self, field: str, kind: type[Choice]) -> Choice | None:
        return None if self._data.get(field) is None else self.choice(field, kind)

    def time(self, field: str) -> datetime:
        try:
            return datetime.fromisoformat(self.scalar(field, str))
        except ValueError as error:
            raise InvalidStateError(self._name(field), "an ISO 8601 time") from error

    def maybe_time(self, field: str) -> datetime | None:
        return None if self._data.get(field) is None else self.time(field)

    def _list(self, field: str) -> list[object]:
        value = self._data.get(field)
        if not isinstance(value, list):
            raise InvalidStateError(self._name(field), _TYPE_NAMES[list])
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        items = self._list(field)
        if not all(isinstance(item, str) for item in items):
            raise InvalidStateError(self._name(field), "a list of strings")
        return tuple(str(item) for item in items)

    def object(self, field: str) -> "_Fields":
        value = self._data.get(field)
        if not isinstance(value, dict):
            raise InvalidStateError(self._name(field), _TYPE_NAMES[dict])
        return _Fields(value, f"{self._name(field)}.")

    def objects(self, field: str) -> list["_Fields"]:
        items = self._list(field)
        if not all(isinstance(item, dict) for item in items):
            raise InvalidStateError(self._name(field), "a list of objects")
        return [
            _Fields(item, f"{self._name(field)}[{i}].")
            for i, item in enumerate(items)
            if isinstance(item, dict)
        ]

    def counts(self, field: str) -> dict[str, int]:
        value = self.object(field)
        return {key: value.scalar(key, int) for key in value._data}
