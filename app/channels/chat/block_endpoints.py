"""Who may not write by chat, by REST. Open sockets of theirs close within seconds."""

import ipaddress
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from app.channels.chat.key_schemas import ChatBlockView, NewChatBlock
from app.channels.chat.visitors import address_of
from app.core import audit
from app.core.auth import Permission, Principal
from app.core.db import Transaction
from app.core.errors import InvalidInput, NotFound
from app.core.http import Read, Requires, Tx, problem_responses
from app.core.ids import new_id

router = APIRouter(tags=["supervision: blocked visitors"])

Blocker = Annotated[Principal, Depends(Requires(Permission.CALLERS_BLOCK))]
PageSize = Annotated[int, Query(ge=1, le=500)]
_COLUMNS = "id as block_id, kind, value, reason, blocked_at, until"


@router.get("/chat-blocks", operation_id="list_chat_blocks")
async def list_chat_blocks(_: Blocker, reader: Read, limit: PageSize = 200) -> list[ChatBlockView]:
    """Who is kept out, the newest first."""
    rows = await reader.fetch(
        f"select {_COLUMNS} from chat_blocks order by blocked_at desc limit $1",  # noqa: S608
        limit,
    )
    return [ChatBlockView(**dict(row.items())) for row in rows]


@router.post("/chat-blocks", operation_id="block_visitor")
async def block_visitor(body: NewChatBlock, principal: Blocker, request: Request, tx: Tx) -> ChatBlockView:
    """Keep somebody out, within seconds. Again for the same, it changes reason and end. 422 when the end is over or the
    value is not of its kind."""
    now: datetime = await tx.fetchval("select switchboard_now()")
    if body.until is not None and body.until <= now:
        raise InvalidInput.of("until", "must be in the future, or null for good")
    row = await tx.fetchrow(
        f"""insert into chat_blocks (id, kind, value, reason, until, blocked_by)
            values ($1, $2, $3, $4, $5, $6)
            on conflict (kind, value) do update set reason = $4, until = $5, blocked_by = $6
            returning {_COLUMNS}""",  # noqa: S608
        new_id(),
        body.kind,
        _value(body.kind, body.value.strip()),
        body.reason,
        body.until,
        principal.agent_id,
    )
    assert row is not None  # noqa: S101 -- INSERT … RETURNING of one row
    made = ChatBlockView(**dict(row.items()))
    await _note(tx, request, principal, "visitor.blocked", made, after={"reason": body.reason})
    return made


def _value(kind: str, value: str) -> str:
    if kind == "visitor":
        try:
            return str(UUID(value))
        except ValueError:
            raise InvalidInput.of("value", "must be the id of a visitor, as the contact shows it") from None
    if kind == "address":
        try:
            ipaddress.ip_address(value.split("/")[0])
        except ValueError:
            raise InvalidInput.of("value", "must be a network address such as 203.0.113.7") from None
        return address_of(value.split("/")[0])
    if ":" not in value:
        raise InvalidInput.of("value", "must be the widget key, a colon and the site's id of the person")
    return value


@router.delete(
    "/chat-blocks/{block_id}",
    operation_id="unblock_visitor",
    status_code=204,
    responses=problem_responses(NotFound),
)
async def unblock_visitor(block_id: UUID, principal: Blocker, request: Request, tx: Tx) -> None:
    """Let them in again."""
    row = await tx.fetchrow(
        f"delete from chat_blocks where id = $1 returning {_COLUMNS}",  # noqa: S608
        block_id,
    )
    if row is None:
        raise NotFound("there is no such line; GET /chat-blocks lists them")
    await _note(tx, request, principal, "visitor.unblocked", ChatBlockView(**dict(row.items())), after=None)


async def _note(
    tx: Transaction,
    request: Request,
    principal: Principal,
    action: str,
    block: ChatBlockView,
    *,
    after: dict[str, Any] | None,
) -> None:
    address = request.client.host if request.client else None
    await audit.record(
        tx,
        actor=audit.Actor("agent", principal.agent_id, address),
        action=action,
        object=f"{block.kind}:{block.value}",
        before=None if after else {"reason": block.reason},
        after=after,
    )
