"""What editing can meet: somebody else was faster."""

from typing import Any

from app.core.errors import Conflict


class ArticleChanged(Conflict):
    """Somebody saved a newer version since the one this change was made from.

    The problem document carries `current_version`, `current` (its entry) and `changes`: what the others changed since
    the base, field by field, so that a page can merge.
    """

    code = "article_changed"
    title = "The article was changed"

    def __init__(self, detail: str, *, version: int, entry: dict[str, Any], changes: list[dict[str, Any]]):
        super().__init__(detail)
        self.version = version
        self.entry = entry
        self.changes = changes

    def problem(self) -> dict[str, Any]:
        """The RFC 9457 body with the newer version beside it."""
        return super().problem() | {
            "current_version": self.version,
            "current": self.entry,
            "changes": self.changes,
        }
