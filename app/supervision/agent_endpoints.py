"""Agents for those who lead them: who does what now, presence and log-out by hand, skills, queues."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from app.agents.presence import Presence
from app.core.auth import Permission, Principal
from app.core.db import Reader
from app.core.errors import FieldError, InvalidInput, NotFound
from app.core.http import Read, Requires, Tx, problem_responses
from app.routing.supervising import NotPossibleNow
from app.supervision import agents, skills
from app.supervision.agent_schemas import (
    AgentPage,
    AgentQueues,
    AgentSkills,
    AgentView,
    LoggedOut,
    NewPresence,
    SkillInUse,
    SkillLabels,
)
from app.supervision.auditing import note

router = APIRouter(tags=["supervision: agents"])

Supervisor = Annotated[Principal, Depends(Requires(Permission.TEAM_SUPERVISE))]
PresenceChanger = Annotated[Principal, Depends(Requires(Permission.PRESENCE_CHANGE_ANY))]
Assigner = Annotated[Principal, Depends(Requires(Permission.AGENTS_ASSIGN))]
RoutingReader = Annotated[Principal, Depends(Requires(Permission.ROUTING_READ))]
RoutingManager = Annotated[Principal, Depends(Requires(Permission.ROUTING_MANAGE))]
PageSize = Annotated[int, Query(ge=1, le=500)]


async def _view(reader: Reader, agent_id: UUID) -> AgentView:
    found = await agents.get(reader, agent_id)
    return AgentView.model_validate({name: found[name] for name in AgentView.model_fields})


def _presence(view: AgentView) -> dict[str, Any]:
    return {"presence": view.presence, "presence_reason": view.presence_reason}


@router.get("/agents", operation_id="list_agents")
async def list_agents(
    principal: Supervisor,
    tx: Read,
    queue_id: UUID | None = None,
    presence: Presence | None = None,
    after: int = 0,
    limit: PageSize = 100,
) -> AgentPage:
    """Agents with presence, activity, load and since when, in order of their number; of one queue or presence."""
    found = await agents.listed(tx, queue_id=queue_id, presence=presence, after=after, limit=limit)
    return AgentPage(
        agents=[AgentView.model_validate({name: a[name] for name in AgentView.model_fields}) for a in found],
        next_after=found[-1]["number"] if len(found) == limit else None,
    )


@router.get("/agents/{agent_id}", operation_id="get_agent", responses=problem_responses(NotFound))
async def get_agent(agent_id: UUID, principal: Supervisor, tx: Read) -> AgentView:
    """One agent."""
    return await _view(tx, agent_id)


@router.put(
    "/agents/{agent_id}/presence",
    operation_id="set_agent_presence",
    responses=problem_responses(NotFound, NotPossibleNow),
)
async def set_agent_presence(
    agent_id: UUID, body: NewPresence, principal: PresenceChanger, request: Request, tx: Tx
) -> AgentView:
    """Choose for an agent: available (which also ends not_responding), away with a reason, or offline. Pending offers
    are withdrawn, as when the agent chooses; work in hand stays. 409 for available without an open console."""
    before = await _view(tx, agent_id)
    await agents.set_presence(tx, agent_id, body.presence, body.reason)
    after = await _view(tx, agent_id)
    await note(
        tx,
        request,
        principal,
        action="agent.presence_set",
        object=f"agent:{agent_id}",
        before={**_presence(before), "activity": before.activity},
        after={**_presence(after), "activity": after.activity},
    )
    return after


@router.post(
    "/agents/{agent_id}/log-out", operation_id="log_agent_out", responses=problem_responses(NotFound)
)
async def log_agent_out(agent_id: UUID, principal: PresenceChanger, request: Request, tx: Tx) -> LoggedOut:
    """Set the agent offline and revoke all sessions; open consoles close within seconds. Work in hand stays until it
    ends. Repeating it changes nothing."""
    before = await _view(tx, agent_id)
    closed = await agents.log_out(tx, agent_id)
    after = await _view(tx, agent_id)
    await note(
        tx,
        request,
        principal,
        action="agent.logged_out",
        object=f"agent:{agent_id}",
        before={**_presence(before), "open_sessions": closed},
        after={**_presence(after), "open_sessions": 0},
    )
    return LoggedOut(agent=after, sessions=closed)


@router.put(
    "/agents/{agent_id}/skills",
    operation_id="set_agent_skills",
    responses=problem_responses(NotFound),
)
async def set_agent_skills(
    agent_id: UUID, body: AgentSkills, principal: Assigner, request: Request, tx: Tx
) -> AgentView:
    """Make these the agent's skills and levels; routing follows at once."""
    before = await _view(tx, agent_id)
    _refuse_twice("skills", "skill", [one.skill for one in body.skills])
    await agents.set_skills(tx, agent_id, {one.skill: one.level for one in body.skills})
    after = await _view(tx, agent_id)
    await note(
        tx,
        request,
        principal,
        action="agent.skills_set",
        object=f"agent:{agent_id}",
        before={one.skill: one.level for one in before.skills},
        after={one.skill: one.level for one in after.skills},
    )
    return after


