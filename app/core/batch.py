"""Several writes as one statement: one round trip, all or nothing, for the few paths where that decides the speed.

PostgreSQL runs every data-modifying CTE of a statement against one snapshot and checks foreign keys at its end, so
rows of one batch may refer to each other; they must not read each other, except through a CTE's name.
"""

import re
from typing import Any

from app.core.hints import Hint

# A hint without a number: whoever follows the stream reads what is new from the table.
UNKNOWN_SEQ = 2**62

_PLACEHOLDER = re.compile(r"\$(\d+)")
_shifted: dict[tuple[str, int], str] = {}


def _shift(sql: str, by: int) -> str:
    """`$1` → `$4` for by = 3. The few texts there are repeat for ever, so each is done once."""
    found = _shifted.get((sql, by))
    if found is None:
        found = _shifted[sql, by] = _PLACEHOLDER.sub(lambda match: f"${int(match.group(1)) + by}", sql)
    return found


class Batch:
    """Collects statements; `Session.write` or `Transaction.write` runs them."""

    __slots__ = ("args", "hints", "parts")

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.args: list[Any] = []
        self.hints: list[Hint] = []

    def add(self, name: str, sql: str, *args: Any) -> None:
        """Add a statement with its own `$1`, `$2`, … as the CTE `name`, which must be new in this batch."""
        self.parts.append(f"{name} as ({_shift(sql, len(self.args))})")
        self.args += args

    @property
    def statement(self) -> str:
        """All of them as one."""
        return f"with {', '.join(self.parts)} select 1"
