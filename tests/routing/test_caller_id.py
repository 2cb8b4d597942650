"""Which of our numbers whom we call sees: the queue's, the one that was called, the site's; never one not ours."""

from uuid import UUID

import pytest

from app.core.db import Transaction
from app.core.ids import new_id
from app.routing.caller_id import number_shown

FIRST, SECOND, THIRD = "+886255500101", "+886255500102", "+886255500103"


@pytest.fixture
async def queue_id(tx: Transaction) -> UUID:
    """A queue, and three numbers of ours."""
    queue, flow = new_id(), new_id()
    await tx.execute("insert into queues (id, key, name) values ($1, 'sales', 'Sales')", queue)
    await tx.execute("insert into flows (id, key, name) values ($1, 'main', '{}')", flow)
    for number in (FIRST, SECOND, THIRD):
        await tx.execute(
            "insert into phone_numbers (number, label, flow_id) values ($1, 'x', $2)", number, flow
        )
    return queue


async def test_each_rule_gives_way_to_the_one_above_it(tx: Transaction, queue_id: UUID) -> None:
    assert await number_shown(tx, queue_id) == FIRST
    await tx.execute("update phone_numbers set is_default = true where number = $1", THIRD)
    assert await number_shown(tx, queue_id) == THIRD
    assert await number_shown(tx, None) == THIRD
    await tx.execute("update phone_numbers set queue_id = $2 where number = $1", SECOND, queue_id)
    assert await number_shown(tx, queue_id) == SECOND
    assert await number_shown(tx, queue_id, called=FIRST) == FIRST
    await tx.execute("update queues set caller_id = $2 where id = $1", queue_id, THIRD)
    assert await number_shown(tx, queue_id, called=FIRST) == THIRD


async def test_a_number_that_is_not_ours_any_more_is_not_shown(tx: Transaction, queue_id: UUID) -> None:
    assert await number_shown(tx, queue_id, called="+886255500999") == FIRST
    await tx.execute("update queues set caller_id = $2 where id = $1", queue_id, SECOND)
    await tx.execute("delete from phone_numbers where number = $1", SECOND)
    assert await number_shown(tx, queue_id) == FIRST
    await tx.execute("delete from phone_numbers")
    assert await number_shown(tx, queue_id) is None
