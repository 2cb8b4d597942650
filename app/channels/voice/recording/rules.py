"""What a report of a recording means, and how long a recording is kept. Pure.

Source of the statuses: https://www.twilio.com/docs/voice/api/recording#recordingstatuscallback (in-progress, completed,
absent, failed; no order is guaranteed) and …/voice/api/recording#recording-status-values.
"""

from enum import StrEnum


class RecordingStatus(StrEnum):
    """How a recording stands."""

    NEW = "new"  # ordered; nothing has been heard of it
    IN_PROGRESS = "in_progress"
    PAUSED = "paused"
    PROCESSING = "processing"
    COMPLETED = "completed"
    ABSENT = "absent"  # there was nothing to record
    FAILED = "failed"


LIVE = frozenset({RecordingStatus.NEW, RecordingStatus.IN_PROGRESS, RecordingStatus.PAUSED})
FINAL = frozenset({RecordingStatus.COMPLETED, RecordingStatus.ABSENT, RecordingStatus.FAILED})
_RANKS = {
    RecordingStatus.NEW: 0,
    RecordingStatus.IN_PROGRESS: 1,
    RecordingStatus.PAUSED: 1,
    RecordingStatus.PROCESSING: 2,
} | dict.fromkeys(FINAL, 3)
_OF_CARRIER = {
    "in-progress": RecordingStatus.IN_PROGRESS,
    "paused": RecordingStatus.PAUSED,
    "stopped": RecordingStatus.PROCESSING,
    "processing": RecordingStatus.PROCESSING,
    "completed": RecordingStatus.COMPLETED,
    "absent": RecordingStatus.ABSENT,
    "failed": RecordingStatus.FAILED,
}


def status_of(carrier: str) -> RecordingStatus | None:
    """The carrier's word as ours; None for one we do not know."""
    return _OF_CARRIER.get(carrier)


def is_news(before: RecordingStatus, after: RecordingStatus) -> bool:
    """Whether a report moves a recording on. Ends absorb; pauses are only believed from the answer to our order."""
    return _RANKS[after] > _RANKS[before]
