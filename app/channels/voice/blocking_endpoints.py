"""Blocked callers over REST: who is on the list, put a number on it, take it off."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from app.channels.voice import blocking
from app.channels.voice.blocking import BlockedCaller
from app.channels.voice.blocking_schemas import BlockedCallerView, NewBlockedCaller
from app.core import audit
from app.core.auth import Permission, Principal
from app.core.db import Transaction
from app.core.errors import InvalidInput, NotFound
from app.core.http import CurrentSettings, Read, Requires, Tx, problem_responses
from app.core.settings import Settings
from app.customers.phones import Number, normalise

router = APIRouter(tags=["supervision: blocked callers"])

Blocker = Annotated[Principal, Depends(Requires(Permission.CALLERS_BLOCK))]
PageSize = Annotated[int, Query(ge=1, le=500)]


def _view(caller: BlockedCaller) -> BlockedCallerView:
    return BlockedCallerView.model_validate(asdict(caller))


def _number(text: str, settings: Settings) -> str:
    address = normalise(text, settings.default_region)
    if not isinstance(address, Number):
        raise InvalidInput.of(
            "number", "must be a telephone number, such as 0912 345 678; hidden callers have a setting"
        )
    return address.e164


@router.get("/blocked-callers", operation_id="list_blocked_callers")
async def list_blocked_callers(_: Blocker, reader: Read, limit: PageSize = 200) -> list[BlockedCallerView]:
    """Numbers whose calls are turned away, the newest first, and how often they tried."""
    return [_view(caller) for caller in await blocking.listed(reader, limit=limit)]


@router.post("/blocked-callers", operation_id="block_caller")
async def block_caller(
    body: NewBlockedCaller, principal: Blocker, settings: CurrentSettings, request: Request, tx: Tx
) -> BlockedCallerView:
    """Turn a number's calls away: the caller hears an announcement and is hung up on. Acts within two seconds. Again
    for the same number, it changes the reason and the end. 422 when it is no number, or the end is over already."""
    number = _number(body.number, settings)
    now: datetime = await tx.fetchval("select switchboard_now()")
    if body.until is not None and body.until <= now:
        raise InvalidInput.of("until", "must be in the future, or null for good")
    before = await blocking.get(tx, number)
    after = await blocking.block(tx, number, reason=body.reason, until=body.until, by=principal.agent_id)
    if before is None or (before.reason, before.until) != (after.reason, after.until):
        await _note(tx, request, principal, "caller.blocked", number, before, after)
    return _view(after)


@router.delete(
    "/blocked-callers/{number}",
    operation_id="unblock_caller",
    status_code=204,
    responses=problem_responses(NotFound),
)
async def unblock_caller(
    number: str, principal: Blocker, settings: CurrentSettings, request: Request, tx: Tx
) -> None:
    """Take the calls of this number again. 404 when it is not on the list."""
    e164 = _number(number, settings)
    before = await blocking.get(tx, e164)
    if before is None or not await blocking.unblock(tx, e164):
        raise NotFound("this number is not blocked; GET /blocked-callers lists those that are")
    await _note(tx, request, principal, "caller.unblocked", e164, before, None)


async def _note(
    tx: Transaction,
    request: Request,
    principal: Principal,
    action: str,
    number: str,
    before: BlockedCaller | None,
    after: BlockedCaller | None,
) -> None:
    address = request.client.host if request.client else None
    await audit.record(
        tx,
        actor=audit.Actor("agent", principal.agent_id, address),
        action=action,
        object=f"caller:{number}",
        before=_facts(before),
        after=_facts(after),
    )


def _facts(caller: BlockedCaller | None) -> dict[str, Any] | None:
    if caller is None:
        return None
    return {"reason": caller.reason, "until": caller.until.isoformat() if caller.until else None}
