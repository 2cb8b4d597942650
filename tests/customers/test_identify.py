"""Whose number is it: certain only when nobody else can be meant, and every choice of an agent is learned."""

from uuid import UUID, uuid4

import pytest

from app.core.db import Transaction
from app.core.errors import NotFound
from app.core.events import EventRegistry
from app.customers.events import IdentityConfirmed
from app.customers.identify import confirm, identify, identify_by, reject
from app.customers.models import Certain, Identified, Identity, IdentityKind, Likely, Reason, Unknown
from app.customers.phones import NotANumber, Withheld, normalise
from app.customers.profile import add_identity, create_customer, retire_identity, stored_identity

NUMBER = "0912 345 678"
PHONE = stored_identity(IdentityKind.PHONE, NUMBER)
AGENT = uuid4()


async def holder(tx: Transaction, name: str, *, label: str | None = None, is_verified: bool = False) -> UUID:
    customer_id = await create_customer(tx, display_name=name)
    await add_identity(tx, customer_id=customer_id, identity=PHONE, label=label, is_verified=is_verified)
    return customer_id


async def call(tx: Transaction) -> Identified:
    return await identify(tx, address=normalise("＋８８６　９１２－３４５－６７８"))


def names(found: Identified) -> list[tuple[str, Reason]]:
    assert isinstance(found, Likely)
    return [(c.customer.display_name, c.reason) for c in found.candidates]


async def test_a_verified_number_of_one_customer_is_certain(tx: Transaction) -> None:
    mine = await holder(tx, "王小明", is_verified=True)
    found = await call(tx)
    assert isinstance(found, Certain)
    assert (found.customer.customer_id, found.customer.display_name) == (mine, "王小明")
    assert (found.customer.language, found.customer.tier) == ("zh-Hant", "standard")


async def test_an_unknown_number_names_nobody(tx: Transaction) -> None:
    assert await call(tx) == Unknown()


@pytest.mark.parametrize("text", ["+266696687", "anonymous", "", None])
async def test_a_withheld_caller_is_never_matched(tx: Transaction, text: str | None) -> None:
    customer_id = await create_customer(tx, display_name="Trap")
    for value in ("+266696687", "anonymous", ""):
        await add_identity(
            tx, customer_id=customer_id, identity=Identity(IdentityKind.PHONE, value), is_verified=True
        )
    assert await identify(tx, address=normalise(text)) == Withheld()


async def test_a_sip_address_is_unknown(tx: Transaction) -> None:
    assert await identify(tx, address=NotANumber("sip:x@example.com")) == Unknown()


async def test_an_unverified_number_is_likely_until_an_agent_confirms_it(tx: Transaction) -> None:
    mine = await holder(tx, "王小明")
    assert names(await call(tx)) == [("王小明", Reason.UNVERIFIED_NUMBER)]
    await confirm(tx, identity=PHONE, customer_id=mine, agent_id=AGENT)
    assert isinstance(await call(tx), Certain)


async def test_a_shared_number_stays_a_list_and_prefers_the_last_choice(tx: Transaction) -> None:
    await holder(tx, "A", is_verified=True)
    second = await holder(tx, "B")
    assert names(await call(tx)) == [("A", Reason.SHARED_NUMBER), ("B", Reason.SHARED_NUMBER)]
    await confirm(tx, identity=PHONE, customer_id=second, agent_id=AGENT)
    assert [name for name, _ in names(await call(tx))] == ["B", "A"]


async def test_a_household_number_says_so(tx: Transaction) -> None:
    await holder(tx, "媽媽", label="household", is_verified=True)
    await holder(tx, "爸爸")
    assert {reason for _, reason in names(await call(tx))} == {Reason.HOUSEHOLD_NUMBER}


async def test_a_former_number_hints_but_never_makes_certain(tx: Transaction) -> None:
    old = await holder(tx, "舊主", is_verified=True)
    await retire_identity(tx, customer_id=old, identity=PHONE)
    assert names(await call(tx)) == [("舊主", Reason.FORMER_NUMBER)]


async def test_a_former_holder_takes_no_certainty_from_the_holder_of_today(tx: Transaction) -> None:
    old = await holder(tx, "舊主", is_verified=True)
    await retire_identity(tx, customer_id=old, identity=PHONE)
    today = await holder(tx, "新主", is_verified=True)
    found = await call(tx)
    assert isinstance(found, Certain)
    assert found.customer.customer_id == today


async def test_an_unverified_holder_comes_before_a_former_one(tx: Transaction) -> None:
    old = await holder(tx, "A 舊主", is_verified=True)
    await retire_identity(tx, customer_id=old, identity=PHONE)
    await holder(tx, "B 新主")
    assert names(await call(tx)) == [
        ("B 新主", Reason.UNVERIFIED_NUMBER),
        ("A 舊主", Reason.FORMER_NUMBER),
    ]


async def test_candidates_never_confirmed_are_ordered_by_last_contact(tx: Transaction) -> None:
    await holder(tx, "A")
    recent = await holder(tx, "B")
    await tx.execute(
        "insert into contacts (id, channel, state, customer_id) values ($1, 'voice', 'new', $2)",
        uuid4(),
        recent,
    )
    found = await call(tx)
    assert [name for name, _ in names(found)] == ["B", "A"]
    assert isinstance(found, Likely)
    assert [c.last_contact_at is not None for c in found.candidates] == [True, False]


