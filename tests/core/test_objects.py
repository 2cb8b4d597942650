"""Stored objects, in a folder and in a bucket: what was put is what is got, and nothing half is ever seen."""

import io
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import StreamingResponse

from app.core import objects, serving
from app.core.db import Database
from app.core.errors import NotFound
from app.core.file_store import FileStore
from app.core.objects import ObjectKeeper, ObjectStore, ObjectsUnavailable
from app.core.s3_store import S3Store
from app.core.settings import Settings
from tests.support.clock import FakeClock
from tests.support.s3 import BUCKET, KEY_ID, S3, SECRET, s3_service
from tests.support.stored import stored, whole

LARGE = (
    bytes(range(256)) * 4 * 6 * 1024
)  # 6 MiB: more than one part of an upload, more than one piece of a read


def bucket(service: S3, **changes: Any) -> S3Store:
    values = {
        "objects": "s3",
        "s3_bucket": BUCKET,
        "s3_prefix": "site",
        "s3_endpoint": service.endpoint,
        "s3_access_key_id": KEY_ID,
        "s3_secret_access_key": SECRET,
        **changes,
    }
    return S3Store(Settings(_env_file=None, **values))


@pytest.fixture
async def service() -> AsyncIterator[S3]:
    """A bucket of our own."""
    async with s3_service() as found:
        yield found


@pytest.fixture(params=["folder", "bucket"])
def files(request: pytest.FixtureRequest, tmp_path: Path, service: S3) -> ObjectStore:
    """Each kind of store in turn."""
    return FileStore(tmp_path) if request.param == "folder" else bucket(service)


async def test_what_is_put_is_what_is_got(database: Database, files: ObjectStore) -> None:
    for data in (b"RIFF", b"", LARGE):
        object_id = await stored(database, files, data)
        assert await whole(database, files, object_id) == ("audio/wav", data)


async def test_a_part_is_got_without_the_rest(files: ObjectStore, service: S3) -> None:
    await files.put("a/b", io.BytesIO(b"0123456789"))
    assert await files.part("a/b", 3, 4) == b"3456"
    assert await files.part("a/b", 8, 100) == b"89"
    if isinstance(files, S3Store):
        assert [line for line in service.asked if line.startswith("GET")] == [
            "GET site/a/b bytes=3-6",
            "GET site/a/b bytes=8-107",
        ]


async def test_what_never_was_or_is_gone_is_not_found(files: ObjectStore) -> None:
    await files.delete("a/gone")
    with pytest.raises(NotFound):
        await files.part("a/gone", 0, 1)
    await files.put("a/b", io.BytesIO(b"x"))
    await files.delete("a/b")
    with pytest.raises(NotFound):
        await files.part("a/b", 0, 1)


async def test_what_was_not_finished_is_not_there_and_is_tidied_away(
    database: Database, files: ObjectStore, clock: FakeClock
) -> None:
    keeper = ObjectKeeper(database, files)
    kept = await stored(database, files, b"kept")
    begun = await objects.write(
        database, files, purpose="recordings", content_type="audio/wav", source=io.BytesIO(b"crash")
    )
    with pytest.raises(NotFound):
        await whole(database, files, begun.id)
    assert await keeper.tidy() == 0, "somebody may still be writing"
    await clock.advance(25 * 3600)
    assert await keeper.tidy() == 1
    await keeper.delete({"object_id": str(begun.id)})
    await keeper.delete({"object_id": str(begun.id)})
    with pytest.raises(NotFound):
        await files.part(begun.location, 0, 1)
    assert await keeper.tidy() == 0
    assert (await whole(database, files, kept))[1] == b"kept"


async def test_what_is_forgotten_is_not_found(database: Database, files: ObjectStore) -> None:
    object_id = await stored(database, files, b"RIFF")
    async with database.transaction() as tx:
        await objects.forget(tx, object_id)
    with pytest.raises(NotFound):
        await whole(database, files, object_id)
    with pytest.raises(NotFound):
        await whole(database, files, uuid4())


async def test_a_crash_while_writing_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = FileStore(tmp_path)
    await files.put("a/b", io.BytesIO(b"old"))

    def crash(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", crash)
    for location in ("a/b", "a/c"):
        with pytest.raises(ObjectsUnavailable, match="no space"):
            await files.put(location, io.BytesIO(b"new and longer"))
    assert await files.part("a/b", 0, 100) == b"old"
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"s3_secret_access_key": "wrong"}, "SignatureDoesNotMatch"),
        ({"s3_bucket": "another"}, "NoSuchBucket"),
        ({"s3_endpoint": "http://127.0.0.1:1"}, "GenericError"),
    ],
)
async def test_what_is_wrong_with_a_bucket_is_said_without_any_key(
    service: S3, change: dict[str, str], code: str
) -> None:
    with pytest.raises(ObjectsUnavailable, match=code) as told:
        await objects.check(bucket(service, **change), "x")
    assert KEY_ID not in str(told.value)
    assert SECRET not in str(told.value)
    assert told.value.__cause__ is None


