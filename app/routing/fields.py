"""Typed reading of the engine's config and events; every fault names the field and what it must be."""

import math
from collections.abc import Callable, Mapping, Sequence
from enum import Enum, StrEnum
from typing import Any, Final, TypeVar

from app.routing.eligibility import Id
from app.routing.model import Preference, Rise, Service, Step

T = TypeVar("T")
D = TypeVar("D")
W = TypeVar("W", bound=StrEnum)


class InputError(ValueError):
    """The input does not have the shape of the contract; the text names the field."""


class Keep(Enum):
    """Stands for a field an update does not name: keep what is there."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


def mapping(raw: object, where: str) -> Mapping[Any, Any]:
    """An object (a JSON map)."""
    if not isinstance(raw, Mapping):
        raise InputError(f"{where} must be an object")
    return raw


def sequence(raw: object, where: str) -> Sequence[Any]:
    """A list."""
    if not isinstance(raw, Sequence) or isinstance(raw, str | bytes):
        raise InputError(f"{where} must be a list")
    return raw


def ident(raw: object, where: str) -> Id:
    """An id: any string or integer."""
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        raise InputError(f"{where} must be a string or an integer")
    return raw


def text(raw: object, where: str) -> str:
    """A string that is not empty."""
    if not isinstance(raw, str) or not raw:
        raise InputError(f"{where} must be a string that is not empty")
    return raw


def flag(raw: object, where: str) -> bool:
    """True or false."""
    if not isinstance(raw, bool):
        raise InputError(f"{where} must be true or false")
    return raw


def number(raw: object, where: str) -> float:
    """A finite number."""
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not is_finite(raw):
        raise InputError(f"{where} must be a finite number")
    return raw


def is_finite(raw: float) -> bool:
    """Whether arithmetic with it is safe: a whole number may be larger than any float."""
    try:
        return math.isfinite(raw)
    except OverflowError:
        return False


def not_negative(raw: object, where: str) -> float:
    """A finite number, zero or more."""
    value = number(raw, where)
    if value < 0:
        raise InputError(f"{where} must not be negative")
    return value


def positive(raw: object, where: str) -> float:
    """A finite number above zero."""
    value = number(raw, where)
    if value <= 0:
        raise InputError(f"{where} must be above zero")
    return value


def integer(raw: object, where: str) -> int:
    """A whole number."""
    if isinstance(raw, bool) or not isinstance(raw, int) or not is_finite(raw):
        raise InputError(f"{where} must be a whole number")
    return raw


def count(raw: object, where: str) -> int:
    """A whole number, zero or more."""
    value = integer(raw, where)
    if value < 0:
        raise InputError(f"{where} must not be negative")
    return value


def one_of(*allowed: W) -> Callable[[object, str], W]:
    """A reader of one of these words."""

    def read(raw: object, where: str) -> W:
        for one in allowed:
            if text(raw, where) == one:
                return one
        raise InputError(f"{where} must be one of {', '.join(allowed)}")

    return read


def optional(read: Callable[[object, str], T]) -> Callable[[object, str], T | None]:
    """The same reader, with null allowed."""
    return lambda raw, where: None if raw is None else read(raw, where)


def by_id(read: Callable[[object, str], T]) -> Callable[[object, str], dict[Id, T]]:
    """An object from ids to values."""
    return lambda raw, where: {
        ident(key, f"{where} key"): read(value, f"{where}.{key}")
        for key, value in mapping(raw, where).items()
    }


def ids(raw: object, where: str) -> tuple[Id, ...]:
    """A list of ids in its order, each once."""
    return tuple(dict.fromkeys(ident(item, f"{where}[{i}]") for i, item in enumerate(sequence(raw, where))))


def services(raw: object, where: str) -> tuple[Service, ...]:
    """An agent's queues, {queue: rank} or {queue: {rank, delay}}, best rank first."""
    found = []
    for queue, value in mapping(raw, where).items():
        ident(queue, f"{where} key")
        here = f"{where}.{queue}"
        if isinstance(value, Mapping):
            rank = count(value.get("rank"), f"{here}.rank")
            found.append(Service(queue, rank, not_negative(value.get("delay", 0), f"{here}.delay")))
        else:
            found.append(Service(queue, count(value, here), 0))
    return tuple(sorted(found, key=lambda service: service.rank))


def preference(raw: object, where: str) -> Preference:
    """The preferred agent, [agent, seconds]."""
    items = sequence(raw, where)
    if len(items) != 2:
        raise InputError(f"{where} must be [agent, seconds]")
    return Preference(ident(items[0], f"{where}[0]"), not_negative(items[1], f"{where}[1]"))


def rises(raw: object, where: str) -> tuple[Rise, ...]:
    """Rising priorities, [[after seconds, priority], ...], by time."""
    found = []
    for i, item in enumerate(sequence(raw, where)):
        pair = sequence(item, f"{where}[{i}]")
        if len(pair) != 2:
            raise InputError(f"{where}[{i}] must be [seconds, priority]")
        found.append(Rise(not_negative(pair[0], f"{where}[{i}][0]"), integer(pair[1], f"{where}[{i}][1]")))
    return tuple(sorted(found))


def demand_steps(raw: object, where: str) -> tuple[Step, ...]:
    """A contact's steps, [{skills, agents, for}]; null for none."""
    items = () if raw is None else sequence(raw, where)
    return tuple(_step(item, f"{where}[{i}]") for i, item in enumerate(items))


def _step(raw: object, where: str) -> Step:
    step = mapping(raw, where)
    skills = by_id(number)(_or_empty(step.get("skills")), f"{where}.skills")
    names = optional(ids)(step.get("agents"), f"{where}.agents")
    seconds = optional(not_negative)(step.get("for"), f"{where}.for")
    return Step(tuple(skills.items()), names, seconds)


def _or_empty(raw: object) -> object:
    return {} if raw is None else raw


class Fields:
    """One object of input: reads its fields, and says in every fault where it stands."""

    def __init__(self, raw: object, where: str) -> None:
        self._raw = mapping(raw, where)
        self._where = where

    def need(self, key: str, read: Callable[[object, str], T]) -> T:
        """A field that must be there."""
        if key not in self._raw:
            raise InputError(f"{self._where}.{key} is missing")
        return read(self._raw[key], f"{self._where}.{key}")

    def get(self, key: str, read: Callable[[object, str], T], default: D) -> T | D:
        """A field that may be missing."""
        return read(self._raw[key], f"{self._where}.{key}") if key in self._raw else default

    def has(self, key: str) -> bool:
        """Whether the field is named, be it with null."""
        return key in self._raw

    def change(self, key: str, read: Callable[[object, str], T]) -> T | Keep:
        """A field of an update: KEEP when it is missing."""
        return read(self._raw[key], f"{self._where}.{key}") if key in self._raw else KEEP
