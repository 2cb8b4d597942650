"""One line in the audit log for each change that changed something."""

from typing import Any

from fastapi import Request

from app.core import audit
from app.core.auth import Principal
from app.core.db import Transaction


async def note(
    tx: Transaction,
    request: Request,
    principal: Principal,
    *,
    action: str,
    object: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    """Write who changed what, from what to what; nothing when it is as it was. Call it last: the chain of the log
    is held until the commit."""
    if before == after:
        return
    address = request.client.host if request.client else None
    actor = audit.Actor("agent", principal.agent_id, address)
    await audit.record(tx, actor=actor, action=action, object=object, before=before, after=after)
