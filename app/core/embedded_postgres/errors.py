"""What goes wrong with a private PostgreSQL. Every message says what happened and how to mend it."""


class EmbeddedPostgresError(Exception):
    """The private PostgreSQL cannot be used; the message is meant for the person at the terminal."""


class ClusterUnusableError(EmbeddedPostgresError):
    """The data directory itself cannot be started (other version, failed recovery).

    Kept apart because a test server, whose data is worth nothing, is then built afresh.
    """
