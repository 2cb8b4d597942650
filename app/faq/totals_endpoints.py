"""The figures of all searches by REST, each with the searches behind it."""

from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel

from app.core.auth import Permission, Principal
from app.core.errors import InvalidInput
from app.core.http import Read, Requires, problem_responses
from app.faq import totals
from app.faq.learning_endpoints import PERIOD, CountedSearchView
from app.faq.totals import Split, Total

router = APIRouter(prefix="/faq", tags=["faq: learning"])

Editor = Annotated[Principal, Depends(Requires(Permission.FAQ_EDIT))]
Since = Annotated[AwareDatetime | None, Query(description="default: 30 days before `until`")]
Until = Annotated[AwareDatetime | None, Query(description="default: now")]
Zone = Annotated[str, Query(max_length=64, description="where a day begins, such as Asia/Taipei")]


class TotalsView(BaseModel):
    """The figures of one key. `askers`: who asked the machine, once for a contact; `deflected`: of these, whose last
    question ended with "that helped". `answers_right` of `answers_judged` is the precision of automatic answers."""

    key: str
    searches: int
    answered: int
    suggested: int
    nothing: int
    helped: int
    unhelpful: int
    answers_judged: int
    answers_right: int
    askers: int
    deflected: int


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput.of("time_zone", "must be a name of the IANA list, such as Asia/Taipei") from None


async def _period(tx: Read, since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    now: datetime = await tx.fetchval("select switchboard_now()")
    end = until or now + timedelta(microseconds=1)
    return since or end - PERIOD, end


@router.get("/totals", operation_id="faq_totals", responses=problem_responses(InvalidInput))
async def faq_totals(
    principal: Editor,
    tx: Read,
    split: Split = Split.ALL,
    since: Since = None,
    until: Until = None,
    time_zone: Zone = "UTC",
) -> list[TotalsView]:
    """All searches of a period in figures, by day, channel, language or queue."""
    start, end = await _period(tx, since, until)
    found = await totals.totals(tx, since=start, until=end, split=split, time_zone=_zone(time_zone))
    return [
        TotalsView(key=one.key, **{total.value: count for total, count in one.counts.items()})
        for one in found
    ]


@router.get("/searches", operation_id="list_faq_searches", responses=problem_responses(InvalidInput))
async def list_faq_searches(
    principal: Editor,
    tx: Read,
    total: Total = Total.SEARCHES,
    split: Split = Split.ALL,
    key: Annotated[str, Query(max_length=64, description="`key` of a line of the totals")] = "",
    since: Since = None,
    until: Until = None,
    time_zone: Zone = "UTC",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[CountedSearchView]:
    """The searches behind one figure of the totals, the newest first."""
    start, end = await _period(tx, since, until)
    found = await totals.searches_of(
        tx,
        since=start,
        until=end,
        split=split,
        key=key,
        total=total,
        time_zone=_zone(time_zone),
        limit=limit,
    )
    return [CountedSearchView.model_validate(one, from_attributes=True) for one in found]
