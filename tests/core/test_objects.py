"""Stored files: what was put is what is got, and a crash leaves no half file."""

import os
from pathlib import Path
from uuid import uuid4

import pytest

from app.core.db import Transaction
from app.core.errors import NotFound
from app.core.objects import FileStore, load, store


async def test_what_is_put_is_what_is_got(tmp_path: Path, tx: Transaction) -> None:
    files = FileStore(tmp_path)
    stored = await store(tx, files, purpose="recording", content_type="audio/wav", data=b"RIFF")
    assert await load(tx, files, stored) == ("audio/wav", b"RIFF")


async def test_what_never_was_or_was_deleted_is_not_found(tmp_path: Path, tx: Transaction) -> None:
    files = FileStore(tmp_path)
    with pytest.raises(NotFound):
        await load(tx, files, uuid4())
    stored = await store(tx, files, purpose="recording", content_type="audio/wav", data=b"RIFF")
    await tx.execute("update stored_objects set deleted_at = switchboard_now()")
    with pytest.raises(NotFound):
        await load(tx, files, stored)
    await files.delete("recording/gone")
    with pytest.raises(NotFound):
        await files.get("recording/gone")


async def test_a_crash_while_writing_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = FileStore(tmp_path)
    await files.put("a/b", b"old")

    def crash(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(OSError, match="no space"):
        await files.put("a/b", b"new and longer")
    with pytest.raises(OSError, match="no space"):
        await files.put("a/c", b"new")
    assert await files.get("a/b") == b"old"
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]
