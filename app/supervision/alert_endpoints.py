"""Alerts by REST; the stream `supervisors` tells them as they come and go."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from app.core import alerts, streams
from app.core.alerts import Alert
from app.core.auth import Permission, Principal
from app.core.errors import NotFound
from app.core.http import Requires, Tx, database_of, problem_responses
from app.core.schemas import AlertView, Schema
from app.supervision.auditing import note

router = APIRouter(tags=["supervision: alerts"])

AlertReader = Annotated[Principal, Depends(Requires(Permission.ALERTS_READ))]
Supervisor = Annotated[Principal, Depends(Requires(Permission.TEAM_SUPERVISE))]
PageSize = Annotated[int, Query(ge=1, le=500)]


class AlertList(Schema):
    """Alerts as of `seq` of the stream `supervisors`."""

    stream: str
    seq: int
    alerts: list[AlertView]


def _view(alert: Alert) -> AlertView:
    values = asdict(alert)
    return AlertView.model_validate({"alert_id": values.pop("id"), **values})


@router.get("/alerts", operation_id="list_alerts")
async def list_alerts(
    principal: AlertReader, request: Request, is_open: bool = True, limit: PageSize = 100
) -> AlertList:
    """The newest alerts: those that are open, or with `is_open=false` those that were cleared. Follow the stream from
    `seq` on for what comes next."""
    async with database_of(request).read(snapshot=True) as reader:
        found = await alerts.listed(reader, is_open=is_open, limit=limit)
        seq = await streams.position(reader, alerts.STREAM)
    return AlertList(stream=alerts.STREAM, seq=seq, alerts=[_view(alert) for alert in found])


@router.post("/alerts/{alert_id}/clear", operation_id="clear_alert", responses=problem_responses(NotFound))
async def clear_alert(alert_id: UUID, principal: Supervisor, request: Request, tx: Tx) -> AlertView:
    """Clear an alert by hand. One whose cause lasts is raised anew by the next look. Repeating it changes nothing."""
    before = await alerts.get(tx, alert_id)
    if before is None:
        raise NotFound("there is no such alert; GET /alerts lists them")
    is_changed = before.cleared_at is None and await alerts.clear_alert(tx, before.kind, before.subject)
    after = await alerts.get(tx, alert_id)
    assert after is not None  # noqa: S101 -- alerts are never deleted
    if is_changed:
        about = {"kind": before.kind, "subject": before.subject}
        await note(
            tx,
            request,
            principal,
            action="alert.cleared",
            object=f"alert:{alert_id}",
            before={**about, "is_open": True},
            after={**about, "is_open": False},
        )
    return _view(after)
