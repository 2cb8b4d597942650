"""A queue closed by hand is closed for the router at once, and open again at once."""

from tests.supervision.conftest import Audited, Route
from tests.supervision.desk import at_work, rings_at, state
from tests.support.app import Person, RunningApp


async def test_a_supervisor_closes_and_opens_a_queue_and_the_router_obeys(
    web: RunningApp, boss: Person, admin: Person, route: Route, audited: Audited
) -> None:
    mei = await web.person("mei")
    stay = {"closing": {"do": "stay"}, "closed": {"do": "stay"}}
    await admin.command("PATCH", f"/queues/{web.queue_id}", {"overflow": stay})
    for _ in range(2):
        closed = await boss.command("POST", f"/queues/{web.queue_id}/close")
        assert (closed["is_closed"], closed["is_open"]) == (True, False)
    contact_id = await web.queued()
    async with at_work(mei):
        await route()
        assert await state(web, contact_id) == "queued"
        opened = await boss.command("POST", f"/queues/{web.queue_id}/open")
        assert (opened["is_closed"], opened["is_open"]) == (False, True)
        await route()
        assert await rings_at(web, contact_id) == mei.agent_id
    actions = [line["action"] for line in await audited()]
    assert actions == ["queue.changed", "queue.closed", "queue.opened"]
