"""Surveys by REST, for those who lead: what customers thought, and which of it wants somebody."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from app.channels.voice.survey import life
from app.channels.voice.survey.schemas import SurveyList, SurveyView
from app.core import audit
from app.core.auth import Permission, Principal
from app.core.db import Reader
from app.core.errors import NotFound
from app.core.http import Read, Requires, Tx, problem_responses

router = APIRouter(tags=["surveys"])

Supervisor = Annotated[Principal, Depends(Requires(Permission.TEAM_SUPERVISE))]

_SELECT = """
select s.contact_id, c.queue_id, q.name as queue_name, s.agent_id, a.display_name as agent_name, c.customer_id,
       k.display_name as customer_name, c.from_address, s.state, s.score, s.asked_at, s.answered_at, s.follow_up
from surveys s join contacts c on c.id = s.contact_id left join queues q on q.id = c.queue_id
     left join agents a on a.id = s.agent_id left join customers k on k.id = c.customer_id
"""


async def _one(reader: Reader, contact_id: UUID) -> SurveyView:
    row = await reader.fetchrow(f"{_SELECT} where s.contact_id = $1", contact_id)
    if row is None:
        raise NotFound("there is no such survey; GET /surveys lists them")
    return SurveyView.model_validate(dict(row.items()))


@router.get("/surveys", operation_id="list_surveys")
async def list_surveys(
    principal: Supervisor,
    reader: Read,
    follow_up: Annotated[
        Literal["open", "done"] | None, Query(description="only with this follow-up")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> SurveyList:
    """The newest surveys; with `follow_up=open` those with a low score that nobody has seen to."""
    found = await reader.fetch(
        f"""{_SELECT} where $1::text is null or s.follow_up = $1
            order by s.asked_at desc, s.contact_id limit $2""",
        follow_up,
        limit,
    )
    return SurveyList(surveys=[SurveyView.model_validate(dict(row.items())) for row in found])


@router.post(
    "/surveys/{contact_id}/done", operation_id="follow_up_done", responses=problem_responses(NotFound)
)
async def done(contact_id: UUID, principal: Supervisor, request: Request, tx: Tx) -> SurveyView:
    """Somebody has seen to a low score: its follow-up is done and its alert cleared. Repeating it changes nothing."""
    before = await _one(tx, contact_id)
    is_changed = await life.followed_up(tx, contact_id)
    after = await _one(tx, contact_id)
    if is_changed:
        address = request.client.host if request.client else None
        await audit.record(
            tx,
            actor=audit.Actor("agent", principal.agent_id, address),
            action="survey.followed_up",
            object=f"contact:{contact_id}",
            before={"follow_up": before.follow_up},
            after={"follow_up": after.follow_up},
        )
    return after
