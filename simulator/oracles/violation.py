"""What an oracle found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must not be. `oracle` is O1 … O13; `t` is virtual seconds."""

    oracle: str
    message: str
    call_sid: str | None
    t: float
