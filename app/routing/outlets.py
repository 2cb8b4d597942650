"""The port to the channels: what they can do for a contact that leaves its queue without an agent.

A channel implements `Outlet` and is registered in `app/wiring.py`. Every method runs in the transaction that takes
the contact out of its queue, with the contact locked, and may run again after a rollback: it writes rows and orders
jobs, and never talks to the outside world. The contact's `work_item` tells one occasion from the next.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from app.contacts.models import Contact
from app.core.db import Transaction
from app.routing.overflow_rules import Cause


class Outlet(Protocol):
    """One channel's ways out of a queue. False: this channel cannot do it (now); nothing was changed then."""

    def keeps(self, contact: Contact) -> bool:
        """True: nothing but an agent may take this contact out of its queue."""

    async def callback(self, tx: Transaction, contact: Contact, cause: Cause) -> bool:
        """Have the customer called back. True: the contact is not in the queue any more."""

    async def voicemail(self, tx: Transaction, contact: Contact, cause: Cause) -> bool:
        """Let the customer leave a message. True: the contact is not in the queue any more."""

    async def message(
        self, tx: Transaction, contact: Contact, cause: Cause, *, text: str | None, opens_at: datetime | None
    ) -> bool:
        """Tell the customer why the contact ends, in `text` (in the contact's language) or else in the channel's own
        words, and let go. `opens_at` is when a closed queue opens next. The caller closes the contact."""


class Outlets:
    """Which outlet serves which channel."""

    def __init__(self, of_channel: Mapping[str, Outlet] | None = None):
        self._of_channel = dict(of_channel or {})

    def of(self, channel: str) -> Outlet | None:
        """The channel's outlet; None when it has none, so that its contacts can only be closed."""
        return self._of_channel.get(channel)
