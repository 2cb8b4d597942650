"""Emergency announcements by REST: set with one request, cleared with one, over by themselves."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from app.announcements import emergencies
from app.announcements.endpoints import note
from app.announcements.schemas import EmergencyView, NewEmergency
from app.core.auth import Permission, Principal
from app.core.db import Transaction
from app.core.errors import InvalidInput, NotFound
from app.core.http import Read, Requires, Tx, problem_responses

router = APIRouter(tags=["announcements"])

RoutingReader = Annotated[Principal, Depends(Requires(Permission.ROUTING_READ))]
OpenerCloser = Annotated[Principal, Depends(Requires(Permission.QUEUES_OPEN_CLOSE))]


async def _lock_queue(tx: Transaction, queue_id: UUID) -> None:
    if not await tx.fetchval("select true from queues where id = $1 for update", queue_id):
        raise NotFound("there is no such queue; GET /queues lists them")


@router.get("/emergencies", operation_id="list_emergencies")
async def list_emergencies(principal: RoutingReader, tx: Read) -> list[EmergencyView]:
    """The emergency announcements in force, by queue."""
    return [EmergencyView.model_validate(asdict(one)) for one in await emergencies.in_force(tx)]


@router.put(
    "/queues/{queue_id}/emergency",
    operation_id="begin_emergency",
    responses=problem_responses(NotFound, InvalidInput),
)
async def begin_emergency(
    queue_id: UUID, body: NewEmergency, principal: OpenerCloser, request: Request, tx: Tx
) -> EmergencyView:
    """Everybody who waits in the queue hears it once, at the end of the music that plays; whoever comes hears it before
    the wait begins. Set again, it is heard again. It does not close the queue."""
    await _lock_queue(tx, queue_id)
    await emergencies.begin(
        tx,
        queue_id,
        announcement_id=body.announcement_id,
        texts=cast(dict[str, str], body.texts),
        lasts=timedelta(minutes=body.minutes) if body.minutes is not None else None,
        by=principal.agent_id,
    )
    begun = await emergencies.of_queue(tx, queue_id)
    assert begun is not None  # noqa: S101 -- just written
    after = body.model_dump(mode="json")
    await note(tx, request, principal, "emergency.begun", f"queue:{queue_id}", None, after)
    return EmergencyView.model_validate(asdict(begun))


@router.delete(
    "/queues/{queue_id}/emergency",
    operation_id="end_emergency",
    status_code=204,
    responses=problem_responses(NotFound),
)
async def end_emergency(queue_id: UUID, principal: OpenerCloser, request: Request, tx: Tx) -> None:
    """Clear it; nobody who has not heard it yet will. Harmless when there is none."""
    await _lock_queue(tx, queue_id)
    before = await emergencies.of_queue(tx, queue_id)
    await emergencies.end(tx, queue_id)
    if before is not None:
        was = {"announcement_id": str(before.announcement_id or "") or None, "texts": dict(before.texts)}
        await note(tx, request, principal, "emergency.ended", f"queue:{queue_id}", was, None)
