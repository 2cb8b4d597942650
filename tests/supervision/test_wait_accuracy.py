"""Supervisors see how true the waits were that customers were told."""

from app.core.ids import new_id
from tests.support.app import Person, RunningApp


async def promise(
    web: RunningApp, low: float, high: float, waited: float, outcome: str = "connected"
) -> None:
    """A promise of some time ago and what came of it."""
    contact_id = await web.queued()
    async with web.database.transaction() as tx:
        await tx.execute(
            """insert into wait_promises (id, contact_id, queue_id, position, low_seconds, high_seconds,
                                          waited_seconds, outcome) values ($1, $2, $3, 1, $4, $5, $6, $7)""",
            new_id(),
            contact_id,
            web.queue_id,
            low,
            high,
            waited,
            outcome,
        )


async def test_the_accuracy_counts_who_was_connected(web: RunningApp, boss: Person) -> None:
    await promise(web, 30, 120, 60)
    await promise(web, 30, 120, 121)
    await promise(web, 30, 120, 120)
    await promise(web, 30, 120, 500, "left")
    found = await boss.command("GET", f"/queues/{web.queue_id}/wait-accuracy?hours=1")
    assert found["promises"] == 3
    assert (round(found["kept"], 3), round(found["too_long"], 3)) == (0.667, 0.333)


async def test_without_promises_nothing_is_claimed(web: RunningApp, boss: Person) -> None:
    found = await boss.command("GET", f"/queues/{web.queue_id}/wait-accuracy")
    assert found == {"promises": 0, "kept": None, "too_long": None}


async def test_an_unknown_queue_is_not_found(web: RunningApp, boss: Person) -> None:
    assert (await boss.call("GET", f"/queues/{new_id()}/wait-accuracy")).status_code == 404
