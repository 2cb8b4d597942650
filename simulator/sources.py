"""Where the next instructions of a call come from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.rooms import JoinOptions

Extra = Callable[[], Mapping[str, str]]


def no_extra() -> Mapping[str, str]:
    """No fields besides the call's own."""
    return {}


@dataclass(frozen=True, slots=True)
class Fetch:
    """A document to fetch. `kind` names the webhook; `extra` gives its fields at the moment of sending."""

    url: str
    kind: str
    method: str = "POST"
    extra: Extra = no_extra


@dataclass(frozen=True, slots=True)
class Inline:
    """A document given by the REST parameter Twiml; it has no URL, so all its URLs must be absolute."""

    xml: str


@dataclass(frozen=True, slots=True)
class Seat:
    """Not a document: a leg created by Participants.create sits in its conference."""

    conference_sid: str
    options: "JoinOptions"


Source = Fetch | Inline | Seat
