"""${message}"""

from migrations.sql_file import run_sql

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Apply."""
    run_sql("${up_revision}_….sql")


def downgrade() -> None:
    """Take back."""
