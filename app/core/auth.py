"""Who acts and what they may do. Every route and socket command declares a permission; the default is no."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.core.errors import PermissionDenied


class Permission(StrEnum):
    """One thing that may be done. A role is a set of these."""

    CONSOLE_USE = "console.use"
    PRESENCE_CHANGE_OWN = "presence.change_own"
    OFFERS_ANSWER = "offers.answer"
    CONTACTS_HANDLE_OWN = "contacts.handle_own"
    CUSTOMERS_READ = "customers.read"
    CUSTOMERS_CONFIRM = "customers.confirm"
    FAQ_SEARCH = "faq.search"
    FAQ_USE = "faq.use"
    TEAM_SUPERVISE = "team.supervise"
    AUDIT_READ = "audit.read"


_AGENT = frozenset(
    {
        Permission.CONSOLE_USE,
        Permission.PRESENCE_CHANGE_OWN,
        Permission.OFFERS_ANSWER,
        Permission.CONTACTS_HANDLE_OWN,
        Permission.CUSTOMERS_READ,
        Permission.CUSTOMERS_CONFIRM,
        Permission.FAQ_SEARCH,
        Permission.FAQ_USE,
    }
)
_SUPERVISOR = _AGENT | {Permission.TEAM_SUPERVISE, Permission.AUDIT_READ}

PERMISSIONS_OF_ROLE: dict[str, frozenset[Permission]] = {
    "agent": _AGENT,
    "supervisor": _SUPERVISOR,
    "admin": frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Principal:
    """The signed-in agent behind a request or a socket."""

    agent_id: UUID
    login: str
    display_name: str
    role: str
    locale: str
    team_id: UUID | None
    session_hash: bytes

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the role may do."""
        return PERMISSIONS_OF_ROLE[self.role]

    def require(self, permission: Permission) -> None:
        """Raises PermissionDenied unless the role has it."""
        if permission not in self.permissions:
            raise PermissionDenied(f"your role ({self.role}) may not do this: {permission}")
