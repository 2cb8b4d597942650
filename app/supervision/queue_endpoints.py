"""Queues by REST: their rules, closing and opening by hand."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from app.core.auth import Permission, Principal
from app.core.errors import NotFound
from app.core.http import Read, Requires, Tx, problem_responses
from app.supervision import queues
from app.supervision.auditing import note
from app.supervision.queue_schemas import NewQueueSettings, QueueChanges, QueueView
from app.supervision.queues import QueueInUse

router = APIRouter(tags=["supervision: queues"])

RoutingReader = Annotated[Principal, Depends(Requires(Permission.ROUTING_READ))]
RoutingManager = Annotated[Principal, Depends(Requires(Permission.ROUTING_MANAGE))]
OpenerCloser = Annotated[Principal, Depends(Requires(Permission.QUEUES_OPEN_CLOSE))]


@router.get("/queues", operation_id="list_queues")
async def list_queues(principal: RoutingReader, tx: Read) -> list[QueueView]:
    """Every queue with its rules, whether it is open and until when, and how many wait."""
    return [QueueView.model_validate(queue) for queue in await queues.listed(tx)]


@router.post("/queues", operation_id="create_queue", status_code=201)
async def create_queue(
    body: NewQueueSettings, principal: RoutingManager, request: Request, tx: Tx
) -> QueueView:
    """Make a queue. The same `queue_id` again gives the queue that is there."""
    settings = body.model_dump(exclude={"queue_id", "key"})
    if not await queues.create(tx, body.queue_id, body.key, settings):
        return QueueView.model_validate(await queues.get(tx, body.queue_id))
    made = await queues.get(tx, body.queue_id)
    await _note(
        tx, request, principal, "queue.created", made, None, {"key": body.key, **queues.settings_of(made)}
    )
    return QueueView.model_validate(made)


@router.get("/queues/{queue_id}", operation_id="get_queue", responses=problem_responses(NotFound))
async def get_queue(queue_id: UUID, principal: RoutingReader, tx: Read) -> QueueView:
    """One queue."""
    return QueueView.model_validate(await queues.get(tx, queue_id))


@router.patch("/queues/{queue_id}", operation_id="change_queue", responses=problem_responses(NotFound))
async def change_queue(
    queue_id: UUID, body: QueueChanges, principal: RoutingManager, request: Request, tx: Tx
) -> QueueView:
    """Change some rules; those not named stay. They act at once, also on contacts that wait already."""
    before = await queues.lock(tx, queue_id)
    await queues.change(tx, before, body.model_dump(exclude_unset=True))
    return await _changed(tx, request, principal, "queue.changed", before)


@router.post("/queues/{queue_id}/close", operation_id="close_queue", responses=problem_responses(NotFound))
async def close_queue(queue_id: UUID, principal: OpenerCloser, request: Request, tx: Tx) -> QueueView:
    """Close a queue by hand, whatever its hours say. Its overflow rules decide about who waits and who arrives."""
    before = await queues.lock(tx, queue_id)
    await queues.set_closed(tx, queue_id, True)
    return await _changed(tx, request, principal, "queue.closed", before)


@router.post("/queues/{queue_id}/open", operation_id="open_queue", responses=problem_responses(NotFound))
async def open_queue(queue_id: UUID, principal: OpenerCloser, request: Request, tx: Tx) -> QueueView:
    """End a closing by hand: the queue is open in its hours again."""
    before = await queues.lock(tx, queue_id)
    await queues.set_closed(tx, queue_id, False)
    return await _changed(tx, request, principal, "queue.opened", before)


@router.delete(
    "/queues/{queue_id}",
    operation_id="delete_queue",
    status_code=204,
    responses=problem_responses(NotFound, QueueInUse),
)
async def delete_queue(queue_id: UUID, principal: RoutingManager, request: Request, tx: Tx) -> None:
    """Delete a queue. 409 while contacts wait in it, or when past contacts are of it: close it instead."""
    before = await queues.lock(tx, queue_id)
    await queues.remove(tx, before)
    await _note(tx, request, principal, "queue.deleted", before, queues.settings_of(before), None)


async def _changed(
    tx: Tx, request: Request, principal: Principal, action: str, before: dict[str, Any]
) -> QueueView:
    after = await queues.get(tx, before["queue_id"])
    await _note(tx, request, principal, action, after, queues.settings_of(before), queues.settings_of(after))
    return QueueView.model_validate(after)


async def _note(
    tx: Tx,
    request: Request,
    principal: Principal,
    action: str,
    queue: dict[str, Any],
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    """Only what changed is written, so that a line can be read."""
    if before is not None and after is not None:
        changed = [name for name in after if before[name] != after[name]]
        before, after = ({name: side[name] for name in changed} for side in (before, after))
    await note(
        tx, request, principal, action=action, object=f"queue:{queue['queue_id']}", before=before, after=after
    )
