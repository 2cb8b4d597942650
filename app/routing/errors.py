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


class NotYourContact(NotFound):
    """The contact is not in this agent's hands."""

    code = "contact_not_found"
    title = "Contact not found"