async def test_a_store_that_stops_working_raises_an_alert_until_it_works(
    database: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "objects"
    folder.write_text("a file where the folder should be")
    keeper = ObjectKeeper(database, FileStore(folder))
    for _ in range(2):
        assert await keeper.check() == 1
    async with database.read() as reader:
        assert await reader.fetchval("select count(*) from alerts where cleared_at is null") == 1
    folder.unlink()
    assert await keeper.check() == 0
    async with database.read() as reader:
        assert await reader.fetchval("select count(*) from alerts where cleared_at is null") == 0
    assert [path for path in folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    "values",
    [
        {"objects": "s3"},
        {"s3_access_key_id": KEY_ID},
        {"s3_endpoint": "http://minio.example.com"},
        {"s3_endpoint": "minio"},
    ],
)
def test_settings_that_cannot_work_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"S3_BUCKET|S3_SECRET|https"):
        Settings(_env_file=None, **values)


async def served(
    database: Database, files: ObjectStore, data: bytes, method: str = "GET", **headers: str
) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers of the answer to a request for an object."""
    object_id = await stored(database, files, data)
    async with database.read() as reader:
        found = await objects.find(reader, object_id)
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    request = Request({"type": "http", "method": method, "headers": raw})
    answered = await serving.answer(request, files, found)
    body = answered.body if not isinstance(answered, StreamingResponse) else b""
    if isinstance(answered, StreamingResponse):
        body = b"".join([bytes(piece) async for piece in answered.body_iterator])  # type: ignore[arg-type]
    return answered.status_code, bytes(body), dict(answered.headers)


@pytest.mark.parametrize(
    ("wanted", "status", "body", "about"),
    [
        (None, 200, b"0123456789", None),
        ("bytes=0-", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=2-3", 206, b"23", "bytes 2-3/10"),
        ("bytes=8-100", 206, b"89", "bytes 8-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=-0", 416, b"", "bytes */10"),
        ("bytes=5-2", 200, b"0123456789", None),
        ("bytes=0-1,4-5", 200, b"0123456789", None),
        ("lines=0-1", 200, b"0123456789", None),
    ],
)
async def test_a_player_gets_the_part_it_asks_for(
    database: Database, tmp_path: Path, wanted: str | None, status: int, body: bytes, about: str | None
) -> None:
    asked = {"range": wanted} if wanted is not None else {}
    answered = await served(database, FileStore(tmp_path), b"0123456789", **asked)
    assert answered[:2] == (status, body)
    assert answered[2].get("content-range") == about
    assert answered[2]["accept-ranges"] == "bytes"
    if status != 416:
        assert answered[2]["content-length"] == str(len(body))


async def test_who_has_it_already_gets_it_not_again(database: Database, tmp_path: Path) -> None:
    files = FileStore(tmp_path)
    etag = (await served(database, files, b"0123456789"))[2]["etag"]
    assert (await served(database, files, b"0123456789", if_none_match=etag))[:2] == (304, b"")
    assert (await served(database, files, b"0123456789", if_none_match='"x", W/' + etag))[0] == 304
    assert (await served(database, files, b"9876543210", if_none_match=etag))[0] == 200
    assert (await served(database, files, b"0123456789", range="bytes=0-1", if_range=etag))[0] == 206
    assert (await served(database, files, b"9876543210", range="bytes=0-1", if_range=etag))[0] == 200


async def test_asking_for_the_head_reads_nothing(database: Database, service: S3) -> None:
    status, body, headers = await served(database, bucket(service), LARGE, "HEAD")
    assert (status, body, headers["content-length"]) == (200, b"", str(len(LARGE)))
    assert not [line for line in service.asked if line.startswith("GET")]


async def test_an_object_whose_bytes_are_gone_is_told_before_anything_is_sent(
    database: Database, tmp_path: Path
) -> None:
    files = FileStore(tmp_path)
    object_id = await stored(database, files, b"RIFF")
    async with database.read() as reader:
        found = await objects.find(reader, object_id)
    await files.delete(found.location)
    with pytest.raises(NotFound):
        await serving.answer(Request({"type": "http", "method": "GET", "headers": []}), files, found)
