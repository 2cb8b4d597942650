"""The vectors of all wordings in one matrix, and the documents nearest to a question. Pure (numpy).

A document holds several rows, one for each wording. Its nearness is three quarters the cosine of the nearest row
and one quarter the mean of all: on banking77, clinc150 and the demo shop .005 to .03 MRR above the nearest alone.
Not safe for two threads.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from app.faq.encoder import DIMENSIONS, Vectors

GONE = -1  # the document number of a row that is no longer used
MEAN_SHARE = 0.25  # of the mean over a document's wordings in its nearness
FIRST_ROWS = 256
ROWS_PER_DOCUMENT = 4  # best rows looked at for each document wanted; several belong to one document


class VectorTable:
    """Rows are appended, rows of removed documents are blanked, and half-empty tables are packed."""

    def __init__(self) -> None:
        self._rows: Vectors = np.zeros((FIRST_ROWS, DIMENSIONS), dtype=np.float32)
        self._owners: NDArray[np.int64] = np.full(FIRST_ROWS, GONE, dtype=np.int64)
        self._used = 0
        self._places: dict[int, tuple[int, int]] = {}

    def __len__(self) -> int:
        return len(self._places)

    def put(self, document: int, vectors: Vectors) -> None:
        """Add a document or replace its vectors; without vectors it is removed."""
        self.remove(document)
        count = len(vectors)
        if not count:
            return
        if self._used + count > len(self._rows):
            self._make_room(count)
        start, end = self._used, self._used + count
        self._rows[start:end] = vectors
        self._owners[start:end] = document
        self._places[document] = (start, end)
        self._used = end

    def remove(self, document: int) -> None:
        """Forget a document; one that is not there is no error."""
        place = self._places.pop(document, None)
        if place is not None:
            self._owners[place[0] : place[1]] = GONE

    def nearest(
        self, questions: Vectors, wanted: int, allowed: Iterable[int] | None = None
    ) -> list[list[int]]:
        """For each question the (about) `wanted` nearest documents, best first; of those `allowed` only."""
        if not self._places or not len(questions):
            return [[] for _ in questions]
        similar = questions @ self._rows[: self._used].T
        hidden = self._owners[: self._used] == GONE
        if allowed is not None:
            hidden |= ~np.isin(self._owners[: self._used], np.fromiter(allowed, dtype=np.int64))
        similar[:, hidden] = -2.0
        rows = min(self._used, wanted * ROWS_PER_DOCUMENT)
        found: list[list[int]] = []
        for line in similar:
            best = np.argpartition(-line, rows - 1)[:rows] if rows < self._used else np.arange(self._used)
            order = best[np.argsort(-line[best], kind="stable")]
            owners = self._owners[order[line[order] > -2.0]].tolist()
            found.append(list(dict.fromkeys(owners))[:wanted])
        return found

    def nearness(
        self, questions: Vectors, asked: Sequence[tuple[int, int]]
    ) -> Mapping[tuple[int, int], float]:
        """The nearness, -1 to 1, of each (question, document) asked for; those without vectors are left out."""
        pairs = [(pair, self._places[pair[1]]) for pair in asked if pair[1] in self._places]
        if not pairs:
            return {}
        counts = np.array([end - start for _, (start, end) in pairs])
        rows = np.concatenate([np.arange(start, end) for _, (start, end) in pairs])
        asking = np.repeat([question for (question, _), _ in pairs], counts)
        similar = np.einsum("ij,ij->i", self._rows[rows], questions[asking])
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        best = np.maximum.reduceat(similar, starts)
        mean = np.add.reduceat(similar, starts) / counts
        near = (1 - MEAN_SHARE) * best + MEAN_SHARE * mean
        return {pair: value for (pair, _), value in zip(pairs, near.tolist(), strict=True)}

    def _make_room(self, count: int) -> None:
        """Pack the rows in use into a table of twice their number."""
        kept = np.flatnonzero(self._owners[: self._used] != GONE)
        size = max(FIRST_ROWS, 2 * (len(kept) + count))
        rows = np.zeros((size, DIMENSIONS), dtype=np.float32)
        owners = np.full(size, GONE, dtype=np.int64)
        rows[: len(kept)] = self._rows[kept]
        owners[: len(kept)] = self._owners[kept]
        moved = {int(old): new for new, old in enumerate(kept)}
        self._places = {
            document: (moved[start], moved[start] + end - start)
            for document, (start, end) in self._places.items()
        }
        self._rows, self._owners, self._used = rows, owners, len(kept)
