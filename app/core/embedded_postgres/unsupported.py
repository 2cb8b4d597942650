"""The same names where no private PostgreSQL can run: Windows has no file locks and no unix accounts."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

from app.core.embedded_postgres.errors import EmbeddedPostgresError

MESSAGE = (
    "a private PostgreSQL cannot be started on Windows. Run Switchboard under WSL, or install PostgreSQL "
    "and set SWITCHBOARD_DATABASE_URL=postgresql://user:password@127.0.0.1:5432/switchboard"
)


class RunningPostgres:
    """Never made on this platform."""

    dsn: str

    def close(self) -> None:
        """Do nothing."""


class EmbeddedPostgres:
    """Accepts what the launcher accepts and refuses to start."""

    def __init__(
        self,
        home: Path,
        *,
        database: str = "switchboard",
        settings: Mapping[str, str] | None = None,
        for_tests: bool = False,
        grace_s: float = 3.0,
    ) -> None:
        self.home = home

    def start(self, progress: Callable[[str], None] | None = None) -> NoReturn:
        """Raise EmbeddedPostgresError with the way out."""
        raise EmbeddedPostgresError(MESSAGE)

    def __enter__(self) -> NoReturn:
        self.start()

    def __exit__(self, *_: object) -> None:
        """Do nothing: there is nothing to release."""
