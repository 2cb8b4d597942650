"""A recording's sound is brought into our own storage, deleted at the carrier, heard by few, and deleted in time."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.channels.voice.recording import listening
from app.channels.voice.recording.fetching import MAX_TRIES, RecordingFetcher
from app.channels.voice.recording.timers import RecordingTimers
from app.core.auth import Principal
from app.core.errors import NotFound, PermissionDenied
from app.core.file_store import FileStore
from app.core.jobs import RetryLater
from app.core.objects import ObjectKeeper
from app.core.settings import Settings
from tests.channels.voice.line import Line, line_settings
from tests.channels.voice.recorder import wav
from tests.channels.voice.test_recording import recorded, report
from tests.support.stored import whole


def fetcher(line: Line, folder: Path, **changes: Any) -> RecordingFetcher:
    settings = line_settings().model_copy(update=changes)
    assert isinstance(settings, Settings)
    return RecordingFetcher(line.database, line.client, FileStore(folder), settings)


async def completed(line: Line, *, seconds: int = 31) -> tuple[dict[str, str], str]:
    """A recording that is over; the payload of its job, and its sid. Its sound is not there yet."""
    caller, _, sid = await recorded(line)
    assert await report(line, caller, sid, "completed", RecordingDuration=str(seconds)) == 204
    return {"recording_id": str(await line.value("select id from recordings"))}, sid


async def test_the_sound_comes_from_the_carrier_we_know_and_is_deleted_there(
    line: Line, tmp_path: Path
) -> None:
    payload, sid = await completed(line)
    fetch = fetcher(line, tmp_path)
    with pytest.raises(RetryLater):
        await fetch.fetch(payload)  # 404: not there yet
    line.carrier.recordings.completes(sid)
    await fetch.fetch(payload)
    await fetch.fetch(payload)
    assert await line.value("select count(*) from stored_objects") == 1
    object_id = await line.value("select object_id from recordings")
    assert await whole(line.database, FileStore(tmp_path), object_id) == ("audio/wav", wav())
    asked = line.carrier.of("download")
    assert [request.path for request in asked] == [f"Recordings/{sid}.wav"] * 2, "nobody follows an address"
    assert await line.value("select delete_after - ended_at = interval '90 days' from recordings")
    await fetch.discard({"sid": sid})
    await fetch.discard({"sid": sid})
    assert line.carrier.recordings.found == {}
    assert await line.value("select is_deleted_at_carrier from recordings")


async def test_the_carrier_keeps_its_copy_when_the_settings_say_so(line: Line, tmp_path: Path) -> None:
    payload, sid = await completed(line)
    line.carrier.recordings.completes(sid)
    await fetcher(line, tmp_path, recording_keep_at_carrier=True).fetch(payload)
    assert await line.value("select count(*) from pgqueuer where entrypoint = 'recording.discard'") == 0


@pytest.mark.parametrize(
    ("content_type", "sound"), [("text/html", b"<html>"), ("audio/x-wav", b""), ("audio/x-wav", b"x" * 2**21)]
)
async def test_what_is_no_sound_or_too_much_is_refused_and_told(
    line: Line, tmp_path: Path, content_type: str, sound: bytes
) -> None:
    payload, sid = await completed(line)
    line.carrier.recordings.completes(sid, sound=sound)
    line.carrier.recordings.content_type = content_type
    await fetcher(line, tmp_path, recording_max_mb=1).fetch(payload)
    assert await line.value("select object_id is null from recordings")
    assert await line.value("select kind from alerts where cleared_at is null") == "recording_lost"


async def test_a_long_recording_is_fetched_as_mp3(line: Line, tmp_path: Path) -> None:
    payload, sid = await completed(line, seconds=3600)
    line.carrier.recordings.completes(sid, sound=b"ID3")
    line.carrier.recordings.content_type = "audio/mpeg"
    await fetcher(line, tmp_path, recording_max_mb=100).fetch(payload)
    assert await line.value("select content_type from stored_objects") == "audio/mpeg"


async def test_a_sound_that_never_comes_is_told_and_tried_again_the_next_day(
    line: Line, tmp_path: Path
) -> None:
    payload, sid = await completed(line)
    fetch = fetcher(line, tmp_path)
    async with line.database.transaction() as tx:
        await tx.execute("update recordings set fetch_tries = $1", MAX_TRIES - 1)
    await fetch.fetch(payload)
    assert await line.value("select kind from alerts where cleared_at is null") == "recording_lost"
    await line.clock.advance(25 * 3600)
    assert await RecordingTimers(line.database, line.client).tidy() == 1
    line.carrier.recordings.completes(sid)
    await fetch.fetch(payload)
    assert await line.value("select count(*) from alerts where cleared_at is null") == 0


async def test_a_sound_is_deleted_everywhere_when_its_time_is_over(line: Line, tmp_path: Path) -> None:
    payload, sid = await completed(line)
    line.carrier.recordings.completes(sid)
    files = FileStore(tmp_path)
    await fetcher(line, tmp_path).fetch(payload)
    timers = RecordingTimers(line.database, line.client)
    assert await timers.tidy() == 0
    await line.clock.advance(91 * 24 * 3600)
    assert await timers.tidy() == 1
    assert await timers.tidy() == 0
    object_id = await line.value("select object_id from recordings")
    await ObjectKeeper(line.database, files).delete({"object_id": str(object_id)})
    assert files_below(tmp_path) == []
    with pytest.raises(NotFound):
        await whole(line.database, files, object_id)
    assert await line.value("select action from audit_log order by id desc limit 1") == "recording.deleted"


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def session(key: bytes) -> Principal:
    return Principal(UUID(int=1), "mei", "Mei", "supervisor", "en", None, key)


def parts(url: str) -> SimpleNamespace:
    query = httpx.URL(url).params
    return SimpleNamespace(until=int(query["until"]), signature=query["signature"])


async def test_an_address_serves_one_session_one_recording_and_ten_minutes(line: Line) -> None:
    now = line.clock.now
    mine, recording = session(b"a" * 32), UUID(int=7)
    made = parts(listening.address(mine, recording, now).url)
    listening.check(mine, recording, made.until, made.signature, now)
    for who, what, until, at in (
        (session(b"b" * 32), recording, made.until, now),
        (mine, UUID(int=8), made.until, now),
        (mine, recording, made.until + 60, now),
        (mine, recording, made.until, now + listening.GOOD_FOR * 2),
    ):
        with pytest.raises(PermissionDenied):
            listening.check(who, what, until, made.signature, at)
