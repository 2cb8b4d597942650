"""`faq import` and `faq export`."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from app.commands.environment import with_settings
from app.commands.faq import with_database
from app.core import audit
from app.core.db import Database
from app.core.errors import InvalidInput
from app.core.settings import Settings
from app.faq.exchange import Format
from app.faq.importing import Imported, check_rows, export, import_rows, read_file

SHOWN_FAULTS = 50


@with_settings
def take_in(settings: Settings, arguments: argparse.Namespace) -> int:
    """Take a file of articles in, all or nothing. Status 1 when anything in it is wrong; then nothing was changed."""
    file_format = _format_of(arguments.format, arguments.file)
    try:
        data = arguments.file.read_bytes()
    except OSError as error:
        raise InvalidInput.of("FILE", f"cannot be read: {error.strerror}") from None

    async def run(database: Database) -> Imported:
        async with database.read() as reader:
            rows, faults = await read_file(reader, data, file_format)
            found = await check_rows(reader, rows, faults)
        if found.faults or arguments.dry_run:
            return found
        async with database.transaction() as tx:
            now = await tx.fetchval("select switchboard_now()")
            why = f"import {arguments.file.name}"
            return await import_rows(tx, rows, now=now, actor=audit.Actor("system"), why=why, progress=_show)

    found = with_database(settings, run)
    if arguments.json:
        print(json.dumps(asdict(found), ensure_ascii=False))
    else:
        _tell(found, arguments.file, is_dry_run=arguments.dry_run)
    return 1 if found.faults else 0


@with_settings
def give_out(settings: Settings, arguments: argparse.Namespace) -> int:
    """Write every article to a file or to standard output."""
    file_format = _format_of(arguments.format, arguments.output)

    async def run(database: Database) -> bytes:
        async with database.read() as reader:
            return await export(reader, file_format)

    data = with_database(settings, run)
    if arguments.output is None:
        sys.stdout.buffer.write(data)
    else:
        arguments.output.write_bytes(data)
    return 0


def _format_of(named: str | None, path: Path | None) -> Format:
    text = named or (path.suffix.lstrip(".").lower() if path else "jsonl")
    try:
        return Format(text)
    except ValueError:
        raise InvalidInput.of("--format", "say csv or jsonl; the name of the file does not") from None


async def _show(done: int, of: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done} of {of}" + ("\n" if done == of else ""))


def _tell(found: Imported, path: Path, *, is_dry_run: bool) -> None:
    for fault in found.faults[:SHOWN_FAULTS]:
        print(f"{path}:{fault.line}: {fault.field + ': ' if fault.field else ''}{fault.message}")
    if len(found.faults) > SHOWN_FAULTS:
        print(f"and {len(found.faults) - SHOWN_FAULTS} more")
    if found.faults:
        print("nothing was changed")
    else:
        verb = "would be " if is_dry_run else ""
        print(f"{found.created} {verb}created, {found.changed} {verb}changed, {found.unchanged} unchanged")
