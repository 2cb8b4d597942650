"""The command: reads our numbers, has everything examined, prints what was found."""

import argparse
import asyncio
import json
import sys

import asyncpg

from app.commands.doctor.examine import Ours, examine
from app.commands.doctor.findings import SIGNS, Finding, State
from app.commands.environment import with_settings
from app.core.db import Database
from app.core.settings import Settings

DATABASE_SECONDS = 10.0


@with_settings
def run(settings: Settings, arguments: argparse.Namespace) -> int:
    """Examine the Twilio account and our public address, and say what to do about what is wrong.

    Exit status 0 when nothing failed (warnings do not count), 1 when something did, 2 when called without --twilio.
    """
    if not arguments.twilio:
        sys.stderr.write("switchboard doctor: say what to examine: --twilio\n")
        return 2
    findings = asyncio.run(_examine(settings))
    print(as_json(findings) if arguments.json else as_text(findings))
    return int(any(f.state is State.FAILED for f in findings))


async def _examine(settings: Settings) -> list[Finding]:
    return await examine(settings, await read_ours(settings))


async def read_ours(settings: Settings) -> Ours:
    """Our numbers and addresses for messages; none known when there is no database to ask."""
    if settings.database_url is None:
        return Ours(None, [])
    database = Database(settings.database_url, pool_size=1)
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            await database.open()
            async with database.read() as reader:
                numbers = await reader.fetch("select number from phone_numbers")
                addresses = await reader.fetch("select address from messaging_addresses")
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return Ours(None, [])
    finally:
        await database.close()
    return Ours([row["number"] for row in numbers], [row["address"] for row in addresses])


def as_json(findings: list[Finding]) -> str:
    """For programs."""
    return json.dumps([finding.as_json() for finding in findings], ensure_ascii=False, indent=2)


def as_text(findings: list[Finding]) -> str:
    """One line for each finding, and under it what mends it."""
    lines = []
    for finding in findings:
        lines.append(f"{SIGNS[finding.state]} {finding.says}")
        if finding.mend:
            lines.append(f"    → {finding.mend}")
    wrong = sum(f.state is State.FAILED for f in findings)
    lines.append("")
    lines.append("Nothing is wrong." if not wrong else f"{wrong} of {len(findings)} must be mended.")
    return "\n".join(lines)
