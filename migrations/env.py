"""Alembic's entry: runs the migrations over asyncpg, on the connection `app.core.migrate` hands in or on its own."""

import asyncio

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool


def run(connection: Connection) -> None:
    """Run the wanted revisions in one transaction, so that a failed upgrade leaves the old schema."""
    context.configure(connection=connection, transaction_per_migration=False)
    with context.begin_transaction():
        connection.exec_driver_sql("set local lock_timeout = '5s'")
        context.run_migrations()


async def run_online() -> None:
    """Connect by the URL in the configuration and run."""
    url = context.config.get_main_option("sqlalchemy.url")
    if not url:
        raise SystemExit("no database: run `switchboard migrate`, which knows where the database is")
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


asyncio.run(run_online())
