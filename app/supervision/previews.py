"""Builds the routing preview from the tables, by the same reads and the same engine as the router."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from app.core.db import Reader
from app.core.errors import InvalidInput
from app.core.settings import Settings
from app.routing import tables
from app.routing.preview import Preview, Reason, Why, preview
from app.routing.relaxing import demand_steps, parse_relax_steps
from app.routing.supervising import NotPossibleNow
from app.routing.tables import ContactFacts, Loaded


@dataclass(frozen=True, slots=True)
class Asked:
    """A preview with what it was asked about."""

    at: datetime
    queue_id: UUID
    queue_name: str
    rings_at: UUID | None
    found: Preview


async def _now(reader: Reader) -> datetime:
    now: datetime = await reader.fetchval("select switchboard_now()")
    return now


async def of_contact(reader: Reader, contact_id: UUID, settings: Settings) -> Asked:
    """The preview of a waiting contact; one that rings is asked about as if it did not. `reader` sees one instant.
    Raises NotPossibleNow or NotFound."""
    now = await _now(reader)
    row = await reader.fetchrow(
        """select c.state, q.id, q.name from contacts c left join queues q on q.id = c.queue_id where c.id = $1""",
        contact_id,
    )
    if row is None or row["state"] not in ("queued", "offered"):
        state = row["state"].replace("_", " ") if row else "unknown"
        raise NotPossibleNow(f"the contact does not wait: it is {state}")
    (facts,) = await tables.contacts(reader, [contact_id], now)
    loaded = await tables.load(reader, now)
    skips = loaded.skips.get(facts.id, [])
    arrival = {**facts.arrival(), "skips": skips}
    found = preview(_floor(loaded, facts, settings), now.timestamp(), arrival, is_new=False)
    rings_at = UUID(facts.offers[0].agent) if facts.offers else None
    return Asked(now, row["id"], row["name"], rings_at, found)


async def of_hypothesis(
    reader: Reader,
    settings: Settings,
    *,
    queue_id: UUID,
    channel: str,
    required_skills: dict[str, int],
    priority: int,
    waited_seconds: int,
) -> Asked:
    """The preview of a contact that might come. `reader` sees one instant. Raises InvalidInput."""
    now = await _now(reader)
    queue = await reader.fetchrow("select name, relax_steps from queues where id = $1", queue_id)
    if queue is None:
        raise InvalidInput.of("queue_id", "there is no such queue; GET /queues lists them")
    for skill, level in required_skills.items():
        if not 1 <= level <= 5:
            raise InvalidInput.of(f"required_skills.{skill}", "must be a level from 1 to 5")
    try:
        relax = parse_relax_steps(queue["relax_steps"])
    except InvalidInput:
        relax = ()
    arrival = {
        "contact": str(uuid4()),
        "channel": channel,
        "queue": str(queue_id),
        "priority": priority,
        "steps": demand_steps(required_skills, relax),
        "enqueued_at": now.timestamp() - waited_seconds,
    }
    loaded = await tables.load(reader, now)
    found = preview(_floor(loaded, None, settings), now.timestamp(), arrival, is_new=True)
    return Asked(now, queue_id, queue["name"], None, found)


def _floor(loaded: Loaded, without: ContactFacts | None, settings: Settings) -> dict[str, Any]:
    """The engine's config of everything else, several agents being asked one after the other."""
    others = [one for one in loaded.contacts if without is None or one.id != without.id]
    agents = loaded.agents
    queues = {
        queue: {**rules, "ring": 1} if "ring" in rules else rules for queue, rules in loaded.queues.items()
    }
    return tables.engine_config(
        replace(loaded, contacts=others, agents=agents, queues=queues),
        grace_seconds=settings.agent_grace_seconds,
        connect_timeout_seconds=settings.accepting_timeout_seconds,
    )


async def candidates(reader: Reader, asked: Asked, *, limit: int) -> tuple[list[dict[str, Any]], int]:
    """Agents as the preview shows them, and how many were left out: who could take it first, then who lacks least,
    those who do not serve the queue last."""
    found = asked.found
    rest = sorted(found.against, key=lambda agent: (_distance(found.against[agent]), agent))
    listed = [*found.order, *rest]
    rows = await reader.fetch(
        """select a.id, a.display_name, a.is_enabled, s.presence, s.is_connected, s.not_responding_since
           from agents a join agent_states s on s.agent_id = a.id where a.id = any($1)""",
        [UUID(agent) for agent in listed[:limit]],
    )
    known = {str(row["id"]): row for row in rows}
    shown = []
    for agent in listed[:limit]:
        if agent not in known:
            continue
        place = found.order.index(agent) + 1 if agent in found.order else None
        against = (
            [] if place else [_obstacle(one, dict(known[agent].items())) for one in found.against[agent]]
        )
        shown.append(
            {
                "agent_id": agent,
                "display_name": known[agent]["display_name"],
                "place": place,
                "obstacles": against,
            }
        )
    return shown, max(len(listed) - limit, 0)


def _distance(reasons: Any) -> tuple[bool, int]:
    return any(one.why == Why.NOT_IN_QUEUE for one in reasons), len(reasons)


def _obstacle(reason: Reason, agent: dict[str, Any]) -> dict[str, Any]:
    state = reason.state
    if reason.why == Why.STATE and state != "wrap_up":
        state = _in_words(agent)
    return {
        "code": reason.why,
        "state": state,
        "until": datetime.fromtimestamp(reason.until, UTC) if reason.until is not None else None,
        "skill": reason.skill,
        "needs": reason.needs,
        "has": reason.has,
    }


def _in_words(agent: dict[str, Any]) -> str:
    """The engine knows one word for everybody who is not at work; a supervisor wants to know which."""
    if not agent["is_enabled"]:
        return "disabled"
    if agent["presence"] != "available":
        return str(agent["presence"])
    if agent["not_responding_since"] is not None:
        return "not_responding"
    return "not_connected" if not agent["is_connected"] else "available"
