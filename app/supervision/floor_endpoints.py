"""The floor at a glance, for supervisors."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from app.core.auth import Permission, Principal
from app.core.http import Requires, database_of
from app.supervision import floor
from app.supervision.floor_schemas import Floor, MissedCallers

router = APIRouter(tags=["supervision: floor"])

Supervisor = Annotated[Principal, Depends(Requires(Permission.TEAM_SUPERVISE))]
Hours = Annotated[int, Query(ge=1, le=168, description="how far to look back")]


@router.get("/floor", operation_id="read_floor")
async def read_floor(principal: Supervisor, request: Request) -> Floor:
    """How every queue stands, who waits in which order, and what every agent does: all of one moment. Ask at most once
    a second."""
    async with database_of(request).read(snapshot=True) as reader:
        return Floor.model_validate(await floor.read(reader))


@router.get("/missed-callers", operation_id="list_missed_callers")
async def list_missed_callers(principal: Supervisor, request: Request, hours: Hours = 24) -> MissedCallers:
    """Callers who left while they waited, whom nobody has spoken to since and who are not to be called back already.
    Call one with `POST /dial`, or ask for a callback."""
    async with database_of(request).read() as reader:
        return MissedCallers.model_validate({"callers": await floor.missed(reader, hours=hours)})
