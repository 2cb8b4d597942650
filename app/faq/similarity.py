"""Which texts say the same: greedy groups and near pairs of vectors. Pure, and the same every time."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np

from app.faq.encoder import Vectors
from app.faq.text import terms

SAME_MEANING: Final = 0.75  # cosine of two questions' vectors from which they ask the same
SAME_WORDS: Final = 0.5  # … of their weighted words, where there is no encoder
DUPLICATE: Final = 0.9  # … of two articles' questions from which the articles get in each other's way
_CHUNK: Final = 1_000  # rows compared at a time


def by_words(texts: Sequence[str]) -> Vectors:
    """Unit vectors of the texts' terms, rare ones weighing more (tf-idf over these texts); zero for one without."""
    counted = [Counter(terms(text)) for text in texts]
    spread = Counter(term for found in counted for term in found)
    place = {term: n for n, term in enumerate(sorted(spread))}
    vectors = np.zeros((len(texts), max(len(place), 1)), dtype=np.float32)
    for row, found in enumerate(counted):
        for term, times in found.items():
            vectors[row, place[term]] = times * (np.log(len(texts) / spread[term]) + 1.0)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return scaled


def groups(vectors: Vectors, threshold: float) -> list[list[int]]:
    """Rows that are near one another, each group with the row that leads it first. In the order of the rows, a row
    joins the first group whose leader is near enough, so that the same rows give the same groups."""
    found: list[list[int]] = []
    leaders: list[int] = []
    for row in range(len(vectors)):
        near = vectors[leaders] @ vectors[row] >= threshold if leaders else np.zeros(0, dtype=bool)
        first = int(np.argmax(near)) if near.any() else None
        if first is None:
            leaders.append(row)
            found.append([row])
        else:
            found[first].append(row)
    return found


def near_pairs(vectors: Vectors, threshold: float) -> list[tuple[int, int, float]]:
    """Every pair of rows at least this near, the nearest first."""
    found: list[tuple[int, int, float]] = []
    for start in range(0, len(vectors), _CHUNK):
        near = vectors[start : start + _CHUNK] @ vectors.T
        for row, other in zip(*np.nonzero(near >= threshold), strict=True):
            if start + row < other:
                found.append((int(start + row), int(other), round(float(near[row, other]), 3)))
    return sorted(found, key=lambda pair: (-pair[2], pair[0], pair[1]))
