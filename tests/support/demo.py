"""The demo centre as a database to clone."""

import asyncio
from pathlib import Path

from app.core import migrate
from app.core.db import Database
from app.core.settings import Settings
from app.demo.seed import seed
from tests.support.postgres import TestServer, fingerprint

ROOT = Path(__file__).resolve().parents[2]
PARTS = [ROOT / "migrations", ROOT / "app" / "demo", ROOT / "app" / "faq", ROOT / "app" / "selfservice"]


def demo_template(server: TestServer) -> str:
    """The name of a database that holds the demo centre, made once for this state of the code."""
    return server.template_database(_migrate_and_seed, fingerprint(*PARTS))


def _migrate_and_seed(dsn: str) -> None:
    async def fill() -> None:
        await migrate.upgrade(dsn)
        database = Database(dsn, pool_size=2)
        await database.open()
        await seed(database, Settings())
        await database.close()

    asyncio.run(fill())
