"""Notes, outcome codes and ends of contacts on real tables."""

import asyncio
from uuid import UUID

import pytest

from app.agents import accounts
from app.contacts import repository
from app.contacts import service as contacts
from app.contacts.errors import ContactMovedOn, ContactNotFound
from app.contacts.lifecycle import ContactMove, Outcome
from app.contacts.models import Contact
from app.contacts.service import NewContact, Note
from app.core.db import Database, Transaction
from app.core.errors import InvalidInput
from app.core.ids import new_id
from tests.support.clock import START


async def opened(tx: Transaction) -> Contact:
    return await contacts.open_contact(
        tx, NewContact("voice", "+886900000001", "+886200000001", None, "unknown", [], "en")
    )


async def hired(tx: Transaction) -> UUID:
    return await accounts.create(
        tx, number=1, login="mei", display_name="Mei", password_hash="-", role="agent", locale="en"
    )


async def test_the_same_note_again_is_the_note_that_is_there(database: Database) -> None:
    async with database.transaction() as tx:
        contact, agent_id, note_id = await opened(tx), await hired(tx), new_id()

    async def write() -> Note:
        async with database.transaction() as tx:
            return await contacts.add_note(
                tx, contact, note_id=note_id, agent_id=agent_id, agent_name="Mei", body="  call back  "
            )

    notes = await asyncio.gather(write(), write(), write())
    assert {note.body for note in notes} == {"call back"}
    async with database.read() as reader:
        assert len(await contacts.notes(reader, contact.id)) == 1
        assert await reader.fetchval("select count(*) from touchpoints where kind = 'note.added'") == 1


async def test_an_empty_note_is_refused(tx: Transaction) -> None:
    contact, agent_id = await opened(tx), await hired(tx)
    with pytest.raises(InvalidInput):
        await contacts.add_note(
            tx, contact, note_id=new_id(), agent_id=agent_id, agent_name="Mei", body=" \n "
        )


async def test_a_note_id_of_another_contact_is_refused(tx: Transaction) -> None:
    one, other, agent_id, note_id = await opened(tx), await opened(tx), await hired(tx), new_id()
    await contacts.add_note(tx, one, note_id=note_id, agent_id=agent_id, agent_name="Mei", body="one")
    with pytest.raises(InvalidInput):
        await contacts.add_note(tx, other, note_id=note_id, agent_id=agent_id, agent_name="Mei", body="two")


async def test_outcome_codes_must_exist_be_active_and_are_replaced(tx: Transaction) -> None:
    contact = await opened(tx)
    await tx.execute(
        """insert into dispositions (code, labels, position, is_active)
           values ('b', '{}', 2, true), ('a', '{}', 1, true), ('old', '{}', 3, false)"""
    )
    await contacts.set_dispositions(tx, contact.id, ["b", "a"])
    assert await contacts.dispositions(tx, contact.id) == ["a", "b"]
    for wrong in ("old", "unheard_of"):
        with pytest.raises(InvalidInput, match=wrong):
            await contacts.set_dispositions(tx, contact.id, ["a", wrong])
    await contacts.set_dispositions(tx, contact.id, ["b"])
    assert await contacts.dispositions(tx, contact.id) == ["b"]


async def test_the_same_code_twice_is_one_code(tx: Transaction) -> None:
    contact = await opened(tx)
    await tx.execute("insert into dispositions (code, labels) values ('a', '{}')")
    await contacts.set_dispositions(tx, contact.id, ["a", "a"])
    assert await contacts.dispositions(tx, contact.id) == ["a"]


async def test_a_contact_ends_once(database: Database) -> None:
    async with database.transaction() as tx:
        contact = await opened(tx)

    async def close(outcome: Outcome) -> Contact | None:
        async with database.transaction() as tx:
            return await contacts.close(tx, contact.id, outcome, now=START)

    ends = await asyncio.gather(close(Outcome.FAILED), close(Outcome.SOLVED_BY_SELF_SERVICE))
    assert sum(end is not None for end in ends) == 1
    async with database.read() as reader:
        assert await reader.fetchval("select count(*) from touchpoints where kind = 'contact.closed'") == 1


async def test_a_move_the_state_does_not_allow_is_refused_and_changes_nothing(tx: Transaction) -> None:
    contact = await opened(tx)
    with pytest.raises(ContactMovedOn):
        await repository.move(tx, contact.id, ContactMove.CONNECT)
    assert (await repository.get(tx, contact.id)).version == contact.version
    with pytest.raises(ContactNotFound):
        await repository.get(tx, new_id())
