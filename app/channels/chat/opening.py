"""A contact that a visitor opens: with the site's flow, or without."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.channels.chat.keys import WidgetKey
from app.channels.chat.naming import CHANNEL
from app.channels.chat.visitors import Visitor
from app.channels.chat.wording import shown
from app.contacts import repository as contact_rows
from app.contacts import service as contacts
from app.contacts.events import ContactChanged
from app.contacts.models import Contact
from app.core.batch import Batch
from app.core.db import Reader, Transaction
from app.core.ids import new_id
from app.customers.models import Identified
from app.customers.phones import NotANumber
from app.intake import service as intake
from app.intake.service import Entry, Received, new_contact
from app.routing import hours
from app.selfservice.locales import Locale


@dataclass(frozen=True, slots=True)
class Opening:
    """What has begun. `received`: the flow's first turn; `queue_id`: where to wait at once instead."""

    contact: Contact
    received: Received | None
    queue_id: UUID | None

    @property
    def greeting(self) -> str:
        """What the flow says first."""
        return shown(self.received.turn).text if self.received is not None else ""

    @classmethod
    async def with_flow(
        cls,
        tx: Transaction,
        key: WidgetKey,
        identified: Identified,
        visitor: Visitor,
        *,
        now: datetime,
        time_zone: ZoneInfo,
    ) -> "Opening":
        """Open the contact and take the flow's first turn; without a published flow the queue serves."""
        version = await tx.fetchval("select published_version from flows where id = $1", key.flow_id)
        if version is None or key.flow_id is None:
            return cls(await opened_contact(tx, key, identified, visitor), None, key.queue_id)
        open_hours = await queue_hours(tx, key.queue_id)
        entry = Entry(key.flow_id, version, Locale(visitor.locale), open_hours)
        received = await intake.prepare(
            tx,
            contact_id=new_id(),
            channel=CHANNEL,
            address=NotANumber(""),
            to_address=key.key,
            entry=entry,
            now=now,
            time_zone=time_zone,
            identified=identified,
        )
        batch = Batch()
        intake.opening(batch, received, answer=shown(received.turn).stored())
        await tx.write(batch)
        return cls(await contact_rows.get_for_update(tx, received.contact_id), received, None)


async def opened_contact(
    tx: Transaction, key: WidgetKey, identified: Identified, visitor: Visitor
) -> Contact:
    """A contact without a flow."""
    new = new_contact(CHANNEL, NotANumber(""), key.key, identified, Locale(visitor.locale))
    return await contacts.open_contact(tx, new)


async def queue_hours(reader: Reader, queue_id: UUID) -> hours.Hours:
    """When a queue is open."""
    row = await reader.fetchrow(
        f"""select q.key, q.is_closed, {hours.CALENDAR} as calendar
            from queues q left join calendars k on k.id = q.calendar_id where q.id = $1""",  # noqa: S608
        queue_id,
    )
    if row is None:
        return hours.ALWAYS_OPEN
    return hours.hours_of(row["calendar"], is_closed=row["is_closed"], where=row["key"])


async def show_visitor(tx: Transaction, contact_id: UUID, visitor: Visitor, **more: Any) -> None:
    """Put what the agent should see of the visitor on the contact; `more` adds to it."""
    contact = await contact_rows.get(tx, contact_id)
    known = contact.media.get("chat", {})
    facts = {
        **known,
        "visitor_id": str(visitor.id),
        "is_away": known.get("is_away", False),
        "is_verified": visitor.subject is not None,
        "external": f"{visitor.widget_key}:{visitor.subject}" if visitor.subject else None,
        "name": visitor.name,
        "email": visitor.email,
        "phone": visitor.person.get("phone") or visitor.details.get("phone"),
        "page": visitor.page,
        **more,
    }
    if facts != known:
        changed = await contact_rows.change(tx, contact_id, {"media": {**contact.media, "chat": facts}})
        await tx.publish(ContactChanged(changed))
