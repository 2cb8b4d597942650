"""Names of the streams the console follows, and who may follow which."""

from uuid import UUID

from app.core.auth import Permission, Principal
from app.core.errors import InvalidInput, NotFound, PermissionDenied


def agent_stream(agent_id: UUID) -> str:
    """Offers, contacts and state of one agent."""
    return f"agent:{agent_id}"


def check_may_follow(principal: Principal, stream: str) -> None:
    """Raises InvalidInput for a name that is no stream, PermissionDenied or NotFound for one not allowed."""
    kind, _, ident = stream.partition(":")
    try:
        UUID(ident)
    except ValueError:
        raise InvalidInput.of("stream", "use agent:<id>, customer:<id> or contact:<id>") from None
    match kind:
        case "agent":
            if stream != agent_stream(principal.agent_id):
                raise NotFound("there is no such stream for you")
        case "customer" | "contact":
            if Permission.CUSTOMERS_READ not in principal.permissions:
                raise PermissionDenied("your role may not read customers")
        case _:
            raise InvalidInput.of("stream", "use agent:<id>, customer:<id> or contact:<id>")
