"""What one check found, in words, and what mends it."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"  # works, but not as well as it could
    FAILED = "failed"
    SKIPPED = "skipped"  # could not be looked at


SIGNS = {State.OK: "✓", State.WARNING: "!", State.FAILED: "✗", State.SKIPPED: "–"}


@dataclass(frozen=True, slots=True)
class Finding:
    """`check` is a stable name for programs; `mend` says what to click or which command mends it."""

    check: str
    state: State
    says: str
    mend: str = ""

    def as_json(self) -> dict[str, str]:
        """As `--json` prints it."""
        return {"check": self.check, "state": self.state.value, "says": self.says, "mend": self.mend}


def ok(check: str, says: str) -> Finding:
    """All is well."""
    return Finding(check, State.OK, says)


def failed(check: str, says: str, mend: str) -> Finding:
    """This keeps something from working."""
    return Finding(check, State.FAILED, says, mend)


def warning(check: str, says: str, mend: str) -> Finding:
    """This works, but better look at it."""
    return Finding(check, State.WARNING, says, mend)


def skipped(check: str, says: str, mend: str = "") -> Finding:
    """Nobody could look."""
    return Finding(check, State.SKIPPED, says, mend)
