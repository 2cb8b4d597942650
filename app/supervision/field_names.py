"""Names of fields as every problem document writes them: parts joined by dots."""

import re

_PLACE = re.compile(r"\[(\d+)\]")


def dotted(field: str) -> str:
    """`weekly.mon[0][1]` as `weekly.mon.0.1`."""
    return _PLACE.sub(r".\1", field)
