"""BM25 over search terms and the step from scores to a decision. Pure; SQL and the evaluation share it.

A document is one language of one article; an article scores as its best document. Recipe and weights: the
measurements in docs/faq.md (k1 and b untuned; question 3, other wordings 2, answer 0.1).
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.faq.text import TokenKind, tokens

K1 = 1.2
B = 0.4
QUESTION_WEIGHT = 3.0
WORDING_WEIGHT = 2.0  # other wordings written by staff, and wordings learned from customers
ANSWER_WEIGHT = 0.1
MAX_ANSWER_TERMS = 400  # different terms of an answer that are indexed

FULL_TRUST_WORDS = 2.0  # words of content from which a sentence's score counts in full
SCORE_DIGITS = 6  # scores are rounded so that equal matches tie, whatever order the sums were made in

CANDIDATES_PER_SENTENCE = 100  # best documents looked at; several may belong to one article
MAX_TERM_ARTICLES = 3_000  # a term in more articles costs most, tells least and is not searched …
MIN_TERMS = 4  # … unless fewer than this many terms would be left


@dataclass(frozen=True, slots=True)
class DocumentTerms:
    """What the index stores of one document: weighted term frequencies, its length, words for spelling."""

    frequencies: dict[str, float]
    length: float
    words: dict[str, str]


def document_terms(question: str, wordings: Iterable[str], answer: str) -> DocumentTerms:
    """The weighted term frequencies of one document. `words` maps each English word to its stem."""
    frequencies: dict[str, float] = defaultdict(float)
    words: dict[str, str] = {}
    weighted = [(question, QUESTION_WEIGHT), *((wording, WORDING_WEIGHT) for wording in wordings)]
    for text, weight in weighted:
        for token in tokens(text):
            frequencies[token.term] += weight
            if token.kind is TokenKind.WORD:
                words[token.surface] = token.term
    seen: set[str] = set()
    for token in tokens(answer):
        if token.term not in seen and len(seen) == MAX_ANSWER_TERMS:
            continue
        seen.add(token.term)
        frequencies[token.term] += ANSWER_WEIGHT
        if token.kind is TokenKind.WORD:
            words.setdefault(token.surface, token.term)
    return DocumentTerms(dict(frequencies), sum(frequencies.values()), words)


def idf(articles: int, with_term: int) -> float:
    """Inverse document frequency; a term the index has never seen (`with_term` 0) weighs most."""
    return math.log(1 + (articles - with_term + 0.5) / (with_term + 0.5))


def term_weight(frequency: float, length: float, mean_length: float) -> float:
    """The BM25 weight of one term in one document; never above `K1 + 1`."""
    return frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * length / mean_length))


@dataclass(frozen=True, slots=True)
class QuerySentence:
    """One sentence with the weight of each term, and what a perfect match would score (`selfmax`).

    `words` counts its words of content, `pull` is how much it counts among other sentences of the question,
    `key` is equal for an equal wording.
    """

    text: str
    weights: Mapping[str, float]
    selfmax: float
    words: float
    log_tokens: float
    pull: float
    key: str


@dataclass(frozen=True, slots=True)
class DocumentScore:
    """The BM25 sum of one document for one sentence (`sentence` is its position in the question).

    `exact`: the sentence is, word for word, one of the document's wordings.
    """

    sentence: int
    article: str
    language: str
    bm25: float
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """One article found: its score from 0 to 1, the language and the sentence that matched best.

    `pulled` is the score times that sentence's pull; it orders articles found by different sentences.
    """

    article: str
    score: float
    language: str
    sentence: int
    pulled: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """The articles found, best first (equal scores by article id): over all sentences, and for each one."""

    matches: tuple[Match, ...]
    by_sentence: tuple[tuple[Match, ...], ...]


def rank(scores: Iterable[DocumentScore], sentences: Sequence[QuerySentence]) -> Ranking:
    """Order the articles found.

    The score is BM25 as a share of a perfect match; a sentence of less than `FULL_TRUST_WORDS` words of
    content counts in proportion. An exact wording scores 1. An article scores as its best sentence; sentences
    compare by score times pull (two mails around banking-en questions: MRR .71 and .56, by score alone .65 and
    .48).
    """
    found: list[dict[str, Match]] = [{} for _ in sentences]
    overall: dict[str, Match] = {}
    for document in scores:
        sentence = sentences[document.sentence]
        score = 1.0 if document.exact else _share(document.bm25, sentence)
        pulled = round(score * sentence.pull, SCORE_DIGITS)
        match = Match(
            document.article, round(score, SCORE_DIGITS), document.language, document.sentence, pulled
        )
        for best in (found[document.sentence], overall):
            held = best.get(match.article)
            if held is None or _order(match) < _order(held):
                best[match.article] = match
    return Ranking(_sorted(overall), tuple(_sorted(matches) for matches in found))


def _share(bm25: float, sentence: QuerySentence) -> float:
    return min(1.0, bm25 / sentence.selfmax) * min(1.0, sentence.words / FULL_TRUST_WORDS)


def _sorted(matches: Mapping[str, Match]) -> tuple[Match, ...]:
    return tuple(sorted(matches.values(), key=_order))


def _order(match: Match) -> tuple[float, str, int, str]:
    return (-match.pulled, match.article, match.sentence, match.language)
