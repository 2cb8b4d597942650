"""Foundation: accounts, customers, contacts, touchpoints, routing, self-service, voice."""

from migrations.sql_file import run_sql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create everything, and the job library's own tables (pgqueuer 1.6)."""
    run_sql("0001_foundation.sql")
    run_sql("0001_routing.sql")
    run_sql("0001_voice.sql")
    run_sql("0001_announcements.sql")
    run_sql("0001_messages.sql")
    run_sql("0001_chat.sql")
    run_sql("0001_faq.sql")
    run_sql("0001_selfservice.sql")
    run_sql("0001_jobs.sql")


def downgrade() -> None:
    """Drop everything; only ever wanted on an empty system."""
    run_sql("0001_foundation_down.sql")