async def merge(tx: Transaction, gone: UUID, into: UUID) -> None:
    await tx.execute("update customers set merged_into = $2 where id = $1", gone, into)


async def test_merged_customers_resolve_to_the_survivor(tx: Transaction) -> None:
    first, second = await holder(tx, "A", is_verified=True), await holder(tx, "B")
    survivor = await create_customer(tx, display_name="C")
    await merge(tx, first, second)
    await merge(tx, second, survivor)
    found = await call(tx)
    assert isinstance(found, Certain)
    assert found.customer.customer_id == survivor


async def test_confirming_a_merged_customer_confirms_the_survivor(tx: Transaction) -> None:
    gone, survivor = await holder(tx, "A"), await create_customer(tx, display_name="B")
    await merge(tx, gone, survivor)
    assert await confirm(tx, identity=PHONE, customer_id=gone, agent_id=AGENT) == survivor
    assert isinstance(await call(tx), Certain)


async def test_a_circle_of_merges_ends(tx: Transaction) -> None:
    first, second = await holder(tx, "A"), await holder(tx, "B")
    await merge(tx, first, second)
    await merge(tx, second, first)
    assert await call(tx) == Unknown()


async def confirmations(tx: Transaction, customer_id: UUID) -> int:
    value: int = await tx.fetchval("select confirmations from identities where customer_id = $1", customer_id)
    return value


async def test_confirming_twice_in_one_contact_counts_once(tx: Transaction) -> None:
    heard: list[IdentityConfirmed] = []

    async def listen(_: Transaction, event: IdentityConfirmed) -> None:
        heard.append(event)

    registry = EventRegistry()
    registry.subscribe(IdentityConfirmed, listen)
    tx = Transaction(tx.connection, registry)
    mine, contact = await holder(tx, "A"), uuid4()
    for contact_id in (contact, contact, uuid4()):
        await confirm(tx, identity=PHONE, customer_id=mine, agent_id=AGENT, contact_id=contact_id)
    assert await confirmations(tx, mine) == 2
    assert [e.contact_id == contact for e in heard] == [True, False]


async def test_confirming_a_customer_without_the_number_adds_it(tx: Transaction) -> None:
    other = await create_customer(tx, display_name="found by search")
    await confirm(tx, identity=PHONE, customer_id=other, agent_id=AGENT)
    found = await call(tx)
    assert isinstance(found, Certain)
    assert found.customer.customer_id == other


async def test_confirming_a_former_number_makes_it_current(tx: Transaction) -> None:
    mine = await holder(tx, "A")
    await retire_identity(tx, customer_id=mine, identity=PHONE)
    await confirm(tx, identity=PHONE, customer_id=mine, agent_id=AGENT)
    assert isinstance(await call(tx), Certain)


async def test_a_rejected_match_is_only_likely_next_time(tx: Transaction) -> None:
    mine = await holder(tx, "A", is_verified=True)
    for _ in range(2):
        await reject(tx, identity=PHONE, customer_id=mine, agent_id=AGENT)
    assert names(await call(tx)) == [("A", Reason.UNVERIFIED_NUMBER)]


async def test_rejecting_takes_back_a_confirmation_of_the_same_contact(tx: Transaction) -> None:
    mine, contact = await holder(tx, "A"), uuid4()
    await confirm(tx, identity=PHONE, customer_id=mine, agent_id=AGENT, contact_id=contact)
    await reject(tx, identity=PHONE, customer_id=mine, agent_id=AGENT, contact_id=contact)
    assert isinstance(await call(tx), Likely)
    await confirm(tx, identity=PHONE, customer_id=mine, agent_id=AGENT, contact_id=contact)
    assert isinstance(await call(tx), Certain)


async def test_rejecting_the_survivor_reaches_what_it_inherited(tx: Transaction) -> None:
    gone, survivor = await holder(tx, "A", is_verified=True), await create_customer(tx, display_name="B")
    await merge(tx, gone, survivor)
    await reject(tx, identity=PHONE, customer_id=survivor, agent_id=AGENT)
    assert isinstance(await call(tx), Likely)


async def test_confirming_nobody_is_refused(tx: Transaction) -> None:
    with pytest.raises(NotFound):
        await confirm(tx, identity=PHONE, customer_id=uuid4(), agent_id=AGENT)


async def test_a_switchboard_with_many_holders_gives_a_short_list(tx: Transaction) -> None:
    for n in range(30):
        await holder(tx, f"{n:02}")
    assert len(names(await call(tx))) == 20


async def test_mail_addresses_identify_too(tx: Transaction) -> None:
    mail = stored_identity(IdentityKind.EMAIL, " Mei@Example.com ")
    mine = await create_customer(tx, display_name="Mei")
    await add_identity(tx, customer_id=mine, identity=mail, is_verified=True)
    assert isinstance(await identify_by(tx, identity=mail), Certain)
