"""Spelling repair of English words the articles have never used. Pure.

An unknown word of at least four letters becomes the nearest word of the articles: one edit away below eight
letters, two from eight on (Damerau-Levenshtein, adjacent transpositions count one). Measured on banking77:
MRR .65 without and .73 with repair for mistyped questions, no loss for clean ones.
"""

from collections.abc import Iterable
from dataclasses import dataclass

MIN_LETTERS = 4
LONG_WORD_LETTERS = 8
MAX_REPAIRS = 8  # unknown words of one question that are looked up


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Where an unknown word's neighbours can be: their lengths, and a start or an end they share with it."""

    word: str
    distance: int
    prefix: str
    suffix: str

    def holds(self, word: str) -> bool:
        """Whether a known word is worth measuring. The SQL search asks the index the same question."""
        return abs(len(word) - len(self.word)) <= self.distance and (
            word.startswith(self.prefix) or word.endswith(self.suffix)
        )


def neighbourhood(word: str) -> Neighbourhood | None:
    """The bounds of the search for a mistyped word, or None when it is too short to repair.

    With one edit either the first or the last part stays whole: the parts leave a gap in the middle, so that
    a transposition cannot touch both. With two edits both may be hit; such words stay unrepaired.
    """
    letters = len(word)
    if letters < MIN_LETTERS or not word.isalpha():
        return None
    distance = 1 if letters < LONG_WORD_LETTERS else 2
    part = (letters - 1) // 2 if distance == 1 else (letters - 2) // 3
    return Neighbourhood(word, distance, word[:part], word[-part:])


def nearest(near: Neighbourhood, known: Iterable[tuple[str, int]]) -> str | None:
    """The known word closest to the mistyped one. `known` are (word, articles using its term).

    Ties go to the same first letter, then to the word used by more articles, then to the alphabet.
    """
    best: tuple[int, bool, int, str] | None = None
    for word, used_by in known:
        found = distance(near.word, word, near.distance)
        if found > near.distance:
            continue
        candidate = (found, word[0] != near.word[0], -used_by, word)
        if best is None or candidate < best:
            best = candidate
    return best[3] if best else None


def distance(left: str, right: str, limit: int) -> int:
    """Damerau-Levenshtein (optimal string alignment) distance, or `limit + 1` when it is above the limit."""
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before: list[int] = []
    previous = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        current = [i]
        for j, b in enumerate(right, 1):
            cost = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        if min(current) > limit:
            return limit + 1
        before, previous = previous, current
    return min(previous[-1], limit + 1)
