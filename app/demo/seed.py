"""Fills an empty database with the demo centre, in one transaction: all of it or nothing, and only once."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.agents.accounts import hash_password
from app.core.clock import utc_now
from app.core.db import Database, Reader, Transaction
from app.core.errors import Conflict
from app.core.settings import Settings
from app.demo import centre, rules
from app.demo.goods import order_rows
from app.demo.month import DAYS, DemoArticle, stories
from app.demo.people import AGENTS, CUSTOMERS
from app.demo.rows import Rows, rows_of
from app.demo.shop import write_widget_key
from app.demo.summary import MAIN_NUMBER, PASSWORD, DemoSummary, summary
from app.faq.demo_articles import load_demo_articles

RANDOM_SEED: Final = 20260401
_LOCK_KEY: Final = 0x5357_4444  # two processes that start at once seed once
_PATIENCE: Final = "2min"

_COLUMNS: Final = {
    "orders": "id customer_id number placed_at status total_minor currency items",
    "contacts": (
        "id channel state outcome customer_id identification from_address to_address language topic summary "
        "queue_id priority required_skills routing_round agent_id opened_at queued_at accepted_at ended_at "
        "wrap_up_until closed_at version"
    ),
    "offers": (
        "id contact_id agent_id state round reason made_at expires_at seen_at accepted_at ended_at epoch"
    ),
    "touchpoints": "id at kind contact_id customer_id channel actor_kind actor_id data dedup_key",
    "contact_notes": "id contact_id agent_id body created_at",
    "contact_dispositions": "contact_id code",
}


async def seed(database: Database, settings: Settings, *, now: datetime | None = None) -> DemoSummary:
    """Write the demo centre unless it is there, and say what is in it.

    Everything but the dates, which end yesterday evening, is the same every time. Raises Conflict when the
    database holds a centre that is not the demo's: real data and invented data are never mixed.
    """
    at = now or utc_now()
    password_hash = await asyncio.to_thread(hash_password, PASSWORD)
    async with database.transaction() as tx:
        # another start may be writing: that takes longer than anything on the live path may
        await tx.execute(f"set local lock_timeout = '{_PATIENCE}'")
        await tx.execute(f"set local statement_timeout = '{_PATIENCE}'")
        await tx.execute("select pg_advisory_xact_lock($1)", _LOCK_KEY)
        is_new = not await _is_seeded(tx)
        if is_new:
            await _write(tx, settings, password_hash, at)
        await write_widget_key(tx, settings)
    return summary(settings, is_new=is_new)


async def _is_seeded(reader: Reader) -> bool:
    """The accounts tell, since they come and go with everything else."""
    ids = {row["id"] for row in await reader.fetch("select id from agents")}
    if not ids:
        return False
    if AGENTS[0].id in ids:
        return True
    raise Conflict("This database holds another contact centre; seed the demo into an empty one.")


async def _write(tx: Transaction, settings: Settings, password_hash: str, now: datetime) -> None:
    rng = Random(RANDOM_SEED)
    since = now - timedelta(days=DAYS + 60)
    await rules.write_calendars(tx)
    await centre.write_queues(tx)
    await rules.write_queue_rules(tx, centre.queue_ids())
    await centre.write_agents(tx, password_hash=password_hash, since=since)
    await centre.write_flows(tx, since=since)
    await rules.write_hours_of_numbers(tx, centre.queue_ids())
    await centre.write_customers(tx, rng, now=now)
    await _copy(tx, "orders", order_rows(rng, CUSTOMERS, now))
    await load_demo_articles(tx, now)
    told = stories(rng, CUSTOMERS, await _articles(tx), now, ZoneInfo(settings.time_zone))
    await _write_history(tx, rows_of(rng, told, centre.queue_ids(), MAIN_NUMBER))


async def _articles(reader: Reader) -> list[DemoArticle]:
    rows = await reader.fetch(
        """select a.id, a.topic, c.question from articles a
           join article_contents c on c.article_id = a.id and c.language = 'zh-Hant'
           where a.status = 'published' and a.auto_answer and a.audience <> 'agents' order by c.question"""
    )
    return [DemoArticle(row["id"], row["topic"], row["question"]) for row in rows]


async def _write_history(tx: Transaction, rows: Rows) -> None:
    await _copy(tx, "contacts", rows.contacts)
    await _copy(tx, "offers", rows.offers)
    await _copy(tx, "touchpoints", rows.touchpoints)
    await _copy(tx, "contact_notes", rows.notes)
    await _copy(tx, "contact_dispositions", rows.dispositions)


async def _copy(tx: Transaction, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """COPY writes ten thousand rows in the time INSERT needs for two thousand."""
    await tx.connection.copy_records_to_table(table, records=rows, columns=_COLUMNS[table].split())
