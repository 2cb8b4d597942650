"""Recordings, messages and surveys over the whole product and the simulated network."""

import io
import wave
from typing import Any

from tests.support.centre import Centre
from tests.support.waiting import eventually


async def set_queues(centre: Centre, **columns: object) -> None:
    async with centre.database.transaction() as tx:
        for name, value in columns.items():
            await tx.execute(f"update queues set {name} = $1", value)


async def connected(centre: Centre) -> tuple[Any, Any, str]:
    """A caller and mei in conversation."""
    mei = await centre.at_work("mei")
    call = await centre.call()
    await call.collecting()
    call.press("0")
    offer = (await mei.event("offer.made"))["offer"]
    await mei.command("POST", f"/offers/{offer['offer_id']}/accept")
    await mei.contact(state="active", call_state="talking")
    return mei, call, offer["contact_id"]


async def recording_is(agent: Any, state: str) -> None:
    async def there() -> bool:
        views = [e["contact"] for e in agent.events if e["type"] == "contact.changed"]
        return bool(views and views[-1]["recording"] and views[-1]["recording"]["state"] == state)

    await eventually(there, what=f"a recording that is {state}")


async def heard(agent: Any, path: str) -> bytes:
    """The sound, as a player fetches it."""
    address = (await agent.command("POST", path))["url"]
    answer = await agent.http.get(address)
    assert answer.status_code == 200, answer.text
    part = await agent.http.get(address, headers={"Range": "bytes=0-43"})
    assert (part.status_code, part.content) == (206, answer.content[:44])
    return bytes(answer.content)


async def test_a_recorded_call_is_played_back_in_two_channels(centre: Centre) -> None:
    await set_queues(centre, recording="always")
    mei, call, contact_id = await connected(centre)
    await recording_is(mei, "recording")
    await mei.command("POST", f"/contacts/{contact_id}/recording/pause")
    await recording_is(mei, "paused")
    await mei.command("POST", f"/contacts/{contact_id}/recording/resume")
    await recording_is(mei, "recording")
    call.hangup()
    await mei.contact(state="wrap_up")
    await centre.becomes("select object_id is not null from recordings", True)
    sara = await centre.sign_in("sara")
    listed = (await sara.command("GET", f"/recordings?contact_id={contact_id}"))["recordings"]
    assert [(one["status"], one["channels"], len(one["pauses"])) for one in listed] == [("completed", 2, 1)]
    sound = await heard(sara, f"/recordings/{listed[0]['recording_id']}/listen")
    with wave.open(io.BytesIO(sound)) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8000)
        assert file.getnframes() > 0
    await mei.command("POST", f"/recordings/{listed[0]['recording_id']}/listen", status=403)
    audited = "select count(*) from audit_log where action = 'recording.heard' and actor_id = $1"
    assert await centre.value(audited, sara.agent_id) == 1
    await centre.becomes("select is_deleted_at_carrier from recordings", True)
    assert centre.simulator.oracles() == []


async def test_a_voicemail_left_at_overflow_is_heard_and_called_back(centre: Centre) -> None:
    await set_queues(
        centre,
        max_wait_seconds=1,
        overflow={"max_wait": {"do": "voicemail"}},
        callback_rules={"quiet": None},
    )
    call = await centre.call()
    await call.collecting()
    call.press("0")
    await call.hears("留言")
    await call.until(lambda _: bool(centre.simulator.recordings.by_sid), "speaks to the tone")
    call.say("我的包裹還沒有到")
    await call.hears("已收到您的留言")
    assert await call.ended() == "completed"
    await centre.becomes(
        "select outcome from contacts c join voicemails v on v.contact_id = c.id", "voicemail"
    )
    await centre.becomes("select object_id is not null from recordings", True)
    sara = await centre.sign_in("sara")
    listed = (await sara.command("GET", "/voicemails"))["voicemails"]
    assert [one["from_address"] for one in listed] == [centre.facts.callers[0].number]
    contact_id = listed[0]["contact_id"]
    with wave.open(io.BytesIO(await heard(sara, f"/voicemails/{contact_id}/listen"))) as file:
        assert file.getnchannels() == 1
    first = await sara.command("POST", f"/voicemails/{contact_id}/heard")
    assert first["heard_by"] == "周書瑋"
    asked = await sara.command("POST", f"/voicemails/{contact_id}/callback")
    assert asked["callback_id"]
    assert await sara.command("POST", f"/voicemails/{contact_id}/callback") == asked
    assert await centre.value("select count(*) from callbacks") == 1
    assert (await sara.command("GET", "/voicemails"))["voicemails"] == []
    assert len((await sara.command("GET", "/voicemails?is_heard=true"))["voicemails"]) == 1


async def test_a_survey_answered_with_1_wants_somebody(centre: Centre) -> None:
    await set_queues(centre, has_survey=True, recording="always")
    mei, call, contact_id = await connected(centre)
    await recording_is(mei, "recording")
    await mei.command("POST", f"/contacts/{contact_id}/hang-up")
    await call.hears("評分")
    call.press("1")  # while it is being asked
    await mei.contact(state="wrap_up")
    await call.hears("寶貴意見")
    assert await call.ended() == "completed"
    sara = await centre.sign_in("sara")
    listed = (await sara.command("GET", "/surveys?follow_up=open"))["surveys"]
    assert [(one["contact_id"], one["score"]) for one in listed] == [(contact_id, 1)]
    alerts = (await sara.command("GET", "/alerts"))["alerts"]
    assert [(one["kind"], one["subject"]) for one in alerts] == [("low_score", contact_id)]
    assert (await sara.command("POST", f"/surveys/{contact_id}/done"))["follow_up"] == "done"
    assert (await sara.command("POST", f"/surveys/{contact_id}/done"))["follow_up"] == "done"
    assert (await sara.command("GET", "/alerts"))["alerts"] == []
    assert await centre.value("select count(*) from audit_log where action = 'survey.followed_up'") == 1
    await centre.becomes("select status from recordings", "completed")
    assert centre.simulator.oracles() == []
