"""A sorted sequence of unique tuples in chunks: add, remove and first cost O(log n) plus one short move.

The standard library has no sorted container; a plain list would move every later entry on each change.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=tuple[Any, ...])

_FULL = 1024  # entries at which a chunk is cut in two


class SortedKeys(Generic[K]):
    """Unique tuples in ascending order. Two tuples must differ before any part that has no order."""

    __slots__ = ("_chunks", "_lasts")

    def __init__(self) -> None:
        self._chunks: list[list[K]] = []
        self._lasts: list[K] = []

    def __bool__(self) -> bool:
        return bool(self._chunks)

    def __iter__(self) -> Iterator[K]:
        """Ascending order; the sequence must not change while it is walked."""
        for chunk in self._chunks:
            yield from chunk

    def __len__(self) -> int:
        return sum(len(chunk) for chunk in self._chunks)

    def add(self, key: K) -> None:
        """Put a key that is not there yet at its place."""
        if not self._chunks:
            self._chunks.append([key])
            self._lasts.append(key)
            return
        at = min(bisect_left(self._lasts, key), len(self._chunks) - 1)
        chunk = self._chunks[at]
        insort(chunk, key)
        self._lasts[at] = chunk[-1]
        if len(chunk) > _FULL:
            middle = len(chunk) // 2
            self._chunks[at : at + 1] = [chunk[:middle], chunk[middle:]]
            self._lasts.insert(at, chunk[middle - 1])

    def remove(self, key: K) -> None:
        """Take out a key that is there; KeyError if it is not."""
        at = bisect_left(self._lasts, key)
        if at == len(self._chunks):
            raise KeyError(key)
        chunk = self._chunks[at]
        place = bisect_left(chunk, key)
        if chunk[place] != key:
            raise KeyError(key)
        del chunk[place]
        if chunk:
            self._lasts[at] = chunk[-1]
        else:
            del self._chunks[at]
            del self._lasts[at]
