"""Brings the sound of a recording into our own storage, then deletes it at the carrier. Jobs; both may run twice.

The sound is fetched by the recording's sid from the configured carrier and from nowhere else: an address in a callback
is never followed. It may answer 404 for a while after the recording is completed
(https://www.twilio.com/docs/voice/api/recording#fetch-a-recording-media-file).
"""

from datetime import timedelta
from tempfile import TemporaryFile
from typing import BinaryIO, Final
from uuid import UUID

import structlog

from app.channels.twilio.client import ProviderError, TwilioClient
from app.channels.voice.recording import rows
from app.channels.voice.recording.life import DISCARD_JOB
from app.channels.voice.recording.rows import Recording
from app.channels.voice.recording.rules import RecordingStatus
from app.contacts import repository as contact_rows
from app.core import alerts, jobs, objects
from app.core.db import Database
from app.core.jobs import Payload, RetryLater
from app.core.objects import ObjectStore, StoredObject
from app.core.settings import Settings
from app.routing.alert_kinds import RECORDING_LOST

log = structlog.get_logger()

FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=5)
MAX_TRIES = 20  # more than an hour; then a person is told, and the sweep still tries once a day
WAV_BYTES_PER_SECOND: Final = 16_000  # of one channel: 8000 samples of two bytes
_TYPES: Final = {"wav": {"audio/x-wav", "audio/wav", "audio/wave"}, "mp3": {"audio/mpeg", "audio/mp3"}}
_STORED_AS: Final = {"wav": "audio/wav", "mp3": "audio/mpeg"}


class RecordingFetcher:
    """The handlers of `recording.fetch` and `recording.discard`."""

    def __init__(self, database: Database, client: TwilioClient, files: ObjectStore, settings: Settings):
        self._database = database
        self._client = client
        self._files = files
        self._max_bytes = settings.recording_max_mb * 1024 * 1024
        self._keep = timedelta(days=settings.recording_keep_days)
        self._keeps_at_carrier = settings.recording_keep_at_carrier

    async def fetch(self, payload: Payload) -> None:
        """Fetch one recording's sound. Raises RetryLater while the carrier has none yet or does not answer."""
        recording_id = UUID(payload["recording_id"])
        async with self._database.transaction() as tx:
            found = await rows.get(tx, recording_id)
            if found is None or not _is_wanted(found):
                return
            await contact_rows.get_for_update(tx, found.contact_id)
            found = await rows.change(tx, recording_id, fetch_tries=found.fetch_tries + 1)
        with TemporaryFile() as sound:
            try:
                kind = await self._sound(found, sound)
            except ProviderError as error:
                await self._failed(found, error)
                return
            stored = await objects.write(
                self._database,
                self._files,
                purpose="recordings",
                content_type=_STORED_AS[kind],
                source=sound,
            )
        await self._keep_sound(recording_id, stored)

    async def _sound(self, found: Recording, sound: BinaryIO) -> str:
        assert found.recording_sid is not None  # noqa: S101 -- a completed recording has one
        # a long one as WAV would be too large: MP3 is an eighth of it
        expected = (found.seconds or 0) * WAV_BYTES_PER_SECOND * found.channels
        kind = "wav" if expected < self._max_bytes else "mp3"
        content_type, size = await self._client.download_recording(
            found.recording_sid, kind, channels=found.channels, max_bytes=self._max_bytes, into=sound
        )
        if content_type not in _TYPES[kind] or size == 0:
            raise _refused(f"it is {content_type or 'of no type'}, {size} bytes")
        return kind

    async def _failed(self, found: Recording, error: ProviderError) -> None:
        log.warning("a recording's sound could not be fetched", status=error.status, recording=str(found.id))
        may_come = error.status in (404, 429) or error.is_retryable or error.is_outcome_unknown
        if may_come and found.fetch_tries < MAX_TRIES:
            raise RetryLater(
                "the sound is not there yet",
                min(FIRST_PAUSE * 2 ** min(found.fetch_tries, 10), LONGEST_PAUSE),
            ) from error
        async with self._database.transaction() as tx:
            about = {"contact_id": str(found.contact_id), "error": str(error)[:200]}
            await alerts.raise_alert(tx, RECORDING_LOST, str(found.id), about)

    async def _keep_sound(self, recording_id: UUID, stored: StoredObject) -> None:
        async with self._database.transaction() as tx:
            found = await rows.get(tx, recording_id)
            if found is None:
                return
            await contact_rows.get_for_update(tx, found.contact_id)
            found = await rows.get(tx, recording_id) or found
            if not _is_wanted(found):
                return  # another run of this job was first; what this one wrote is tidied away
            object_id = await objects.keep(tx, stored)
            delete_after = (found.ended_at or found.started_at) + self._keep
            await rows.change(tx, recording_id, object_id=object_id, delete_after=delete_after)
            await alerts.clear_alert(tx, RECORDING_LOST, str(recording_id))
            if not self._keeps_at_carrier:
                await jobs.enqueue(
                    tx,
                    DISCARD_JOB,
                    {"sid": found.recording_sid},
                    dedupe_key=f"{DISCARD_JOB}:{found.recording_sid}",
                )

    async def discard(self, payload: Payload) -> None:
        """Delete a recording at the carrier; one that is gone already is what was wanted. Raises RetryLater."""
        sid = str(payload["sid"])
        try:
            await self._client.delete_recording(sid)
        except ProviderError as error:
            if not error.is_gone:
                raise RetryLater(str(error), LONGEST_PAUSE) from error
        async with self._database.transaction() as tx:
            await tx.execute(
                "update recordings set is_deleted_at_carrier = true where recording_sid = $1", sid
            )


def _is_wanted(found: Recording) -> bool:
    is_there = found.status == RecordingStatus.COMPLETED and found.recording_sid is not None
    return is_there and found.object_id is None and found.deleted_at is None


def _refused(why: str) -> ProviderError:
    return ProviderError(why, status=None, code=None, is_retryable=False, is_outcome_unknown=False)
