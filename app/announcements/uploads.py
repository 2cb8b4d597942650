"""Uploads: the request stores the file, a job transcodes it in a process of its own, a page follows the progress.

The job may run twice; an upload that is finished is left alone. What is played changes only when the new sound is
ready.
"""

import asyncio
import os
import sys
from pathlib import Path
from secrets import token_urlsafe
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID

import orjson
import structlog

from app.announcements.library import file_of
from app.announcements.models import AnnouncementFile
from app.core import jobs, objects
from app.core.db import Database, Reader, Transaction
from app.core.errors import InvalidInput, NotFound
from app.core.jobs import Payload
from app.core.objects import ObjectStore, StoredObject
from app.selfservice.locales import Locale

log = structlog.get_logger()

JOB = "announcements.transcode"  # payload: file_id
MAX_SECONDS: Final = 600  # of one announcement
TRANSCODING_SECONDS: Final = 120.0  # until the process is ended
PROGRAM: Final = "app.announcements.transcoding"
KEPT_DAYS: Final = 30  # what was replaced, for who was told its address before
ROOT: Final = Path(__file__).resolve().parents[2]


async def request(
    tx: Transaction,
    *,
    file_id: UUID,
    announcement_id: UUID,
    locale: Locale | None,
    source: StoredObject,
    by: UUID,
) -> bool:
    """Take an upload in and enqueue the job; False when this id was uploaded before. Raises InvalidInput naming
    `announcement_id` or `file_id`."""
    if not await tx.fetchval("select true from announcements where id = $1 for update", announcement_id):
        raise InvalidInput.of(
            "announcement_id", "there is no such announcement; GET /announcements lists them"
        )
    there = await tx.fetchval("select announcement_id from announcement_files where id = $1", file_id)
    if there is not None:
        if there != announcement_id:
            raise InvalidInput.of("file_id", "is of another upload; make a new one")
        return False
    await tx.execute(
        """insert into announcement_files (id, announcement_id, locale, version, token, source_id, uploaded_by)
           select $1, $2, $3, coalesce(max(version), 0) + 1, $4, $5, $6 from announcement_files
           where announcement_id = $2 and locale is not distinct from $3""",
        file_id,
        announcement_id,
        locale.value if locale is not None else None,
        token_urlsafe(24),
        await objects.keep(tx, source),
        by,
    )
    await jobs.enqueue(tx, JOB, {"file_id": str(file_id)}, dedupe_key=f"{JOB}:{file_id}")
    return True


async def find(reader: Reader, file_id: UUID) -> AnnouncementFile:
    """Raises NotFound."""
    row = await reader.fetchrow("select * from announcement_files where id = $1", file_id)
    if row is None:
        raise NotFound("there is no such upload")
    return file_of(row)


