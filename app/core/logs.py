"""Structured logs: a static message and fields. Personal data goes under keys that start with `pii_` only."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO, cast

import structlog

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def _drop_personal_data(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in [k for k in event if k.startswith("pii_")]:
        del event[key]
    return event


class _StandardError:
    """Standard error as it is when a line is written: a program that embeds us may have replaced it since."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def configure(*, level: str, output: str, keep_personal_data: bool = False) -> None:
    """Set up structlog and route the standard library's loggers to standard error as well."""
    number = _LEVELS[level]
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if output == "json"
        # the usual formatter prints the local variables of every frame, personal data among them
        else structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    )
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if not keep_personal_data:
        processors.append(_drop_personal_data)
    if output == "json":
        processors.append(structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*processors, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _StandardError())),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        level=max(number, logging.WARNING), stream=sys.stderr, format="%(levelname)s %(name)s %(message)s"
    )
