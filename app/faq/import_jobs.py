"""Imports as jobs: the request stores the file, the worker takes it in, a page follows the progress.

A job may run twice; an import that is finished is left alone, and one that was interrupted begins again from nothing.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core import audit, jobs
from app.core.db import Database, Reader, Record, Transaction
from app.core.errors import NotFound
from app.faq.exchange import Format
from app.faq.importing import Imported, check_rows, import_rows, read_file

JOB = "faq.import"
MAX_FAULTS = 1_000  # kept of an import


async def request_import(
    tx: Transaction,
    *,
    import_id: UUID,
    data: bytes,
    file_format: Format,
    is_dry_run: bool,
    by: UUID,
    now: datetime,
) -> None:
    """Store a file and enqueue the job. The same id again changes nothing."""
    made = await tx.fetchval(
        "insert into article_imports (id, format, is_dry_run, content, requested_at, requested_by) "
        "values ($1, $2, $3, $4, $5, $6) on conflict (id) do nothing returning id",
        import_id, file_format, is_dry_run, data, now, by,
    )  # fmt: skip
    if made is not None:
        await jobs.enqueue(tx, JOB, {"import_id": str(import_id)}, dedupe_key=f"{JOB}:{import_id}")


class ImportRunner:
    """Runs in the worker."""

    def __init__(self, database: Database):
        self._database = database

    async def run(self, payload: dict[str, Any]) -> None:
        """The job: check the file, and take it in unless it is a dry run or anything in it is wrong."""
        import_id = UUID(payload["import_id"])
        async with self._database.transaction() as tx:
            asked = await tx.fetchrow(
                "update article_imports set state = 'running', done = 0 "
                "where id = $1 and finished_at is null returning *",
                import_id,
            )
        if asked is None:
            return
        async with self._database.read() as reader:
            rows, faults = await read_file(reader, asked["content"], Format(asked["format"]))
            found = await check_rows(reader, rows, faults)
        await self._progress(import_id, 0, found.rows)

        async def progress(done: int, of: int) -> None:
            await self._progress(import_id, done, of)

        async with self._database.transaction() as tx:
            now = await tx.fetchval("select switchboard_now()")
            if not found.faults and not asked["is_dry_run"]:
                actor = audit.Actor("agent", asked["requested_by"])
                found = await import_rows(
                    tx, rows, now=now, actor=actor, why=f"import {import_id}", progress=progress
                )
            await _finish(tx, asked, found, now)

    async def _progress(self, import_id: UUID, done: int, of: int) -> None:
        """By a transaction of its own: the one of the import is seen only at its end."""
        async with self._database.transaction() as tx:
            await tx.execute(
                "update article_imports set done = $2, rows = $3 where id = $1 and finished_at is null",
                import_id,
                done,
                of,
            )


async def _finish(tx: Transaction, asked: Record, found: Imported, now: datetime) -> None:
    await tx.execute(
        "update article_imports set state = $2, rows = $3, done = $3, created = $4, changed = $5, unchanged = $6, "
        "wrong = $7, faults = $8, finished_at = $9, content = null where id = $1 and finished_at is null",
        asked["id"], "refused" if found.faults else "finished", found.rows, found.created, found.changed,
        found.unchanged, len(found.faults), [asdict(fault) for fault in found.faults[:MAX_FAULTS]], now,
    )  # fmt: skip


async def find_import(reader: Reader, import_id: UUID) -> dict[str, Any]:
    """Where an import stands. Raises NotFound."""
    row = await reader.fetchrow("select * from article_imports where id = $1", import_id)
    if row is None:
        raise NotFound("there is no such import")
    return dict(row)
