"""Stored objects as files below one folder, written beside and renamed, so that a crash leaves no half file."""

import asyncio
import os
import shutil
from pathlib import Path
from typing import BinaryIO

from app.core.errors import NotFound
from app.core.objects import ObjectsUnavailable


class FileStore:
    """An `ObjectStore`. Several processes may share the folder, on a disk or a network file system."""

    def __init__(self, folder: Path):
        self._folder = folder

    async def put(self, location: str, source: BinaryIO) -> None:
        """Write, flush to disk, rename. Raises ObjectsUnavailable, such as for a full disk."""
        try:
            await asyncio.to_thread(self._write, location, source)
        except OSError as error:
            raise ObjectsUnavailable(f"the file cannot be written: {error.strerror or error}") from error

    def _write(self, location: str, source: BinaryIO) -> None:
        path = self._folder / location
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            with draft.open("wb") as file:
                shutil.copyfileobj(source, file)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        _flush_folder(path.parent)  # the rename, too, has to survive a power cut

    async def part(self, location: str, first: int, length: int) -> bytes:
        """These bytes and no others are read."""
        try:
            return await asyncio.to_thread(_read, self._folder / location, first, length)
        except FileNotFoundError:
            raise NotFound("the stored file is gone") from None
        except OSError as error:
            raise ObjectsUnavailable(f"the file cannot be read: {error.strerror or error}") from error

    async def delete(self, location: str) -> None:
        """Remove the file."""
        try:
            await asyncio.to_thread((self._folder / location).unlink, missing_ok=True)
        except OSError as error:
            raise ObjectsUnavailable(f"the file cannot be deleted: {error.strerror or error}") from error


def _read(path: Path, first: int, length: int) -> bytes:
    with path.open("rb", buffering=0) as file:
        file.seek(first)
        return file.read(length)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
