"""The port to a virus scanner. None by default: a site that has one gives its own `Scanner` to the composition root."""

from typing import Protocol


class Scanner(Protocol):
    """Looks at a file before anybody can load it."""

    async def finding(self, data: bytes, content_type: str) -> str | None:
        """The name of what was found; None for a clean file. Must bring its own time-out. Raises OSError or
        TimeoutError when the scanner cannot be asked: the file is refused for now then, never let through."""


class NoScanner:
    """Finds nothing, since it does not look."""

    async def finding(self, data: bytes, content_type: str) -> str | None:
        """None."""
        return None
