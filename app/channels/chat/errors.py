"""How the chat says no."""

from app.core.errors import Conflict, InvalidInput, NotFound, NotSignedIn, PermissionDenied


class WidgetUnknown(NotFound):
    """There is no such widget key."""

    code = "widget_unknown"
    title = "No such widget key"


class WidgetOff(PermissionDenied):
    """The key is switched off."""

    code = "widget_off"
    title = "This widget is switched off"


class OriginRefused(PermissionDenied):
    """The key may not be used from where the request comes from."""

    code = "origin_refused"
    title = "This site may not use the widget key"


class VisitorUnknown(NotSignedIn):
    """Token or ticket is unknown, used or over."""

    code = "visitor_unknown"
    title = "Start a new session"


class Blocked(PermissionDenied):
    """This visitor may not write."""

    code = "blocked"
    title = "Not possible from here"


class IdentityRefused(PermissionDenied):
    """The identity token proves nothing."""

    code = "identity_refused"
    title = "The identity token is not good"


class IdentityConflict(Conflict):
    """The session belongs to another person."""

    code = "identity_conflict"
    title = "The session belongs to somebody else"


class FileRefused(InvalidInput):
    """The file is not taken."""

    code = "file_refused"
    title = "The file is not taken"


class KeyTaken(Conflict):
    """There is an identity key with this name."""

    code = "key_taken"
    title = "There is a key of this name"


__all__ = [
    "Blocked",
    "FileRefused",
    "IdentityConflict",
    "IdentityRefused",
    "KeyTaken",
    "OriginRefused",
    "VisitorUnknown",
    "WidgetOff",
    "WidgetUnknown",
]
