"""Agents as their supervisors see them, and what supervisors may change: presence, sessions, skills, queues."""

from typing import Any
from uuid import UUID

from app.agents import sessions, states
from app.agents.presence import Facts, Presence, activity
from app.core.db import Reader, Record, Transaction
from app.core.errors import FieldError, InvalidInput, NotFound
from app.routing import unservable
from app.routing.supervising import NotPossibleNow

_AGENTS = """
select a.id as agent_id, a.number, a.login, a.display_name, a.role, a.team_id, a.is_enabled,
       s.is_connected, s.presence, s.presence_reason, s.presence_since, s.activity_since, s.not_responding_since,
       s.used_units, s.units, s.wrap_up_until,
       coalesce((select jsonb_agg(jsonb_build_object('skill', skill, 'level', level) order by skill)
                 from agent_skills k where k.agent_id = a.id), '[]') as skills,
       coalesce((select jsonb_agg(jsonb_build_object('queue_id', queue_id, 'rank', rank,
                                                     'delay_seconds', delay_seconds) order by rank, queue_id)
                 from agent_queues q where q.agent_id = a.id), '[]') as queues,
       coalesce((select jsonb_agg(jsonb_build_object('contact_id', o.contact_id, 'state', o.state) order by o.made_at)
                 from offers o where o.agent_id = a.id and o.state in ('pending', 'accepting', 'accepted')), '[]')
         as offers
from agents a join agent_states s on s.agent_id = a.id"""


def _view(row: Record) -> dict[str, Any]:
    values = dict(row.items())
    offers = values.pop("offers")
    facts = Facts(
        is_not_responding=values.pop("not_responding_since") is not None,
        has_accepted_offer=any(offer["state"] == "accepted" for offer in offers),
        has_pending_offer=any(offer["state"] != "accepted" for offer in offers),
        wrap_up_until=values["wrap_up_until"],
    )
    return {**values, "activity": activity(facts), "contacts": [offer["contact_id"] for offer in offers]}


async def listed(
    reader: Reader,
    *,
    queue_id: UUID | None,
    presence: Presence | None,
    after: int,
    limit: int,
) -> list[dict[str, Any]]:
    """Agents in order of their number, after number `after`: those of a queue, and those of a presence."""
    rows = await reader.fetch(
        f"""{_AGENTS}
            where a.number > $1 and ($2::text is null or s.presence = $2)
              and ($3::uuid is null or exists (
                select from agent_queues q where q.agent_id = a.id and q.queue_id = $3))
            order by a.number limit $4""",
        after,
        presence.value if presence else None,
        queue_id,
        limit,
    )
    return [_view(row) for row in rows]


async def get(reader: Reader, agent_id: UUID) -> dict[str, Any]:
    """One agent. Raises NotFound."""
    row = await reader.fetchrow(f"{_AGENTS} where a.id = $1", agent_id)
    if row is None:
        raise NotFound("there is no such agent; GET /agents lists them")
    return _view(row)


async def set_presence(tx: Transaction, agent_id: UUID, presence: Presence, reason: str | None) -> None:
    """Like the agent's own choice. Raises NotPossibleNow for making somebody available who cannot hear a ring."""
    agent = await get(tx, agent_id)
    if presence == Presence.AVAILABLE and not agent["is_connected"]:
        raise NotPossibleNow(f"{agent['display_name']} has no open console; they must sign in first")
    await states.set_presence(tx, agent_id, presence, reason)


async def log_out(tx: Transaction, agent_id: UUID) -> int:
    """Offline, every session revoked; the sockets close within seconds. Returns how many sessions."""
    await get(tx, agent_id)
    await states.set_presence(tx, agent_id, Presence.OFFLINE, None)
    return await sessions.revoke_all(tx, agent_id)


async def set_skills(tx: Transaction, agent_id: UUID, skills: dict[str, int]) -> None:
    """Make these the agent's skills. Raises InvalidInput naming a skill nobody knows."""
    rows = await tx.fetch("select key from skills where key = any($1)", list(skills))
    unknown = set(skills) - {row["key"] for row in rows}
    if unknown:
        errors = [
            FieldError(f"skills.{n}.skill", f"there is no skill {key!r}; PUT /skills/{key} makes it")
            for n, key in enumerate(skills)
            if key in unknown
        ]
        raise InvalidInput(f"skills: unknown: {', '.join(sorted(unknown))}", errors=errors)
    await tx.execute(
        "delete from agent_skills where agent_id = $1 and not (skill = any($2))", agent_id, list(skills)
    )
    await tx.execute(
        """insert into agent_skills (agent_id, skill, level)
           select $1, skill, level from unnest($2::text[], $3::smallint[]) as wanted(skill, level)
           on conflict (agent_id, skill) do update set level = excluded.level
             where agent_skills.level <> excluded.level""",
        agent_id,
        list(skills),
        list(skills.values()),
    )
    tx.hint(states.ROUTER_TOPIC)
    await unservable.check(tx)


async def set_queues(tx: Transaction, agent_id: UUID, queues: dict[UUID, tuple[int, int]]) -> None:
    """Make these the queues the agent serves: id → (rank, delay in seconds). Raises InvalidInput naming a queue
    that does not exist."""
    rows = await tx.fetch("select id from queues where id = any($1)", list(queues))
    unknown = set(queues) - {row["id"] for row in rows}
    if unknown:
        errors = [
            FieldError(f"queues.{n}.queue_id", "there is no such queue; GET /queues lists them")
            for n, queue_id in enumerate(queues)
            if queue_id in unknown
        ]
        raise InvalidInput(f"queues: unknown: {', '.join(sorted(map(str, unknown)))}", errors=errors)
    await tx.execute(
        "delete from agent_queues where agent_id = $1 and not (queue_id = any($2))", agent_id, list(queues)
    )
    await tx.execute(
        """insert into agent_queues (agent_id, queue_id, rank, delay_seconds)
           select $1, queue_id, rank, delay from unnest($2::uuid[], $3::smallint[], $4::integer[])
             as wanted(queue_id, rank, delay)
           on conflict (agent_id, queue_id) do update set rank = excluded.rank, delay_seconds = excluded.delay_seconds
             where (agent_queues.rank, agent_queues.delay_seconds) <> (excluded.rank, excluded.delay_seconds)""",
        agent_id,
        list(queues),
        [rank for rank, _ in queues.values()],
        [delay for _, delay in queues.values()],
    )
    tx.hint(states.ROUTER_TOPIC)
    await unservable.check(tx)
