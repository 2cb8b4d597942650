"""Checks REST requests against the tables made from Twilio's OpenAPI document; nothing unknown passes."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

TABLE_FILE = Path(__file__).parents[1] / "tables" / "operations.json"
MORE_INFO = "https://www.twilio.com/docs/errors/"
# Values the document lists in prose only.
PROSE_ENUMS: dict[str, frozenset[str]] = {
    "StatusCallbackEvent": frozenset({"initiated", "ringing", "answered", "completed"}),
    "ConferenceStatusCallbackEvent": frozenset(
        {"start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"}
    ),
    "RecordingStatusCallbackEvent": frozenset({"in-progress", "completed", "absent"}),
    "Beep": frozenset({"true", "false", "onEnter", "onExit"}),
    "JitterBufferSize": frozenset({"off", "small", "medium", "large"}),
    "RecordingChannels": frozenset({"mono", "dual"}),
    "PauseBehavior": frozenset({"skip", "silence"}),
}
PROSE_LENGTHS = {"Label": 128, "Twiml": 4000, "FriendlyName": 64}
EMPTY_ALLOWED = frozenset({"WaitUrl"})


class RestError(Exception):
    """An answer in Twilio's error shape."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    def as_json(self) -> dict[str, Any]:
        """The body."""
        return {
            "code": self.code,
            "message": str(self),
            "more_info": f"{MORE_INFO}{self.code}",
            "status": self.status,
        }


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of the table."""

    id: str
    method: str
    pattern: re.Pattern[str]
    path_params: Mapping[str, Any]
    query: Mapping[str, Any]
    form: Mapping[str, Any]
    required: Sequence[str]


class Values:
    """Validated fields of a form or query."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        self._fields = fields

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def text(self, name: str) -> str | None:
        """The (last) value, None when absent."""
        values = self._fields.get(name)
        return values[-1] if values else None

    def all(self, name: str) -> list[str]:
        """All values of a repeated key."""
        return self._fields.get(name, [])

    def flag(self, name: str) -> bool | None:
        """True or False, None when absent."""
        value = self.text(name)
        return None if value is None else value == "true"

    def number(self, name: str, default: int) -> int:
        """An integer."""
        value = self.text(name)
        return default if value is None else int(value)

    def words(self, name: str, default: str) -> frozenset[str]:
        """A list given by repeated keys or separated by spaces."""
        values = self._fields.get(name) or [default]
        return frozenset(word for value in values for word in value.split())


@cache
def operations() -> tuple[Operation, ...]:
    """All operations served."""
    rows = json.loads(TABLE_FILE.read_text(encoding="utf-8"))
    return tuple(
        Operation(
            row["id"],
            row["method"],
            _pattern(row["path"]),
            row["path_params"],
            row["query"],
            row["form"],
            row["required"],
        )
        for row in rows
    )


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", path)
    return re.compile(
        "".join(re.escape(p) if i % 2 == 0 else f"(?P<{p}>[^/]+?)" for i, p in enumerate(parts)) + "$"
    )


def find_operation(method: str, path: str) -> tuple[Operation, dict[str, str]]:
    """The operation of a request and its path parameters; raises RestError 404 or 405."""
    known_path = False
    for operation in operations():
        match = operation.pattern.match(path)
        if match:
            known_path = True
            if operation.method == method:
                params = match.groupdict()
                for name, value in params.items():
                    _check(name, value, operation.path_params[name])
                return operation, params
    if known_path:
        raise RestError(405, 20004, f"Method {method} is not allowed here")
    raise RestError(404, 20404, f"The requested resource {path} was not found")


def check_fields(rules: Mapping[str, Any], required: Sequence[str], pairs: list[tuple[str, str]]) -> Values:
    """Unknown, missing or malformed fields raise RestError 400/20001 naming the field."""
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in rules:
            raise RestError(400, 20001, f"{name}: unknown parameter")
        fields.setdefault(name, []).append(value)
    for name in required:
        if not fields.get(name, [""])[-1]:
            raise RestError(400, 20001, f"{name}: a value is required")
    for name, values in fields.items():
        for value in values:
            _check(name, value, rules[name])
    return Values(fields)


def _check(name: str, value: str, rule: Mapping[str, Any]) -> None:
    problem = _problem(name, value, rule)
    if problem:
        raise RestError(400, 20001, f"{name}: {problem}")


def _problem(name: str, value: str, rule: Mapping[str, Any]) -> str | None:
    kind = rule.get("type")
    if kind == "array":
        found = (_problem(name, word, rule["items"]) for word in value.split())
        return next((problem for problem in found if problem), None)
    if kind == "boolean" and value not in ("true", "false"):
        return f"{value!r} is not true or false"
    if kind == "integer":
        return _integer_problem(value, rule)
    allowed = rule.get("enum") or PROSE_ENUMS.get(name)
    if allowed and value not in allowed:
        return f"{value!r} is not one of {', '.join(sorted(allowed))}"
    if "pattern" in rule and not re.search(rule["pattern"], value):
        return f"{value!r} does not match {rule['pattern']}"
    if len(value) > PROSE_LENGTHS.get(name, rule.get("maxLength", len(value))):
        return f"is longer than {PROSE_LENGTHS.get(name, rule.get('maxLength'))} characters"
    if rule.get("format") == "uri" and not (value == "" and name in EMPTY_ALLOWED):
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            return f"{value!r} is not an absolute http(s) URL"
    return None


def _integer_problem(value: str, rule: Mapping[str, Any]) -> str | None:
    if not value.removeprefix("-").isdecimal():
        return f"{value!r} is not an integer"
    if not rule.get("minimum", int(value)) <= int(value) <= rule.get("maximum", int(value)):
        return f"{value} is out of range"
    return None
