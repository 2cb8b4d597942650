"""Names of the streams the console follows, and who may follow which."""

from uuid import UUID

from app.agents.states import agent_stream
from app.core import alerts
from app.core.auth import Permission, Principal
from app.core.errors import InvalidInput, NotFound, PermissionDenied

__all__ = ["agent_stream", "check_may_follow"]


def check_may_follow(principal: Principal, stream: str) -> None:
    """Raises InvalidInput for a name that is no stream, PermissionDenied or NotFound for one not allowed."""
    if stream == alerts.STREAM:
        if Permission.ALERTS_READ not in principal.permissions:
            raise PermissionDenied("your role may not see alerts")
        return
    kind, _, ident = stream.partition(":")
    try:
        UUID(ident)
    except ValueError:
        raise InvalidInput.of(
            "stream", "use agent:<id>, customer:<id>, contact:<id> or supervisors"
        ) from None
    match kind:
        case "agent":
            if stream != agent_stream(principal.agent_id):
                raise NotFound("there is no such stream for you")
        case "customer" | "contact":
            if Permission.CUSTOMERS_READ not in principal.permissions:
                raise PermissionDenied("your role may not read customers")
        case _:
            raise InvalidInput.of("stream", "use agent:<id>, customer:<id>, contact:<id> or supervisors")
