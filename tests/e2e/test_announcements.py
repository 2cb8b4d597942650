"""A site's own sounds over the whole product: uploaded, converted by the worker, played to callers by the network."""

from uuid import uuid4

from tests.announcements.sounds import encoded
from tests.support.centre import COMMAND_HEADERS, Centre
from tests.support.waiting import eventually


async def test_a_caller_who_waits_hears_the_uploaded_music_and_welcome(centre: Centre) -> None:
    sara = await centre.sign_in("sara")
    announcement = str(uuid4())
    await sara.command("POST", "/announcements", {"announcement_id": announcement, "name": "Piano"})
    upload = {"file_id": str(uuid4()), "announcement_id": announcement}
    sent = await sara.http.post(
        "/api/v1/announcement-files",
        params=upload,
        content=encoded("FLAC", seconds=20.0),
        headers=COMMAND_HEADERS,
    )
    assert sent.status_code == 202, sent.text

    async def ready() -> bool:
        return bool(
            (await sara.command("GET", f"/announcement-files/{upload['file_id']}"))["state"] == "ready"
        )

    await eventually(ready, timeout_s=60, what="the converted sound")
    file = await sara.command("GET", f"/announcement-files/{upload['file_id']}")
    for occasion in ("music", "welcome"):
        body = {"occasion": occasion, "queue_id": None, "announcement_id": announcement}
        await sara.command("PUT", "/announcement-uses", body)
    name = file["url"].rpartition("/")[2]
    call = await centre.call()
    await call.collecting()
    call.press("0")
    await call.hears(f"♪ {name}")  # the welcome
    await call.hears("下一位")
    await call.hears(f"♪ {name}")  # the music
