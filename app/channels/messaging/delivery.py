"""The carrier's words for how far a message got and why it did not arrive, in ours. Pure.

Statuses: https://www.twilio.com/docs/messaging/api/message-resource#message-status-values; codes:
https://www.twilio.com/docs/api/errors. A status or code that is new to us must not break anything.
"""

from enum import StrEnum
from typing import Final

from app.contacts.messages import MessageStatus


class Why(StrEnum):
    """Why a message did not arrive; the console has a sentence for each."""

    UNREACHABLE = "unreachable"  # switched off, out of coverage
    UNKNOWN_NUMBER = "unknown_number"
    LANDLINE = "landline"
    FILTERED = "filtered"  # taken for spam by the customer's network
    OPTED_OUT = "opted_out"
    WINDOW_CLOSED = "window_closed"  # WhatsApp: free text only within 24 h of the customer's last message
    TOO_LONG = "too_long"
    NOT_PERMITTED = "not_permitted"  # the account may not send there
    NO_ANSWER = "no_answer"  # the carrier could not be asked, or never said what became of it
    OTHER = "other"


_STATUSES: Final = {
    "accepted": MessageStatus.QUEUED,
    "scheduled": MessageStatus.QUEUED,
    "queued": MessageStatus.QUEUED,
    "sending": MessageStatus.QUEUED,
    "sent": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "partially_delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.READ,
    "undelivered": MessageStatus.UNDELIVERED,
    "failed": MessageStatus.FAILED,
    "canceled": MessageStatus.FAILED,
}
_REASONS: Final = {
    21211: Why.UNKNOWN_NUMBER, 21614: Why.LANDLINE, 21612: Why.NOT_PERMITTED, 21408: Why.NOT_PERMITTED,
    21606: Why.NOT_PERMITTED, 21610: Why.OPTED_OUT, 21617: Why.TOO_LONG, 30003: Why.UNREACHABLE,
    30004: Why.FILTERED, 30005: Why.UNKNOWN_NUMBER, 30006: Why.LANDLINE, 30007: Why.FILTERED,
    63003: Why.UNKNOWN_NUMBER, 63016: Why.WINDOW_CLOSED, 63024: Why.UNKNOWN_NUMBER,
}  # fmt: skip


def status_of(word: str) -> MessageStatus | None:
    """Our status; None for a word we do not know."""
    return _STATUSES.get(word)


def why(code: int | None) -> Why:
    """The reason behind an error code."""
    return _REASONS.get(code or 0, Why.OTHER)


def code_of(text: str | None) -> int | None:
    """The field ErrorCode."""
    return int(text[:9]) if text and text.isascii() and text.isdigit() else None
