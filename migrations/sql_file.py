"""Runs a file of SQL statements inside the migration's transaction."""

from pathlib import Path

from alembic import op

FOLDER = Path(__file__).parent / "sql"


def run_sql(name: str) -> None:
    """Execute every statement of `migrations/sql/<name>`."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    bind = op.get_bind()
    bind.exec_driver_sql("select 1")  # makes the driver open its transaction before we go below it
    # the simple query protocol takes several statements at once; prepared statements do not
    bind.connection.run_async(lambda connection: connection.execute(text))  # type: ignore[attr-defined]
