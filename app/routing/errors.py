"""What can go wrong between a contact, an offer and an agent."""

from app.core.errors import Conflict, NotFound


class OfferNotFound(NotFound):
    """No such offer for this agent."""

    code = "offer_not_found"
    title = "Offer not found"


class OfferNoLongerAvailable(Conflict):
    """Somebody or something was faster: the offer is not pending any more."""

    code = "offer_no_longer_available"
    title = "The offer is no longer available"


class AnswerOnPhone(Conflict):
    """The offer is a ringing telephone and is accepted there."""

    code = "answer_on_phone"
    title = "Answer on your telephone"


class NotYourContact(NotFound):
    """The contact is not in this agent's hands."""

    code = "contact_not_found"
    title = "Contact not found"


class AgentNotThere(Conflict):
    """The agent is not at work."""

    code = "agent_not_there"
    title = "The agent is not at work"


class AgentNotFree(Conflict):
    """The agent cannot begin a contact now."""

    code = "agent_not_free"
    title = "Not free"


class CallbackNotFound(NotFound):
    """No such callback."""

    code = "callback_not_found"
    title = "Callback not found"


class CallbackOver(Conflict):
    """The callback, or the contact that asks for one, has ended or moved on."""

    code = "callback_over"
    title = "The callback is over"
