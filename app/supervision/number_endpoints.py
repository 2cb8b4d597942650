"""Our telephone numbers by REST: which there are, and which is shown to whom we call."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from app.core.auth import Permission, Principal
from app.core.errors import InvalidInput
from app.core.http import Read, Requires, Tx, problem_responses
from app.supervision import numbers
from app.supervision.auditing import note
from app.supervision.number_schemas import DefaultNumber, OwnNumberView

router = APIRouter(tags=["supervision: numbers"])

RoutingReader = Annotated[Principal, Depends(Requires(Permission.ROUTING_READ))]
RoutingManager = Annotated[Principal, Depends(Requires(Permission.ROUTING_MANAGE))]


@router.get("/numbers", operation_id="list_numbers")
async def list_numbers(principal: RoutingReader, tx: Read) -> list[OwnNumberView]:
    """Our telephone numbers. Whom we call sees the queue's `caller_id`; without one the number the customer called us
    on, else one that leads to the queue, else the default, else the first of this list."""
    return [OwnNumberView.model_validate(asdict(one)) for one in await numbers.listed(tx)]


@router.put(
    "/numbers/default", operation_id="choose_default_number", responses=problem_responses(InvalidInput)
)
async def choose_default_number(
    body: DefaultNumber, principal: RoutingManager, request: Request, tx: Tx
) -> list[OwnNumberView]:
    """Choose the number that is shown where no queue says otherwise. 422 for one that is not ours."""
    before = await numbers.default(tx)
    await numbers.choose_default(tx, body.number)
    found = await numbers.listed(tx)
    await note(
        tx,
        request,
        principal,
        action="number.default_chosen",
        object="numbers",
        before={"number": before},
        after={"number": body.number},
    )
    return [OwnNumberView.model_validate(asdict(one)) for one in found]
