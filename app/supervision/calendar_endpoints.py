"""Calendars by REST: weeks, dated exceptions, holidays in bulk."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from app.core.auth import Permission, Principal
from app.core.errors import InvalidInput, NotFound
from app.core.http import Read, Requires, Tx, problem_responses
from app.supervision import calendars
from app.supervision.auditing import note
from app.supervision.calendar_schemas import (
    CalendarChanges,
    CalendarView,
    ExceptionList,
    NewCalendar,
)
from app.supervision.calendars import CalendarInUse

router = APIRouter(tags=["supervision: calendars"])

RoutingReader = Annotated[Principal, Depends(Requires(Permission.ROUTING_READ))]
RoutingManager = Annotated[Principal, Depends(Requires(Permission.ROUTING_MANAGE))]


@router.get("/calendars", operation_id="list_calendars")
async def list_calendars(principal: RoutingReader, tx: Read) -> list[CalendarView]:
    """Every calendar with its exceptions, whether it is open now and when that changes."""
    return [CalendarView.model_validate(one) for one in await calendars.listed(tx)]


@router.post("/calendars", operation_id="create_calendar", status_code=201)
async def create_calendar(
    body: NewCalendar, principal: RoutingManager, request: Request, tx: Tx
) -> CalendarView:
    """Make a calendar. The same `calendar_id` again gives the calendar that is there."""
    settings = body.model_dump(include={"name", "time_zone", "weekly"})
    is_new = await calendars.create(tx, body.calendar_id, body.key, settings)
    made = await calendars.get(tx, body.calendar_id)
    if is_new:
        after = {"key": body.key, **calendars.settings_of(made)}
        await _note(tx, request, principal, "calendar.created", body.calendar_id, None, after)
    return CalendarView.model_validate(made)


@router.get("/calendars/{calendar_id}", operation_id="get_calendar", responses=problem_responses(NotFound))
async def get_calendar(calendar_id: UUID, principal: RoutingReader, tx: Read) -> CalendarView:
    """One calendar."""
    return CalendarView.model_validate(await calendars.get(tx, calendar_id))


@router.patch(
    "/calendars/{calendar_id}", operation_id="change_calendar", responses=problem_responses(NotFound)
)
async def change_calendar(
    calendar_id: UUID, body: CalendarChanges, principal: RoutingManager, request: Request, tx: Tx
) -> CalendarView:
    """Change name, time zone or the hours of the week; its queues follow at once."""
    before = await calendars.lock(tx, calendar_id)
    await calendars.change(tx, before, body.model_dump(exclude_unset=True))
    return await _changed(tx, request, principal, "calendar.changed", before)


@router.put(
    "/calendars/{calendar_id}/exceptions",
    operation_id="put_calendar_exceptions",
    responses=problem_responses(NotFound),
)
async def put_calendar_exceptions(
    calendar_id: UUID, body: ExceptionList, principal: RoutingManager, request: Request, tx: Tx
) -> CalendarView:
    """Set dated exceptions, such as all holidays of a year at once. With `replace_from` and `replace_until` the list
    is all there is in that range."""
    replacing = None
    if (body.replace_from is None) != (body.replace_until is None):
        missing = "replace_from" if body.replace_from is None else "replace_until"
        raise InvalidInput.of(missing, "name both ends of the range, or neither")
    if body.replace_from is not None and body.replace_until is not None:
        if body.replace_until < body.replace_from:
            raise InvalidInput.of("replace_until", "must not be before replace_from")
        replacing = (body.replace_from, body.replace_until)
    before = await calendars.lock(tx, calendar_id)
    await calendars.set_exceptions(
        tx, before, [one.model_dump() for one in body.exceptions], replacing=replacing
    )
    return await _changed(tx, request, principal, "calendar.exceptions_set", before)


@router.delete(
    "/calendars/{calendar_id}/exceptions/{day}",
    operation_id="delete_calendar_exception",
    responses=problem_responses(NotFound),
)
async def delete_calendar_exception(
    calendar_id: UUID, day: date, principal: RoutingManager, request: Request, tx: Tx
) -> CalendarView:
    """The week's hours hold on this date again."""
    before = await calendars.lock(tx, calendar_id)
    await calendars.remove_exception(tx, calendar_id, day)
    return await _changed(tx, request, principal, "calendar.exception_deleted", before)


@router.delete(
    "/calendars/{calendar_id}",
    operation_id="delete_calendar",
    status_code=204,
    responses=problem_responses(NotFound, CalendarInUse),
)
async def delete_calendar(calendar_id: UUID, principal: RoutingManager, request: Request, tx: Tx) -> None:
    """Delete a calendar. 409 while queues go by it."""
    before = await calendars.lock(tx, calendar_id)
    await calendars.remove(tx, before)
    await _note(tx, request, principal, "calendar.deleted", calendar_id, calendars.settings_of(before), None)


async def _changed(
    tx: Tx, request: Request, principal: Principal, action: str, before: dict[str, Any]
) -> CalendarView:
    after = await calendars.get(tx, before["calendar_id"])
    await _note(
        tx,
        request,
        principal,
        action,
        before["calendar_id"],
        calendars.settings_of(before),
        calendars.settings_of(after),
    )
    return CalendarView.model_validate(after)


async def _note(
    tx: Tx,
    request: Request,
    principal: Principal,
    action: str,
    calendar_id: UUID,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    """Only what changed is written, so that a line can be read."""
    if before is not None and after is not None:
        changed = [name for name in after if before[name] != after[name]]
        before, after = ({name: side[name] for name in changed} for side in (before, after))
    await note(
        tx, request, principal, action=action, object=f"calendar:{calendar_id}", before=before, after=after
    )
