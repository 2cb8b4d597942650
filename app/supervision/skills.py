"""Skills: what contacts ask for and agents have."""

import re
from typing import Any

from app.core.db import Reader, Transaction
from app.core.errors import Conflict, InvalidInput, NotFound

KEY = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,59}")

_SKILLS = """
select k.key as skill, k.labels,
       (select count(*) from agent_skills a where a.skill = k.key) as agents,
       coalesce((select jsonb_object_agg(level, n) from (
          select level, count(*) as n from agent_skills a where a.skill = k.key group by level) by_level), '{}')
         as agents_by_level,
       (select count(*) from contacts c where c.state in ('queued', 'offered') and c.required_skills ? k.key)
         as waiting
from skills k"""


class SkillInUse(Conflict):
    """Somebody has the skill, or a waiting contact asks for it."""

    code = "skill_in_use"
    title = "The skill is in use"


async def listed(reader: Reader) -> list[dict[str, Any]]:
    """Every skill with its use, by key."""
    return [dict(row.items()) for row in await reader.fetch(f"{_SKILLS} order by k.key")]


async def find(reader: Reader, key: str) -> dict[str, Any] | None:
    """One skill, or None."""
    row = await reader.fetchrow(f"{_SKILLS} where k.key = $1", key)
    return dict(row.items()) if row else None


async def get(reader: Reader, key: str) -> dict[str, Any]:
    """One skill. Raises NotFound."""
    found = await find(reader, key)
    if found is None:
        raise NotFound("there is no such skill; GET /skills lists them")
    return found


def check_key(key: str) -> None:
    """Raises InvalidInput for a key that would not be one word."""
    if not KEY.fullmatch(key):
        raise InvalidInput.of("key", "use small letters, digits and _ . : - (such as lang:en), 60 at most")


async def put(tx: Transaction, key: str, labels: dict[str, str]) -> None:
    """Make a skill or rename it."""
    await tx.execute(
        "insert into skills (key, labels) values ($1, $2) on conflict (key) do update set labels = excluded.labels",
        key,
        labels,
    )


async def remove(tx: Transaction, key: str) -> None:
    """Forget a skill nobody has and no waiting contact asks for. Raises NotFound or SkillInUse."""
    skill = await get(tx, key)
    if skill["agents"] or skill["waiting"]:
        raise SkillInUse(
            f"{skill['agents']} agents have it and {skill['waiting']} waiting contacts ask for it; change them first"
        )
    await tx.execute("delete from skills where key = $1", key)