class Transcoder:
    """Runs in the worker."""

    def __init__(self, database: Database, files: ObjectStore):
        self._database = database
        self._files = files

    async def run(self, payload: Payload) -> None:
        """The job. Raises ObjectsUnavailable, so that it runs again."""
        file_id = UUID(payload["file_id"])
        async with self._database.transaction() as tx:
            source_id = await tx.fetchval(
                """update announcement_files set state = 'running', progress = 0
                   where id = $1 and state in ('waiting', 'running') returning source_id""",
                file_id,
            )
            if source_id is None:
                return
            source = await objects.find(tx, source_id)
        with TemporaryDirectory(prefix="switchboard-") as folder:
            given, made = Path(folder, "given"), Path(folder, "made.wav")
            with await asyncio.to_thread(given.open, "wb") as copy:
                async for piece in objects.pieces(self._files, source, 0, source.size - 1):
                    await asyncio.to_thread(copy.write, piece)
            told = await self._transcode(file_id, given, made)
            if "reason" in told:
                log.info("an announcement's file cannot be played", reason=told["reason"], file=str(file_id))
                await self._failed(file_id, str(told["reason"]))
                return
            with await asyncio.to_thread(made.open, "rb") as sound:
                stored = await objects.write(
                    self._database,
                    self._files,
                    purpose="announcements",
                    content_type="audio/wav",
                    source=sound,
                )
        await self._ready(file_id, stored, float(told["seconds"]))

    async def _transcode(self, file_id: UUID, given: Path, made: Path) -> dict[str, Any]:
        """Run the program and follow it; what it says at last, or a reason of ours when it breaks."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", PROGRAM, str(given), str(made), str(MAX_SECONDS),
            cwd=ROOT, env=_environment(), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        assert process.stdout is not None  # noqa: S101 -- it is a pipe
        told: dict[str, Any] = {}
        shown = 0
        try:
            async with asyncio.timeout(TRANSCODING_SECONDS):
                async for line in process.stdout:
                    said = orjson.loads(line)
                    if isinstance(said, dict):
                        told = said
                    elif said >= shown + 10:
                        shown = said
                        await self._progress(file_id, shown)
                code = await process.wait()
        except TimeoutError:
            return {"reason": "takes_too_long"}
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return told if code == 0 and told else {"reason": "broken"}

    async def _progress(self, file_id: UUID, percent: int) -> None:
        async with self._database.transaction() as tx:
            await tx.execute(
                "update announcement_files set progress = $2 where id = $1 and state = 'running'",
                file_id,
                percent,
            )

    async def _failed(self, file_id: UUID, reason: str) -> None:
        async with self._database.transaction() as tx:
            source_id = await tx.fetchval(
                """update announcement_files set state = 'failed', reason = $2, finished_at = switchboard_now()
                   where id = $1 and state = 'running' returning source_id""",
                file_id,
                reason,
            )
            await _forget_source(tx, file_id, source_id)

    async def _ready(self, file_id: UUID, stored: StoredObject, seconds: float) -> None:
        """The new sound is heard from now on. An upload that came after it and is ready already stays."""
        async with self._database.transaction() as tx:
            row = await tx.fetchrow(
                "select announcement_id, locale, version from announcement_files where id = $1", file_id
            )
            if row is None:
                return  # deleted meanwhile; what was written is tidied away
            await tx.execute("select from announcements where id = $1 for update", row["announcement_id"])
            source_id = await tx.fetchval(
                "select source_id from announcement_files where id = $1 and state = 'running'", file_id
            )
            if source_id is None:
                return  # another run was faster
            where = (row["announcement_id"], row["locale"], row["version"])
            is_newest = await tx.fetchval(
                """select not exists (select from announcement_files where announcement_id = $1
                     and locale is not distinct from $2 and version > $3 and is_current)""",
                *where,
            )
            if is_newest:
                await tx.execute(
                    """update announcement_files set is_current = false, replaced_at = switchboard_now()
                       where announcement_id = $1 and locale is not distinct from $2 and is_current""",
                    *where[:2],
                )
            await tx.execute(
                """update announcement_files set state = 'ready', progress = 100, object_id = $2, seconds = $3,
                     is_current = $4, finished_at = switchboard_now(),
                     replaced_at = case when $4 then null else switchboard_now() end where id = $1""",
                file_id,
                await objects.keep(tx, stored),
                seconds,
                is_newest,
            )
            await _forget_source(tx, file_id, source_id)

    async def tidy(self) -> int:
        """Delete the sounds that were replaced long ago; returns how many. Their lines stay."""
        async with self._database.transaction() as tx:
            rows = await tx.fetch(
                """update announcement_files f set object_id = null
                   from (select id, object_id from announcement_files where object_id is not null and not is_current
                           and replaced_at < switchboard_now() - make_interval(days => $1) limit 100 for update) old
                   where f.id = old.id returning old.object_id""",
                KEPT_DAYS,
            )
            for row in rows:
                await objects.forget(tx, row["object_id"])
        return len(rows)


async def _forget_source(tx: Transaction, file_id: UUID, source_id: UUID | None) -> None:
    if source_id is not None:
        await tx.execute("update announcement_files set source_id = null where id = $1", file_id)
        await objects.forget(tx, source_id)


def _environment() -> dict[str, str]:
    """What the program needs to start and nothing else: no setting, no password."""
    kept = {"PATH", "TMPDIR", "LANG", "LD_LIBRARY_PATH", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"}
    return {**{name: value for name, value in os.environ.items() if name in kept}, "PYTHONPATH": str(ROOT)}
