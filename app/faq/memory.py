"""The search index in memory, built from the same pure functions as the one in PostgreSQL.

Used to evaluate and calibrate without a database; a test holds both to equal scores.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.faq.confidence import SHIPPED, Coefficients, Decision, decide
from app.faq.query import Synonym, parse, unknown_words, weigh
from app.faq.ranking import (
    CANDIDATES_PER_SENTENCE,
    DocumentScore,
    QuerySentence,
    Ranking,
    document_terms,
    rank,
    term_weight,
)
from app.faq.spelling import nearest, neighbourhood
from app.faq.text import tokens, wording_key


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


class MemoryIndex:
    """Postings, document frequencies and spelling words of a fixed set of documents."""

    def __init__(self, documents: Iterable[Document]):
        self._documents = list(documents)
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._lengths: list[float] = []
        self._words: dict[str, str] = {}
        self._keys: list[set[str]] = []
        articles_of: dict[str, set[str]] = defaultdict(set)
        for number, document in enumerate(self._documents):
            stored = document_terms(document.question, document.wordings, document.answer)
            self._lengths.append(stored.length)
            self._words.update(stored.words)
            self._keys.append({wording_key(tokens(t)) for t in (document.question, *document.wordings)})
            for term, frequency in stored.frequencies.items():
                self._postings[term].append((number, frequency))
                articles_of[term].add(document.article)
        self._known = {term: len(articles) for term, articles in articles_of.items()}
        self._articles = len({document.article for document in self._documents})
        self._mean_length = sum(self._lengths) / max(1, len(self._lengths))

    def search(
        self, question: str, *, synonyms: Sequence[Synonym] = (), coefficients: Coefficients = SHIPPED
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

    def _repairs(self, unknown: Iterable[str]) -> Mapping[str, str]:
        repairs: dict[str, str] = {}
        for word in unknown:
            near = neighbourhood(word)
            if near is None:
                continue
            around = ((w, self._known[term]) for w, term in self._words.items() if near.holds(w))
            meant = nearest(near, around)
            if meant is not None:
                repairs[word] = self._words[meant]
        return repairs

    def _scores(self, sentences: Sequence[QuerySentence]) -> list[DocumentScore]:
        scores: list[DocumentScore] = []
        for position, sentence in enumerate(sentences):
            sums: dict[int, float] = defaultdict(float)
            for term, weight in sentence.weights.items():
                for number, frequency in self._postings[term]:
                    sums[number] += weight * term_weight(frequency, self._lengths[number], self._mean_length)
            best = sorted(sums.items(), key=lambda item: -item[1])[:CANDIDATES_PER_SENTENCE]
            scores.extend(
                DocumentScore(
                    position,
                    self._documents[n].article,
                    self._documents[n].language,
                    bm25,
                    exact=sentence.key in self._keys[n],
                )
                for n, bm25 in best
            )
        return scores
