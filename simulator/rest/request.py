"""What a REST operation gets and gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.rest.validation import Values


@dataclass(frozen=True, slots=True)
class RestRequest:
    """A validated request."""

    path: Mapping[str, str]
    query: Values
    form: Values


@dataclass(frozen=True, slots=True)
class RestAnswer:
    """Status and body. `created_sid` is the call it made or concerns, for fault rules and the journal."""

    status: int
    body: dict[str, Any] | None
    created_sid: str | None = None
