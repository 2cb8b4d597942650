"""Errors with a stable code, rendered once for HTTP (RFC 9457 problem details) and once for sockets.

AppError
├── InvalidInput          422  a field is wrong; `errors` names it and the way out
├── NotSignedIn           401
├── PermissionDenied      403
├── NotFound              404
├── Conflict              409  base of all "the world moved on" errors
├── TooManyAttempts       429
└── Unavailable           503  try again after `retry_after_seconds`
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: its name as the caller wrote it, and what would be right."""

    field: str
    message: str


class AppError(Exception):
    """Base of every error the product raises on purpose."""

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"

    def __init__(
        self, detail: str, *, errors: Sequence[FieldError] = (), retry_after_seconds: int | None = None
    ):
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.retry_after_seconds = retry_after_seconds

    def problem(self) -> dict[str, Any]:
        """The RFC 9457 body; `code` is our stable extension member, `errors` lists wrong fields."""
        body: dict[str, Any] = {
            "type": f"https://switchboard.invalid/problems/{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = [{"field": e.field, "message": e.message} for e in self.errors]
        return body


class InvalidInput(AppError):
    """A value cannot be used."""

    code = "invalid_input"
    status = 422
    title = "Invalid input"

    @classmethod
    def of(cls, field: str, message: str) -> "InvalidInput":
        """The usual case: one wrong field."""
        return cls(f"{field}: {message}", errors=(FieldError(field, message),))


class BodyTooLarge(AppError):
    """The request body is larger than this address accepts."""

    code = "body_too_large"
    status = 413
    title = "Body too large"


class NotSignedIn(AppError):
    """There is no valid session."""

    code = "not_signed_in"
    status = 401
    title = "Not signed in"


class PermissionDenied(AppError):
    """The session's role may not do this."""

    code = "permission_denied"
    status = 403
    title = "Permission denied"


class NotFound(AppError):
    """No such object, or none this session may see."""

    code = "not_found"
    status = 404
    title = "Not found"


class Conflict(AppError):
    """The state no longer allows it."""

    code = "conflict"
    status = 409
    title = "Conflict"


class TooManyAttempts(AppError):
    """Slow down."""

    code = "too_many_attempts"
    status = 429
    title = "Too many attempts"


class Unavailable(AppError):
    """A dependency is not answering; nothing was changed."""

    code = "unavailable"
    status = 503
    title = "Temporarily unavailable"
