"""Versions whose instant has come are published. The instants are in the table, by the database's clock: a crash delays
them and loses none; any number of nodes may look."""

from uuid import UUID

import asyncpg
import structlog

from app.core.db import Database, Transaction
from app.core.errors import InvalidInput
from app.faq.article_audit import SYSTEM, note_article
from app.faq.index import lock_index
from app.faq.service import lock_article, publish, unschedule

log = structlog.get_logger()

BATCH = 20


class ArticleTimers:
    """Runs in the worker."""

    def __init__(self, database: Database):
        self._database = database

    async def run_due(self) -> int:
        """Publish every version that is due; returns how many. One that fails does not stop the others."""
        async with self._database.read() as reader:
            due = await reader.fetch(
                "select id from articles where publish_at <= switchboard_now() order by publish_at limit $1",
                BATCH,
            )
        published = 0
        for row in due:
            try:
                async with self._database.transaction() as tx:
                    published += await self._publish(tx, row["id"])
            except asyncpg.LockNotAvailableError:
                continue  # a large import holds the index: the next round looks again
            except Exception:
                log.exception("a version that is due could not be published", article=str(row["id"]))
        return published

    async def _publish(self, tx: Transaction, article_id: UUID) -> bool:
        await lock_index(tx)
        before = await lock_article(tx, article_id)
        due = await tx.fetchrow(
            "select publish_by, switchboard_now() as now from articles "
            "where id = $1 and publish_at <= switchboard_now()",
            article_id,
        )
        if due is None:  # another node was faster, or somebody chose another instant
            return False
        try:
            async with tx.savepoint():
                after = await publish(
                    tx,
                    article_id=article_id,
                    now=due["now"],
                    version=before.publish_version,
                    by=due["publish_by"],
                )
        except InvalidInput:  # it was complete when it was scheduled; rules may have become stricter since
            log.warning("a version that is due is not complete", article=str(article_id))
            after = await unschedule(tx, article_id)
        await note_article(tx, SYSTEM, "article.published_on_schedule", article_id, before, after)
        return after.published_version == before.publish_version
