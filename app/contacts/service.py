"""What may be done to a contact on every channel alike: open, follow, note, close."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from app.contacts import repository
from app.contacts.events import ContactChanged, ContactClosed
from app.contacts.lifecycle import ContactMove, ContactState, Outcome
from app.contacts.models import Contact
from app.core.batch import Batch
from app.core.db import Reader, Transaction
from app.core.errors import InvalidInput
from app.core.ids import new_id
from app.touchpoints import log as touchpoints
from app.touchpoints.log import Line, Subject


@dataclass(frozen=True, slots=True)
class NewContact:
    """Facts of an inbound contact, known when it arrives."""

    channel: str
    from_address: str | None
    to_address: str | None
    customer_id: UUID | None
    identification: str
    candidates: list[dict[str, Any]]
    language: str
    priority: int = 5
    direction: str = "inbound"


def opening(batch: Batch, new: NewContact, contact_id: UUID) -> tuple[Subject, Line]:
    """Add the contact, in self-service, to a batch. Returns whose timeline it is on and the line to log first."""
    batch.add(
        "contact",
        """insert into contacts (id, channel, direction, state, customer_id, identification, candidates,
                                 from_address, to_address, language, priority)
           values ($1, $2, $3, 'self_service', $4, $5, $6, $7, $8, $9, $10)""",
        contact_id,
        new.channel,
        new.direction,
        new.customer_id,
        new.identification,
        new.candidates,
        new.from_address,
        new.to_address,
        new.language,
        new.priority,
    )
    withheld = new.from_address is None and new.channel == "voice"  # elsewhere there is no number to hide
    data = {"identification": new.identification, "withheld": withheld}
    opened = Line("contact.opened", "1", touchpoints.CUSTOMER, data)
    return Subject(contact_id, new.customer_id, new.channel), opened


async def open_contact(tx: Transaction, new: NewContact, *, contact_id: UUID | None = None) -> Contact:
    """Open a contact in self-service and log it."""
    batch = Batch()
    subject, opened = opening(batch, new, contact_id or new_id())
    touchpoints.append_first(batch, subject, [opened])
    await tx.write(batch)
    return await repository.get(tx, subject.contact_id)


@dataclass(frozen=True, slots=True)
class NewOutbound:
    """Facts of a contact that we begin. `to_address` is the customer's, `from_address` ours."""

    channel: str
    to_address: str
    from_address: str | None
    customer_id: UUID | None
    identification: str
    language: str
    queue_id: UUID
    priority: int = 5
    age_credit: int = 0
    required_skills: dict[str, int] = field(default_factory=dict)
    candidates: list[dict[str, Any]] = field(default_factory=list)
    topic: str | None = None
    summary: dict[str, Any] = field(default_factory=dict)


def _columns(new: NewOutbound) -> dict[str, Any]:
    return {f.name: getattr(new, f.name) for f in fields(new)}


async def open_outbound(tx: Transaction, new: NewOutbound) -> Contact:
    """Open a contact that we begin and log it. It is `new`: in no queue until its time comes."""
    contact_id = new_id()
    columns = {"id": contact_id, "direction": "outbound", "state": ContactState.NEW.value, **_columns(new)}
    marks = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
    await tx.execute(
        f"insert into contacts ({', '.join(columns)}) values ({marks})",  # noqa: S608 -- names of our own code
        *columns.values(),
    )
    contact = await repository.get(tx, contact_id)
    await touchpoints.append(
        tx, contact.subject, "contact.opened", data={"identification": new.identification}, once="1"
    )
    return contact


async def close(
    tx: Transaction,
    contact_id: UUID,
    outcome: Outcome,
    *,
    now: datetime,
    data: dict[str, Any] | None = None,
) -> Contact | None:
    """Close the contact with its outcome and log it; None when it was closed already (nothing changes)."""
    contact = await repository.get_for_update(tx, contact_id)
    if contact.state == ContactState.CLOSED:
        return None
    changes = {"outcome": outcome.value, "closed_at": now, "ended_at": contact.ended_at or now}
    contact = await repository.move(tx, contact_id, ContactMove.CLOSE, changes)
    await touchpoints.append(
        tx, contact.subject, "contact.closed", data={"outcome": outcome.value, **(data or {})}, once="1"
    )
    await tx.publish(ContactClosed(contact))
    return contact


@dataclass(frozen=True, slots=True)
class Note:
    """An internal note."""

    id: UUID
    body: str
    agent_name: str
    at: datetime


async def add_note(
    tx: Transaction, contact: Contact, *, note_id: UUID, agent_id: UUID, agent_name: str, body: str
) -> Note:
    """Add an internal note. The same `note_id` again returns the note that is there."""
    body = body.strip()
    if not body:
        raise InvalidInput.of("body", "write something")
    added = await tx.fetchval(
        """insert into contact_notes (id, contact_id, agent_id, body) values ($1, $2, $3, $4)
           on conflict (id) do nothing returning id""",
        note_id,
        contact.id,
        agent_id,
        body,
    )
    if added:
        await touchpoints.append(
            tx,
            contact.subject,
            "note.added",
            actor=touchpoints.agent(agent_id, agent_name),
            data={"body": body},
            once=str(note_id),
        )
        await tx.publish(ContactChanged(contact))
    for note in await notes(tx, contact.id):
        if note.id == note_id:
            return note
    raise InvalidInput.of("note_id", "this id belongs to a note of another contact; make a new one")


async def notes(reader: Reader, contact_id: UUID) -> list[Note]:
    """All notes of a contact, oldest first."""
    rows = await reader.fetch(
        """select n.id, n.body, a.display_name, n.created_at from contact_notes n
           join agents a on a.id = n.agent_id where n.contact_id = $1 order by n.created_at, n.id""",
        contact_id,
    )
    return [Note(row["id"], row["body"], row["display_name"], row["created_at"]) for row in rows]


async def set_dispositions(tx: Transaction, contact_id: UUID, codes: list[str]) -> None:
    """Replace the outcome codes. Raises InvalidInput naming the code that does not exist."""
    known = await tx.fetch("select code from dispositions where code = any($1) and is_active", codes)
    missing = sorted(set(codes) - {row["code"] for row in known})
    if missing:
        raise InvalidInput.of(
            "dispositions", f"there is no disposition {missing[0]!r}; GET /console/snapshot lists them"
        )
    await tx.execute("delete from contact_dispositions where contact_id = $1", contact_id)
    await tx.executemany(
        "insert into contact_dispositions (contact_id, code) values ($1, $2)",
        [(contact_id, c) for c in dict.fromkeys(codes)],
    )


async def dispositions(reader: Reader, contact_id: UUID) -> list[str]:
    """The outcome codes of a contact."""
    rows = await reader.fetch(
        """select d.code from contact_dispositions d join dispositions o using (code)
           where d.contact_id = $1 order by o.position, d.code""",
        contact_id,
    )
    return [row["code"] for row in rows]


async def choose_customer(
    tx: Transaction, contact: Contact, *, customer_id: UUID | None, agent_id: UUID, agent_name: str
) -> Contact:
    """Put the agent's word on who is calling on the contact; None means nobody we know."""
    changed = await repository.change(
        tx,
        contact.id,
        {
            "customer_id": customer_id,
            "identification": "certain" if customer_id else "unknown",
            "candidates": [],
        },
    )
    await touchpoints.append(
        tx,
        changed.subject,
        "customer.confirmed" if customer_id else "customer.rejected",
        actor=touchpoints.agent(agent_id, agent_name),
        once=str(changed.version),
    )
    await tx.publish(ContactChanged(changed))
    return changed
