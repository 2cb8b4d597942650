"""What commands of the service need before they start: valid settings, logging, a database."""

import argparse
import functools
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from pydantic import ValidationError

from app.core import logs
from app.core.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from app.core.errors import InvalidInput
from app.core.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def with_settings(
    run: Callable[[Settings, argparse.Namespace], int],
) -> Callable[[argparse.Namespace], int]:
    """A command that reads the settings and sets logging up first.

    Exit status 2 when a setting is wrong (each is named on standard error), 1 when the private PostgreSQL fails
    or what the command was given cannot be used.
    """

    @functools.wraps(run)
    def command(arguments: argparse.Namespace) -> int:
        try:
            settings = Settings()
        except ValidationError as error:
            for problem in error.errors():
                name = "SWITCHBOARD_" + "_".join(str(part) for part in problem["loc"]).upper()
                sys.stderr.write(f"switchboard: {name}: {problem['msg']}\n")
            return 2
        logs.configure(
            level=settings.log_level,
            output=settings.log_format,
            keep_personal_data=settings.log_personal_data,
        )
        try:
            return run(settings, arguments)
        except (EmbeddedPostgresError, InvalidInput) as error:
            sys.stderr.write(f"switchboard: {error}\n")
            return 1

    return command


def database_of(settings: Settings) -> AbstractContextManager[str]:
    """The DSN of the configured server, or of a private one that lives as long as the block."""
    if settings.database_url is not None:
        return nullcontext(settings.database_url)
    return _PrivateDatabase(settings)


class _PrivateDatabase(AbstractContextManager[str]):
    def __init__(self, settings: Settings):
        self._server = EmbeddedPostgres(ROOT / settings.home / "pg")

    def __enter__(self) -> str:
        sys.stderr.write("embedded PostgreSQL: not for production; back up with pg_dump\n")
        self._running = self._server.start()
        return self._running.dsn

    def __exit__(self, *_: object) -> None:
        self._running.close()
