"""The script of docs/operations.md makes an empty database a working centre."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

from app.agents import accounts
from app.core.db import Database
from app.selfservice import validation
from app.selfservice.definition import FlowDefinition

ROOT = Path(__file__).resolve().parents[2]


async def test_script_of_the_first_set_up_makes_a_working_centre(dsn: str, database: Database) -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert found
    environment = {**os.environ, "SWITCHBOARD_DATABASE_URL": dsn, "FIRST_PASSWORD": "a long enough one"}
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", found[1]],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    async with database.read() as reader:
        account = await accounts.find_by_login(reader, "admin")
        served = await reader.fetchval("select count(*) from agent_queues")
        definition = await reader.fetchval(
            """select v.definition from phone_numbers n join flows f on f.id = n.flow_id
               join flow_versions v on v.flow_id = f.id and v.version = f.published_version"""
        )
        queues = [row["key"] for row in await reader.fetch("select key from queues")]
    assert account is not None
    assert accounts.verify_password(account.password_hash, "a long enough one")
    assert served == 1
    flow = FlowDefinition.model_validate(definition)
    wrong = [f for f in validation.validate(flow, queues=queues) if f.severity is validation.Severity.ERROR]
    assert wrong == []


async def test_statements_for_the_night_run_on_the_schema(database: Database) -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    found = re.search(r"```sql\n(.*?)```", page, re.DOTALL)
    assert found
    statements = [part.strip() for part in found[1].split(";") if part.strip()]
    assert statements
    async with database.transaction() as tx:
        for statement in statements:
            assert (await tx.execute(statement)).split()[0] in ("SELECT", "INSERT")
