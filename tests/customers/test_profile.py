"""What an agent sees of a customer, and how customers are found and completed."""

from datetime import timedelta
from uuid import uuid4

import pytest

from app.core.clock import utc_now
from app.core.db import Transaction
from app.core.errors import InvalidInput, NotFound
from app.customers.identify import identify_by
from app.customers.models import Certain, IdentityKind, Likely
from app.customers.profile import (
    add_identity,
    candidates,
    card,
    create_customer,
    orders,
    retire_identity,
    stored_candidates,
    stored_identity,
)
from app.customers.search import search

PHONE = stored_identity(IdentityKind.PHONE, "0912 345 678")
MAIL = stored_identity(IdentityKind.EMAIL, "ming@example.com")


async def test_the_card_shows_current_identities_the_trusted_ones_first(tx: Transaction) -> None:
    mine = await create_customer(tx, display_name="王小明", tier="gold", pinned_note="左撇子")
    old = stored_identity(IdentityKind.PHONE, "0922 222 222")
    other = stored_identity(IdentityKind.PHONE, "02 5550 0199")
    for identity in (old, other, MAIL):
        await add_identity(tx, customer_id=mine, identity=identity)
    await add_identity(tx, customer_id=mine, identity=PHONE, is_verified=True)
    await retire_identity(tx, customer_id=mine, identity=old)
    shown = await card(tx, mine)
    assert (shown.display_name, shown.tier, shown.pinned_note) == ("王小明", "gold", "左撇子")
    assert shown.phones == ("+886912345678", "+886255500199")
    assert shown.emails == ("ming@example.com",)


async def test_the_card_of_a_merged_customer_is_the_survivors(tx: Transaction) -> None:
    gone = await create_customer(tx, display_name="old record")
    kept = await create_customer(tx, display_name="kept record")
    await tx.execute("update customers set merged_into = $2 where id = $1", gone, kept)
    assert (await card(tx, gone)).customer_id == kept


async def test_there_is_no_card_of_nobody(tx: Transaction) -> None:
    with pytest.raises(NotFound):
        await card(tx, uuid4())


async def test_creating_twice_with_the_same_id_creates_once(tx: Transaction) -> None:
    wanted = uuid4()
    for _ in range(2):
        assert await create_customer(tx, display_name="王小明", customer_id=wanted) == wanted
    assert await tx.fetchval("select count(*) from customers where id = $1", wanted) == 1


@pytest.mark.parametrize(
    ("kind", "text"),
    [("phone", "anonymous"), ("phone", "12"), ("email", "not a mail"), ("email", "a@b"), ("external", " ")],
)
async def test_an_unusable_identity_is_refused_with_the_way_out(kind: str, text: str) -> None:
    with pytest.raises(InvalidInput, match=r"^value: write"):
        stored_identity(IdentityKind(kind), text)


async def test_a_customer_needs_a_name(tx: Transaction) -> None:
    with pytest.raises(InvalidInput, match="display_name"):
        await create_customer(tx, display_name="　 ")


async def test_a_number_added_again_after_retirement_is_current_but_not_verified(tx: Transaction) -> None:
    mine = await create_customer(tx, display_name="王小明")
    await add_identity(tx, customer_id=mine, identity=PHONE, is_verified=True)
    await add_identity(tx, customer_id=mine, identity=PHONE)
    assert isinstance(await identify_by(tx, identity=PHONE), Certain)
    await retire_identity(tx, customer_id=mine, identity=PHONE)
    await add_identity(tx, customer_id=mine, identity=PHONE)
    assert isinstance(await identify_by(tx, identity=PHONE), Likely)


async def test_retiring_an_identity_somebody_else_has_is_refused(tx: Transaction) -> None:
    mine = await create_customer(tx, display_name="王小明")
    with pytest.raises(NotFound):
        await retire_identity(tx, customer_id=mine, identity=PHONE)


async def test_stored_candidates_come_back_in_order_with_todays_names(tx: Transaction) -> None:
    ids = [await create_customer(tx, display_name=name) for name in ("A", "B", "C")]
    for customer_id in ids:
        await add_identity(tx, customer_id=customer_id, identity=PHONE)
    found = await identify_by(tx, identity=PHONE)
    assert isinstance(found, Likely)
    kept = stored_candidates(found.candidates)
    await tx.execute("update customers set merged_into = $1 where id = $2", ids[0], ids[1])
    await tx.execute("update customers set display_name = 'A2' where id = $1", ids[0])
    assert [c.customer.display_name for c in await candidates(tx, kept)] == ["A2", "C"]
    assert await candidates(tx, []) == []


async def test_orders_come_newest_first_with_readable_items(tx: Transaction) -> None:
    mine, now = await create_customer(tx, display_name="王小明"), utc_now()
    for n in range(6):
        await tx.execute(
            """insert into orders (id, customer_id, number, placed_at, status, total_minor, currency, items)
               values ($1, $2, $3, $4, 'paid', 980, 'TWD', $5)""",
            uuid4(),
            mine,
            f"T-{n}",
            now + timedelta(days=n),
            [{"name": "茶杯", "quantity": 2}, {"name": "茶壺", "quantity": 1}],
        )
    shown = await orders(tx, mine)
    assert [o.number for o in shown] == ["T-5", "T-4", "T-3", "T-2", "T-1"]
    assert shown[0].items == ("茶杯 × 2", "茶壺")
    assert (shown[0].total_minor, shown[0].currency) == (980, "TWD")


@pytest.mark.parametrize(
    "text",
    ["王小", "王小明", "0912", "０９１２－３４５", "+88691", "0912345678", "ming@", "MING@EXAMPLE.COM"],
)
async def test_customers_are_found_by_the_start_of_name_number_or_mail(tx: Transaction, text: str) -> None:
    mine = await create_customer(tx, display_name="王小明")
    for identity in (PHONE, MAIL):
        await add_identity(tx, customer_id=mine, identity=identity)
    assert mine in [c.customer_id for c in await search(tx, text)]


@pytest.mark.parametrize("text", ["", "王", "%%", "__", "0913", "zz@"])
async def test_searching_for_nobody_finds_nobody(tx: Transaction, text: str) -> None:
    mine = await create_customer(tx, display_name="王小明")
    await add_identity(tx, customer_id=mine, identity=PHONE)
    assert await search(tx, text) == []
