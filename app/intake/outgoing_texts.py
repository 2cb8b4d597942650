"""Writes to the telephone of somebody who calls: by the messaging channel, which sends it by a job."""

from app.contacts import conversations, messages
from app.contacts.models import Contact
from app.core.db import Reader, Transaction
from app.core.ids import new_id

CHANNEL = "messaging"
_OURS = """select address from messaging_addresses where address not like 'whatsapp:%'
           order by address = $1 desc, address limit 1"""


async def our_address(reader: Reader, called: str | None) -> str | None:
    """The address we write from: the number that was called where it can, else our first; None without any."""
    found: str | None = await reader.fetchval(_OURS, called)
    return found


async def send(tx: Transaction, contact: Contact, texts: tuple[str, ...], *, step: int) -> None:
    """Say these to the caller's number, once for each step. Nothing is said to a hidden number or to one that wants no
    messages. The contact is locked; a reply is a contact of its own."""
    ours = await our_address(tx, contact.to_address) if texts and contact.from_address else None
    if ours is None or contact.from_address is None:
        return
    await conversations.take_turns(tx, CHANNEL, contact.from_address, ours)
    conversation = await conversations.current(tx, CHANNEL, contact.from_address, ours)
    if conversation is None:
        await tx.execute(
            "insert into conversations (id, channel, address, our_address) values ($1, $2, $3, $4)",
            new_id(),
            CHANNEL,
            contact.from_address,
            ours,
        )
        conversation = await conversations.current(tx, CHANNEL, contact.from_address, ours)
    assert conversation is not None  # noqa: S101 -- written a statement ago
    for n, text in enumerate(texts):
        await messages.say(tx, contact, conversation, client_id=f"flow:{contact.id}:{step}:{n}", body=text)
