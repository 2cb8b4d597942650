"""A queue that rings several, from the administrator's setting to the agents' consoles and the call."""

from tests.supervision.conftest import Route
from tests.supervision.desk import at_work, kinds, value
from tests.support.app import Person, RunningApp


async def test_all_consoles_ring_and_those_who_were_not_first_hear_who_was(
    web: RunningApp, admin: Person, route: Route
) -> None:
    mei, tom = await web.person("mei"), await web.person("tom")
    await admin.command("PATCH", f"/queues/{web.queue_id}", {"ring_count": 2})
    async with at_work(mei) as hers, at_work(tom) as his:
        contact_id = await web.queued()
        await route()
        offers = {
            person.agent_id: await value(
                web, "select id from offers where agent_id = $1 and state = 'pending'", person.agent_id
            )
            for person in (mei, tom)
        }
        await mei.command("POST", f"/offers/{offers[mei.agent_id]}/accept")
        late = await tom.call("POST", f"/offers/{offers[tom.agent_id]}/accept")
        assert (late.status_code, late.json()["code"]) == (409, "offer_no_longer_available")
        assert "a colleague was first" in late.json()["detail"]
        await his.settle()
        await hers.settle()
        [ended] = [e for e in his.events if e["type"] == "offer.ended"]
        name = await value(web, "select display_name from agents where id = $1", mei.agent_id)
        assert (ended["state"], ended["reason"], ended["taken_by"]) == ("withdrawn", "taken", name)
        [state] = [e for e in his.events if e["type"] == "agent.state_changed"][-1:]
        assert state["agent"]["activity"] == "idle"
        assert [e["type"] for e in hers.events if e["type"].startswith("offer.")] == [
            "offer.made",
            "offer.accepting",
        ]
        await route()
        assert (
            await value(web, "select state from voice_calls where contact_id = $1", contact_id)
            == "connecting"
        )
        legs = "select array_agg(agent_id) from voice_legs where contact_id = $1 and kind = 'agent'"
        assert await value(web, legs, contact_id) == [mei.agent_id], "one telephone is called"
        assert (await kinds(web, contact_id)).count("offer.withdrawn") == 1
