"""What can go wrong with a contact."""

from app.core.errors import Conflict, NotFound


class ContactNotFound(NotFound):
    """No such contact, or not one this agent may see."""

    code = "contact_not_found"
    title = "Contact not found"


class ContactMovedOn(Conflict):
    """The contact is no longer in a state that allows this."""

    code = "contact_moved_on"
    title = "The contact has moved on"


class ControlRefused(Conflict):
    """The contact's channel cannot do this now."""

    code = "control_refused"
    title = "Not possible now"


class CannotWrite(Conflict):
    """No message can be sent in this contact now."""

    code = "cannot_write"
    title = "Not possible now"


class OptedOut(Conflict):
    """The customer has asked for no more messages."""

    code = "opted_out"
    title = "The customer wants no messages"
