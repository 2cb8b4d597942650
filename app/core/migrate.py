"""Brings a database to the newest schema. Safe when several processes start at once."""

import asyncio
import hashlib
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config

ROOT = Path(__file__).resolve().parents[2]
MIGRATIONS = ROOT / "migrations"
_LOCK_KEY = 0x5357_4249  # one migrating process at a time, whichever node it runs on


def sqlalchemy_url(dsn: str) -> str:
    """`postgresql://…` as SQLAlchemy's asyncpg driver wants it."""
    return "postgresql+asyncpg://" + dsn.split("://", 1)[1]


def _upgrade(dsn: str) -> None:
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", sqlalchemy_url(dsn).replace("%", "%%"))
    command.upgrade(config, "head")


async def upgrade(dsn: str) -> None:
    """Upgrade to the newest revision. The advisory lock lives as long as its connection, so a killed
    migration releases it."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("select pg_advisory_lock($1)", _LOCK_KEY)
        await asyncio.to_thread(_upgrade, dsn)
    finally:
        await connection.close()


def fingerprint() -> str:
    """Changes whenever any migration changes; names the test template and answers readiness checks."""
    digest = hashlib.sha256()
    for path in sorted([*MIGRATIONS.rglob("*.py"), *MIGRATIONS.rglob("*.sql")]):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def newest_revision() -> str:
    """The revision this code needs."""
    names = [p.name.split("_", 1)[0] for p in (MIGRATIONS / "versions").glob("[0-9]*.py")]
    return max(names)
