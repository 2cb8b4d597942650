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
    CALLBACKS_REQUEST = "callbacks.request"
    CUSTOMERS_READ = "customers.read"
    CUSTOMERS_CONFIRM = "customers.confirm"
    FAQ_SEARCH = "faq.search"
    FAQ_USE = "faq.use"
    VOICEMAILS_HANDLE = "voicemails.handle"
    FAQ_READ = "faq.read"
    FAQ_EDIT = "faq.edit"
    FAQ_PUBLISH = "faq.publish"
    FAQ_ANSWERING = "faq.answering"
    TEAM_SUPERVISE = "team.supervise"
    CONTACTS_DIRECT = "contacts.direct"
    CONTACTS_END = "contacts.end"
    CALLS_LISTEN = "calls.listen"
    PRESENCE_CHANGE_ANY = "presence.change_any"
    ROUTING_READ = "routing.read"
    QUEUES_OPEN_CLOSE = "queues.open_close"
    AGENTS_ASSIGN = "agents.assign"
    ROUTING_MANAGE = "routing.manage"
    ALERTS_READ = "alerts.read"
    AUDIT_READ = "audit.read"
    RECORDINGS_LISTEN = "recordings.listen"
    CALLERS_BLOCK = "callers.block"
    CALLS_DIAL = "calls.dial"
    ANNOUNCEMENTS_MANAGE = "announcements.manage"
    FLOWS_READ = "flows.read"
    FLOWS_EDIT = "flows.edit"
    FLOWS_PUBLISH = "flows.publish"
    WIDGETS_MANAGE = "widgets.manage"
    CANNED_EDIT = "canned.edit"


_AGENT = frozenset(
    {
        Permission.CONSOLE_USE,
        Permission.PRESENCE_CHANGE_OWN,
        Permission.OFFERS_ANSWER,
        Permission.CONTACTS_HANDLE_OWN,
        Permission.CALLBACKS_REQUEST,
        Permission.CALLS_DIAL,
        Permission.CUSTOMERS_READ,
        Permission.CUSTOMERS_CONFIRM,
        Permission.FAQ_SEARCH,
        Permission.FAQ_USE,
        Permission.VOICEMAILS_HANDLE,
        Permission.FAQ_READ,
    }
)
_SUPERVISOR = _AGENT | {
    Permission.TEAM_SUPERVISE,
    Permission.CONTACTS_DIRECT,
    Permission.CONTACTS_END,
    Permission.CALLS_LISTEN,
    Permission.PRESENCE_CHANGE_ANY,
    Permission.ROUTING_READ,
    Permission.QUEUES_OPEN_CLOSE,
    Permission.AGENTS_ASSIGN,
    Permission.ALERTS_READ,
    Permission.AUDIT_READ,
    Permission.RECORDINGS_LISTEN,
    Permission.CALLERS_BLOCK,
    Permission.ANNOUNCEMENTS_MANAGE,
    Permission.FAQ_EDIT,
    Permission.FAQ_PUBLISH,
    Permission.FLOWS_READ,
    Permission.FLOWS_EDIT,
    Permission.FLOWS_PUBLISH,
    Permission.CANNED_EDIT,
}

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
