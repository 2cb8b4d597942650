"""What routing does and would do: who waits in a queue, and who could take a contact."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from app.contacts import repository as contact_rows
from app.contacts.errors import ContactNotFound
from app.core.auth import Permission, Principal
from app.core.db import Reader
from app.core.errors import NotFound
from app.core.http import Requires, database_of, problem_responses, settings_of
from app.routing import promises
from app.routing.supervising import NotPossibleNow
from app.supervision import previews, waiting
from app.supervision.routing_schemas import (
    Candidate,
    Hypothesis,
    RoutingPreview,
    WaitAccuracy,
    WaitingList,
)

router = APIRouter(tags=["supervision: routing"])

Supervisor = Annotated[Principal, Depends(Requires(Permission.TEAM_SUPERVISE))]
RoutingReader = Annotated[Principal, Depends(Requires(Permission.ROUTING_READ))]
PageSize = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]


@router.get("/queues/{queue_id}/waiting", operation_id="list_waiting", responses=problem_responses(NotFound))
async def list_waiting(
    queue_id: UUID, principal: Supervisor, request: Request, limit: PageSize = 100, offset: Offset = 0
) -> WaitingList:
    """Who waits in a queue, in the order in which they are served: since when, what they ask for, and why they still
    wait."""
    async with database_of(request).read(snapshot=True) as reader:
        return WaitingList.model_validate(await waiting.listed(reader, queue_id, limit=limit, offset=offset))


@router.get(
    "/queues/{queue_id}/wait-accuracy",
    operation_id="read_wait_accuracy",
    responses=problem_responses(NotFound),
)
async def read_wait_accuracy(
    queue_id: UUID,
    principal: Supervisor,
    request: Request,
    hours: Annotated[int, Query(ge=1, le=24 * 90)] = 24,
) -> WaitAccuracy:
    """How good the waits were that customers of this queue were told in the last hours, against what came of them."""
    async with database_of(request).read() as reader:
        if not await reader.fetchval("select true from queues where id = $1", queue_id):
            raise NotFound("there is no such queue")
        now: datetime = await reader.fetchval("select switchboard_now()")
        found = await promises.accuracy(reader, queue_id, since=now - timedelta(hours=hours))
    return WaitAccuracy(promises=found.promises, kept=found.kept, too_long=found.too_long)


@router.get(
    "/contacts/{contact_id}/routing-preview",
    operation_id="preview_contact",
    responses=problem_responses(ContactNotFound, NotPossibleNow),
)
async def preview_contact(
    contact_id: UUID, principal: RoutingReader, request: Request, limit: PageSize = 100
) -> RoutingPreview:
    """Who could take this waiting contact now, in which order, and why not the others: asked of the routing engine
    itself. 409 when it does not wait."""
    async with database_of(request).read(snapshot=True) as reader:
        await contact_rows.get(reader, contact_id)
        asked = await previews.of_contact(reader, contact_id, settings_of(request))
        return await _view(reader, asked, contact_id, limit)


@router.post("/routing/preview", operation_id="preview_routing")
async def preview_routing(
    body: Hypothesis, principal: RoutingReader, request: Request, limit: PageSize = 100
) -> RoutingPreview:
    """The same for a contact that might come. Nothing is changed."""
    async with database_of(request).read(snapshot=True) as reader:
        asked = await previews.of_hypothesis(reader, settings_of(request), **body.model_dump())
        return await _view(reader, asked, None, limit)


async def _view(reader: Reader, asked: previews.Asked, contact_id: UUID | None, limit: int) -> RoutingPreview:
    shown, left_out = await previews.candidates(reader, asked, limit=limit)
    return RoutingPreview.model_validate(
        {
            "contact_id": contact_id,
            "queue_id": asked.queue_id,
            "queue_name": asked.queue_name,
            "at": asked.at,
            "refused": asked.found.refused,
            "rings_at": asked.rings_at,
            "candidates": [Candidate.model_validate(one) for one in shown],
            "left_out": left_out,
        }
    )
