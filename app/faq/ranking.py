"""From what a question and an article share to an order of articles. Pure; SQL and the evaluation share it.

Three things are added up on one absolute scale: how near the two are in meaning (cosines of vectors), BM25 over
search terms as a share of a perfect match, and the same over sounds. A document is one language of one article; an
article scores as its best document. Recipe and weights: the measurements in docs/faq.md (k1 and b untuned;
question 3, other wordings 2, answer 0.1).
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.faq.sounds import sounds
from app.faq.text import TokenKind, tokens

K1 = 1.2
B = 0.4
QUESTION_WEIGHT = 3.0
WORDING_WEIGHT = 2.0  # other wordings written by staff, and wordings learned from customers
ANSWER_WEIGHT = 0.1
MAX_ANSWER_TERMS = 400  # different terms of an answer that are indexed

MEANING_WEIGHT = 1.0  # of the nearness in meaning …
TERM_WEIGHT = 0.8  # … of the share of a perfect match in terms …
SOUND_WEIGHT = 0.3  # … and in sounds
SHARED_FLOOR = 0.05  # below it a question shares no word with any article, and the meaning decides alone

FULL_TRUST_WORDS = 2.0  # words of content from which a sentence's score counts in full
SCORE_DIGITS = 6  # scores are rounded so that equal matches tie, whatever order the sums were made in

CANDIDATES_PER_SENTENCE = 100  # best documents looked at; several may belong to one article
PRUNE_FROM_ARTICLES = 20_000  # in a larger index …
MAX_TERM_SHARE = (
    0.05  # … a term in a larger share of the articles costs most, tells least and is not searched …
)
MIN_TERMS = 4  # … unless fewer than this many terms would be left


@dataclass(frozen=True, slots=True)
class DocumentTerms:
    """What the index stores of one document: weighted frequencies of its terms and of its sounds, the sum of
    each, and words for spelling."""

    frequencies: dict[str, float]
    length: float
    sounds: dict[str, float]
    sound_length: float
    words: dict[str, str]


def document_terms(question: str, wordings: Iterable[str], answer: str) -> DocumentTerms:
    """The weighted term frequencies of one document. `words` maps each English word to its stem."""
    frequencies: dict[str, float] = defaultdict(float)
    heard: dict[str, float] = defaultdict(float)
    words: dict[str, str] = {}
    weighted = [(question, QUESTION_WEIGHT), *((wording, WORDING_WEIGHT) for wording in wordings)]
    for text, weight in weighted:
        for token in tokens(text):
            frequencies[token.term] += weight
            if token.kind is TokenKind.WORD:
                words[token.surface] = token.term
        for sound in sounds(text):
            heard[sound] += weight
    seen: set[str] = set()
    for token in tokens(answer):
        if token.term not in seen and len(seen) == MAX_ANSWER_TERMS:
            continue
        seen.add(token.term)
        frequencies[token.term] += ANSWER_WEIGHT
        if token.kind is TokenKind.WORD:
            words.setdefault(token.surface, token.term)
    return DocumentTerms(
        dict(frequencies), sum(frequencies.values()), dict(heard), sum(heard.values()), words
    )


def idf(articles: int, with_term: int) -> float:
    """Inverse document frequency; a term the index has never seen (`with_term` 0) weighs most."""
    return math.log(1 + (articles - with_term + 0.5) / (with_term + 0.5))


def term_weight(frequency: float, length: float, mean_length: float) -> float:
    """The BM25 weight of one term in one document; never above `K1 + 1`."""
    return frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * length / mean_length))


@dataclass(frozen=True, slots=True)
class QuerySentence:
    """One sentence made ready for the index.

    `weights`: what each term and sound found in a document adds to its score, at BM25 weight 1. `perfect`: the
    score of a perfect match by terms and sounds. `meaning`: the text the encoder reads. `words` counts its words
    of content. Among other sentences it counts `asking`, and without vectors also its `bulk` (a long sentence
    that shares half its words is better than a short one that does). `key` is equal for an equal wording.
    """

    text: str
    meaning: str
    weights: Mapping[str, float]
    perfect: float
    words: float
    log_tokens: float
    asking: float
    bulk: float
    key: str


@dataclass(frozen=True, slots=True)
class DocumentScore:
    """What one document has in common with one sentence (`sentence` is its position in the question).

    `shared`: terms and sounds, 0 to the sentence's `perfect`. `nearness`: in meaning, None without vectors.
    `exact`: the sentence is, word for word, one of the document's wordings.
    """

    sentence: int
    article: str
    language: str
    shared: float
    nearness: float | None = None
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """One article found: its score from 0 to 1, the language and the sentence that matched best.

    `pulled` is the score times what that sentence counts; it orders articles found by different sentences.
    """

    article: str
    score: float
    language: str
    sentence: int
    pulled: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """The articles found, best first (equal scores by article id): over all sentences, and for each one.

    `by_meaning`: whether the vectors took part, which the confidence must know.
    """

    matches: tuple[Match, ...]
    by_sentence: tuple[tuple[Match, ...], ...]
    by_meaning: bool = False


def rank(scores: Iterable[DocumentScore], sentences: Sequence[QuerySentence]) -> Ranking:
    """Order the articles found.

    The score is a share of a perfect match; what a sentence of less than `FULL_TRUST_WORDS` words of content
    shares counts in proportion. An exact wording scores 1. An article scores as its best sentence.
    """
    documents = list(scores)
    by_meaning = any(document.nearness is not None for document in documents)
    shared = [0.0] * len(sentences)
    for document in documents:
        shared[document.sentence] = max(shared[document.sentence], document.shared)
    found: list[dict[str, Match]] = [{} for _ in sentences]
    overall: dict[str, Match] = {}
    for document in documents:
        at = document.sentence
        sentence = sentences[at]
        words_tell = not by_meaning or shared[at] >= SHARED_FLOOR * sentence.perfect
        score = 1.0 if document.exact else _score(document, sentence, words_tell, by_meaning)
        if score <= 0:
            continue
        pull = sentence.asking if by_meaning else sentence.asking * sentence.bulk
        pulled = round(score * pull, SCORE_DIGITS)
        match = Match(document.article, round(score, SCORE_DIGITS), document.language, at, pulled)
        for best in (found[at], overall):
            held = best.get(match.article)
            if held is None or _order(match) < _order(held):
                best[match.article] = match
    return Ranking(_sorted(overall), tuple(_sorted(matches) for matches in found), by_meaning)


def _score(document: DocumentScore, sentence: QuerySentence, words_tell: bool, by_meaning: bool) -> float:
    shared = document.shared * min(1.0, sentence.words / FULL_TRUST_WORDS) if words_tell else 0.0
    if not by_meaning:
        return min(1.0, shared / sentence.perfect)
    near = MEANING_WEIGHT * (document.nearness or 0.0)
    return min(1.0, (near + shared) / (MEANING_WEIGHT + sentence.perfect))


def _sorted(matches: Mapping[str, Match]) -> tuple[Match, ...]:
    return tuple(sorted(matches.values(), key=_order))


def _order(match: Match) -> tuple[float, str, int, str]:
    return (-match.pulled, match.article, match.sentence, match.language)
