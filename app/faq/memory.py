"""The search index in memory, built from the same pure functions as the one in PostgreSQL.

Used to evaluate and calibrate without a database; a test holds both to equal scores.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.faq.confidence import Coefficients, Decision, decide
from app.faq.encoder import Encoder, from_stored, to_stored
from app.faq.query import Repair, Synonym, parse, unknown_words, weigh
from app.faq.ranking import (
    CANDIDATES_PER_SENTENCE,
    DocumentScore,
    QuerySentence,
    Ranking,
    document_terms,
    rank,
    term_weight,
)
from app.faq.spelling import MAX_REPAIRS, nearest, neighbourhood
from app.faq.text import meaning, tokens, wording_key
from app.faq.vectors import VectorTable


@dataclass(frozen=True, slots=True)
class Document:
    """One language of one article."""

    article: str
    language: str
    question: str
    wordings: tuple[str, ...]
    answer: str


@dataclass(frozen=True, slots=True)
class Found:
    """A search with everything a decision or a calibration needs."""

    ranking: Ranking
    sentences: tuple[QuerySentence, ...]
    decision: Decision


class _Channel:
    """The postings of terms, or of sounds, with the BM25 weight of each posting worked out."""

    def __init__(self, documents: Sequence[tuple[Mapping[str, float], float]]):
        lengths = [length for _, length in documents]
        mean = max(sum(lengths) / max(1, sum(length > 0 for length in lengths)), 1e-9)
        found: dict[str, tuple[list[int], list[float]]] = defaultdict(lambda: ([], []))
        for number, (frequencies, length) in enumerate(documents):
            for term, frequency in frequencies.items():
                numbers, weights = found[term]
                numbers.append(number)
                weights.append(term_weight(frequency, length, mean))
        self.postings = {term: (np.array(n), np.array(w)) for term, (n, w) in found.items()}


class MemoryIndex:
    """Postings, document frequencies, spelling words and vectors of a fixed set of documents."""

    def __init__(self, documents: Iterable[Document], encoder: Encoder | None = None):
        self._documents = list(documents)
        stored = [document_terms(d.question, d.wordings, d.answer) for d in self._documents]
        words = _Channel([(s.frequencies, s.length) for s in stored])
        heard = _Channel([(s.sounds, s.sound_length) for s in stored])
        self._postings = words.postings | heard.postings
        self._words = {word: term for s in stored for word, term in s.words.items()}
        self._keys = [{wording_key(tokens(t)) for t in (d.question, *d.wordings)} for d in self._documents]
        articles: dict[str, int] = {}
        owner = np.array([articles.setdefault(d.article, len(articles)) for d in self._documents], dtype=int)
        self._known = {term: len(np.unique(owner[n])) for term, (n, _) in self._postings.items()}
        self._articles = len(articles)
        self._encoder = encoder
        self._vectors = VectorTable()
        if encoder is not None:
            for number, document in enumerate(self._documents):
                texts = [meaning(text) for text in (document.question, *document.wordings)]
                self._vectors.put(number, from_stored(to_stored(encoder.encode(texts))))

    def search(
        self, question: str, *, synonyms: Sequence[Synonym] = (), coefficients: Coefficients | None = None
    ) -> Found:
        """Search as the product does, over all documents."""
        parsed = parse(question)
        repairs = self._repairs(unknown_words(parsed, self._known))
        sentences = tuple(
            weigh(s, articles=self._articles, known=self._known, repairs=repairs, synonyms=synonyms)
            for s in parsed
        )
        ranking = rank(self._scores(sentences), sentences)
        return Found(ranking, sentences, decide(ranking, sentences, coefficients=coefficients))

    def _repairs(self, unknown: Iterable[str]) -> Mapping[str, Repair]:
        repairs: dict[str, Repair] = {}
        for word in sorted(unknown)[:MAX_REPAIRS]:
            near = neighbourhood(word)
            if near is None:
                continue
            around = ((w, self._known[term]) for w, term in self._words.items() if near.holds(w))
            meant = nearest(near, around)
            if meant is not None:
                repairs[word] = Repair(meant, self._words[meant])
        return repairs

    def _scores(self, sentences: Sequence[QuerySentence]) -> list[DocumentScore]:
        asked = self._encoder.encode([s.meaning for s in sentences]) if self._encoder and sentences else None
        close = self._vectors.nearest(asked, CANDIDATES_PER_SENTENCE) if asked is not None else None
        scores: list[DocumentScore] = []
        for position, sentence in enumerate(sentences):
            sums = np.zeros(len(self._documents))
            for term, weight in sentence.weights.items():
                numbers, weights = self._postings[term]
                sums[numbers] += weight * weights
            best = [
                n for n in np.argsort(-sums, kind="stable")[:CANDIDATES_PER_SENTENCE].tolist() if sums[n] > 0
            ]
            chosen = dict.fromkeys([*best, *(close[position] if close is not None else ())])
            near = self._vectors.nearness(asked, [(position, n) for n in chosen]) if asked is not None else {}
            scores.extend(
                DocumentScore(
                    position,
                    self._documents[n].article,
                    self._documents[n].language,
                    float(sums[n]),
                    near.get((position, n)),
                    exact=sentence.key in self._keys[n],
                )
                for n in chosen
            )
        return scores
