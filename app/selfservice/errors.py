"""What writing a flow can meet: somebody else was faster, or the flow is not fit to be published."""

from collections.abc import Sequence
from typing import Any

from app.core.errors import Conflict, FieldError, InvalidInput
from app.selfservice.validation import Finding


class FlowChanged(Conflict):
    """Somebody saved the draft since the revision this change was made from.

    The problem document carries `current_revision`, `current` (the draft's document) and `changes`: what differs
    between it and the document that was to be saved, so that a page can merge.
    """

    code = "flow_changed"
    title = "The flow was changed"

    def __init__(self, detail: str, *, revision: int, current: dict[str, Any], changes: list[dict[str, Any]]):
        super().__init__(detail)
        self.revision = revision
        self.current = current
        self.changes = changes

    def problem(self) -> dict[str, Any]:
        """The RFC 9457 body with the newer draft beside it."""
        return super().problem() | {
            "current_revision": self.revision,
            "current": self.current,
            "changes": self.changes,
        }


class FlowHasProblems(InvalidInput):
    """A flow with errors cannot be published; each error names its node, its field and the way out."""

    code = "flow_has_problems"
    title = "The flow has problems"

    def __init__(self, found: Sequence[Finding]):
        errors = [
            FieldError(".".join(filter(None, (one.node, one.field))), f"{one.message}; {one.way_out}")
            for one in found
        ]
        super().__init__(f"please correct {len(errors)} problems before it is published", errors=errors)