@router.put(
    "/agents/{agent_id}/queues",
    operation_id="set_agent_queues",
    responses=problem_responses(NotFound),
)
async def set_agent_queues(
    agent_id: UUID, body: AgentQueues, principal: Assigner, request: Request, tx: Tx
) -> AgentView:
    """Make these the queues the agent serves, with rank and delay; routing follows at once."""
    before = await _view(tx, agent_id)
    _refuse_twice("queues", "queue_id", [str(one.queue_id) for one in body.queues])
    await agents.set_queues(
        tx, agent_id, {one.queue_id: (one.rank, one.delay_seconds) for one in body.queues}
    )
    after = await _view(tx, agent_id)
    await note(
        tx,
        request,
        principal,
        action="agent.queues_set",
        object=f"agent:{agent_id}",
        before={str(one.queue_id): [one.rank, one.delay_seconds] for one in before.queues},
        after={str(one.queue_id): [one.rank, one.delay_seconds] for one in after.queues},
    )
    return after


def _refuse_twice(field: str, part: str, keys: list[str]) -> None:
    for n, key in enumerate(keys):
        if key in keys[:n]:
            error = FieldError(f"{field}.{n}.{part}", f"{key} is there twice; name it once")
            raise InvalidInput(f"{field}: {key} is there twice", errors=[error])


@router.get("/skills", operation_id="list_skills")
async def list_skills(principal: RoutingReader, tx: Read) -> list[SkillInUse]:
    """Every skill, with how many agents have it at which level and how many waiting contacts ask for it."""
    return [SkillInUse.model_validate(skill) for skill in await skills.listed(tx)]


@router.put("/skills/{key}", operation_id="put_skill")
async def put_skill(
    key: str, body: SkillLabels, principal: RoutingManager, request: Request, tx: Tx
) -> SkillInUse:
    """Make a skill, or give it other names."""
    skills.check_key(key)
    before = await skills.find(tx, key)
    await skills.put(tx, key, {str(locale): text for locale, text in body.labels.items()})
    after = await skills.get(tx, key)
    await note(
        tx,
        request,
        principal,
        action="skill.changed" if before else "skill.created",
        object=f"skill:{key}",
        before={"labels": before["labels"]} if before else None,
        after={"labels": after["labels"]},
    )
    return SkillInUse.model_validate(after)


@router.delete(
    "/skills/{key}",
    operation_id="delete_skill",
    status_code=204,
    responses=problem_responses(NotFound, skills.SkillInUse),
)
async def delete_skill(key: str, principal: RoutingManager, request: Request, tx: Tx) -> None:
    """Forget a skill. 409 while an agent has it or a waiting contact asks for it."""
    before = await skills.get(tx, key)
    await skills.remove(tx, key)
    await note(
        tx,
        request,
        principal,
        action="skill.deleted",
        object=f"skill:{key}",
        before={"labels": before["labels"]},
        after=None,
    )
