"""Supervisors upload, replace, choose and delete what callers hear; nobody is left with silence."""

import io
from pathlib import Path
from uuid import uuid4

import pytest
import soundfile

from app.announcements import uploads
from app.announcements.uploads import Transcoder
from app.core.http import LARGER_BODIES
from app.core.objects import ObjectKeeper
from tests.announcements.conftest import Upload, made, sent
from tests.announcements.sounds import encoded
from tests.supervision.desk import value
from tests.support.app import Person, RunningApp
from tests.support.centre import COMMAND_HEADERS


async def choose(boss: Person, occasion: str, announcement_id: str | None, queue_id: object = None) -> int:
    queue = str(queue_id) if queue_id is not None else None
    body = {"occasion": occasion, "queue_id": queue, "announcement_id": announcement_id}
    return (await boss.call("PUT", "/announcement-uses", body)).status_code


async def test_an_upload_is_converted_and_heard_at_an_address_of_its_own(
    web: RunningApp, boss: Person, upload: Upload
) -> None:
    found = await upload(await made(boss), encoded("MP3", "MPEG_LAYER_III"), "zh-Hant")
    assert (found["state"], found["progress"], found["is_current"], found["version"]) == (
        "ready",
        100,
        True,
        1,
    )
    assert found["seconds"] == pytest.approx(1.0, abs=0.1)
    client = web.client()
    answer = await client.get(found["url"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/wav")
    assert "immutable" in answer.headers["cache-control"]
    assert soundfile.info(io.BytesIO(answer.content)).samplerate == 8000
    part = await client.get(found["url"], headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"RIFF")
    again = await client.get(found["url"], headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await client.get("/media/announcements/guessed.wav")).status_code == 404


async def test_the_same_upload_again_is_one_and_the_job_may_run_twice(
    web: RunningApp, boss: Person, upload: Upload, transcoder: Transcoder
) -> None:
    announcement = await made(boss)
    found = await upload(announcement, encoded())
    await transcoder.run({"file_id": found["file_id"]})
    params = {"file_id": found["file_id"], "announcement_id": announcement}
    again = await boss.http.post(
        "/api/v1/announcement-files", params=params, content=encoded(), headers=COMMAND_HEADERS
    )
    assert again.json() == found
    assert await value(web, "select count(*) from announcement_files") == 1
    lines = "select array_agg(action order by id) from audit_log where action like 'announcement%'"
    assert await value(web, lines) == ["announcement.created", "announcement.uploaded"]


async def test_a_file_that_cannot_be_played_fails_with_the_reason_and_changes_nothing(
    web: RunningApp, boss: Person, upload: Upload
) -> None:
    announcement = await made(boss)
    good = await upload(announcement, encoded(), "en")
    bad = await upload(announcement, b"no sound at all", "en")
    assert (bad["state"], bad["reason"], bad["url"], bad["is_current"]) == (
        "failed",
        "not_a_sound",
        None,
        False,
    )
    assert (await boss.command("GET", f"/announcement-files/{good['file_id']}"))["is_current"] is True
    assert await value(web, "select count(*) from announcement_files where source_id is not null") == 0


async def test_a_converter_that_hangs_is_ended(
    boss: Person, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "TRANSCODING_SECONDS", 0.0)
    assert (await upload(await made(boss), encoded()))["reason"] == "takes_too_long"


async def test_a_converter_that_dies_is_a_broken_file(
    boss: Person, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "PROGRAM", "app.announcements.nowhere")
    assert (await upload(await made(boss), encoded()))["reason"] == "broken"


async def test_a_newer_sound_replaces_the_one_before_when_it_is_ready_and_not_before(
    boss: Person, upload: Upload, transcoder: Transcoder
) -> None:
    announcement = await made(boss)
    first = await upload(announcement, encoded(), "en")
    second, third = [await sent(boss, announcement, encoded(seconds=s), "en") for s in (2.0, 3.0)]
    assert (await boss.command("GET", f"/announcement-files/{first['file_id']}"))["is_current"] is True
    await transcoder.run({"file_id": third})
    await transcoder.run({"file_id": second})  # late: an older upload does not push a newer one out
    files = (await boss.command("GET", f"/announcements/{announcement}"))["files"]
    assert [(f["version"], f["is_current"]) for f in files] == [(3, True), (2, False), (1, False)]
    assert len({f["url"] for f in files}) == 3


async def test_replaced_sounds_are_deleted_after_a_month(
    web: RunningApp, boss: Person, upload: Upload, transcoder: Transcoder, tmp_path: Path
) -> None:
    announcement = await made(boss)
    for _ in range(2):
        await upload(announcement, encoded())
    assert await transcoder.tidy() == 0
    async with web.database.transaction() as tx:
        await tx.execute("update announcement_files set replaced_at = replaced_at - interval '31 days'")
    assert await transcoder.tidy() == 1
    assert await transcoder.tidy() == 0
    keeper = ObjectKeeper(web.database, web.app.state.files)
    async with web.database.read() as reader:
        gone = await reader.fetch("select id from stored_objects where deleted_at is not null")
    for row in gone:
        await keeper.delete({"object_id": str(row["id"])})
    assert len(files_below(tmp_path)) == 1
    old = (await boss.command("GET", f"/announcements/{announcement}"))["files"][1]
    assert (old["state"], old["url"]) == ("ready", None)


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_what_is_heard_cannot_be_deleted_and_says_where(
    web: RunningApp, boss: Person, upload: Upload
) -> None:
    announcement = await made(boss)
    file = await upload(announcement, encoded())
    assert await choose(boss, "music", announcement, web.queue_id) == 200
    assert await choose(boss, "blocked", announcement) == 200
    for path in (f"/announcements/{announcement}", f"/announcement-files/{file['file_id']}"):
        refused = await boss.call("DELETE", path)
        assert (refused.status_code, refused.json()["code"]) == (409, "announcement_in_use")
        assert "blocked of the site; music of Help" in refused.json()["detail"]
    found = await boss.command("GET", f"/announcements/{announcement}")
    assert found["used_at"] == ["blocked of the site", "music of Help"]
    assert await choose(boss, "music", None, web.queue_id) == 200
    assert await choose(boss, "blocked", None) == 200
    await boss.command("DELETE", f"/announcements/{announcement}")
    assert (await web.client().get(file["url"])).status_code == 404
    assert await value(web, "select count(*) from stored_objects where deleted_at is null") == 0


async def test_music_never_becomes_words_and_words_never_become_nothing(
    web: RunningApp, boss: Person, upload: Upload
) -> None:
    announcement = await made(boss, en="Please wait.")
    assert await choose(boss, "music", announcement) == 422
    assert await choose(boss, "welcome", announcement) == 200
    assert (await boss.call("PATCH", f"/announcements/{announcement}", {"texts": {}})).status_code == 409
    file = await upload(announcement, encoded())
    assert await choose(boss, "music", announcement) == 200
    assert (await boss.call("PATCH", f"/announcements/{announcement}", {"texts": {}})).status_code == 200
    assert (await boss.call("DELETE", f"/announcement-files/{file['file_id']}")).status_code == 409


async def test_what_makes_no_sense_is_refused_by_name(web: RunningApp, boss: Person) -> None:
    empty, words = await made(boss), await made(boss, "Words", en="Hello.")
    cases = [
        ("PUT", "/announcement-uses", {"occasion": "welcome", "queue_id": None, "announcement_id": empty}),
        ("PUT", "/announcement-uses", {"occasion": "welcome", "queue_id": None, "announcement_id": str(uuid4())}),
        ("PUT", "/announcement-uses", {"occasion": "welcome", "queue_id": str(uuid4()), "announcement_id": words}),
        ("PUT", "/announcement-uses", {"occasion": "blocked", "queue_id": str(web.queue_id), "announcement_id": words}),
        ("PUT", "/announcement-uses", {"occasion": "roof", "queue_id": None, "announcement_id": words}),
        ("POST", "/announcements", {"announcement_id": str(uuid4()), "name": "Words"}),
        ("POST", "/announcements", {"announcement_id": str(uuid4()), "name": "X", "texts": {"fr": "Bonjour"}}),
        ("PATCH", f"/announcements/{empty}", {"name": "Words"}),
        ("PUT", f"/queues/{web.queue_id}/emergency", {}),
        ("PUT", f"/queues/{web.queue_id}/emergency", {"announcement_id": words, "texts": {"en": "Both."}}),
        ("PUT", f"/queues/{web.queue_id}/emergency", {"announcement_id": empty}),
        ("PUT", f"/queues/{web.queue_id}/emergency", {"texts": {"en": "Fire."}, "minutes": 0}),
    ]  # fmt: skip
    fields = []
    for method, path, body in cases:
        answer = await boss.call(method, path, body)
        assert answer.status_code == 422, (body, answer.text)
        fields.append(answer.json()["errors"][0]["field"])
    assert fields == [
        "announcement_id", "announcement_id", "queue_id", "queue_id", "occasion", "name", "texts.fr.[key]", "name",
        "announcement_id", "announcement_id", "announcement_id", "minutes",
    ]  # fmt: skip


async def test_an_upload_that_is_empty_or_of_no_announcement_is_refused(
    web: RunningApp, boss: Person
) -> None:
    async def status(data: bytes, announcement_id: object) -> int:
        params = {"file_id": str(uuid4()), "announcement_id": str(announcement_id)}
        answer = await boss.http.post(
            "/api/v1/announcement-files", params=params, content=data, headers=COMMAND_HEADERS
        )
        return answer.status_code

    announcement = await made(boss)
    assert await status(b"", announcement) == 422
    assert await status(b"x", uuid4()) == 422
    assert LARGER_BODIES["/api/v1/announcement-files"] == 32 * 1024 * 1024, "the edge refuses what is larger"
    assert await value(web, "select count(*) from announcement_files") == 0


async def test_an_emergency_is_set_with_one_request_and_is_over_by_itself(
    web: RunningApp, boss: Person
) -> None:
    path = f"/queues/{web.queue_id}/emergency"
    begun = await boss.command("PUT", path, {"texts": {"en": "The line is down."}, "minutes": 30})
    assert (begun["queue"], begun["begun_by"]) == ("Help", str(boss.agent_id))
    words = await made(boss, "Storm", en="A storm.")
    await boss.command("PUT", path, {"announcement_id": words})
    assert (await boss.call("DELETE", f"/announcements/{words}")).json()["detail"].count(
        "emergency of Help"
    ) == 1
    await boss.command("DELETE", path)
    await boss.command("DELETE", path)
    assert await boss.command("GET", "/emergencies") == []
    await boss.command("PUT", path, {"texts": {"en": "The line is down."}, "minutes": 1})
    async with web.database.transaction() as tx:
        await tx.execute("update emergencies set until = switchboard_now()")
    assert await boss.command("GET", "/emergencies") == []
    lines = "select array_agg(action order by id) from audit_log where action like 'emergency%'"
    assert await value(web, lines) == [
        "emergency.begun",
        "emergency.begun",
        "emergency.ended",
        "emergency.begun",
    ]
    assert (await boss.call("PUT", f"/queues/{uuid4()}/emergency", {"texts": {"en": "x"}})).status_code == 404
