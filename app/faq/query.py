"""A question made ready for the index: sentences, repaired words, expansions and their weights. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log1p, sqrt

from app.faq.ranking import K1, MAX_TERM_ARTICLES, MIN_TERMS, QuerySentence, idf
from app.faq.text import (
    Token,
    TokenKind,
    asks,
    content_words,
    normalise,
    sentences,
    terms,
    tokens,
    wording_key,
)

WHOLE_QUESTION_CHARS = 160  # a question up to here is searched as a whole: its sentences help each other
STATEMENT_PULL = 0.7  # what a sentence that asks nothing counts against one that asks, in a mail


@dataclass(frozen=True, slots=True)
class ParsedSentence:
    """One sentence before the index was asked."""

    text: str
    tokens: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Synonym:
    """`term` in a question also searches for `replacement`, at a share of its weight."""

    term: str  # normalised
    replacement: str
    weight: float


def parse(question: str) -> tuple[ParsedSentence, ...]:
    """The sentences of a question that contain anything to search for."""
    pieces = sentences(question)
    whole = " ".join(pieces)
    if len(whole) <= WHOLE_QUESTION_CHARS:
        pieces = [whole]
    parsed = (ParsedSentence(piece, tuple(tokens(piece))) for piece in pieces)
    return tuple(sentence for sentence in parsed if sentence.tokens)


def vocabulary(parsed: Iterable[ParsedSentence], synonyms: Iterable[Synonym] = ()) -> set[str]:
    """Every term whose document frequency is needed."""
    wanted = {token.term for sentence in parsed for token in sentence.tokens}
    for synonym in synonyms:
        wanted.update(terms(synonym.replacement))
    return wanted


def unknown_words(parsed: Iterable[ParsedSentence], known: Mapping[str, int]) -> set[str]:
    """Words (as written) whose stem no article uses: candidates for spelling repair."""
    return {
        token.surface
        for sentence in parsed
        for token in sentence.tokens
        if token.kind is TokenKind.WORD and not known.get(token.term)
    }


def synonyms_in(question: str, table: Iterable[Synonym]) -> list[Synonym]:
    """The synonyms whose term stands in the question: English as whole words, Chinese anywhere."""
    text = normalise(question)
    padded = f" {' '.join(text.split())} "
    return [s for s in table if (f" {s.term} " in padded if s.term.isascii() else s.term in text)]


def weigh(
    sentence: ParsedSentence,
    *,
    articles: int,
    known: Mapping[str, int],
    repairs: Mapping[str, str],
    synonyms: Sequence[Synonym] = (),
) -> QuerySentence:
    """Give each term of a sentence its weight.

    `known` holds the number of articles per term, `repairs` maps an unknown word to the term meant. A term no
    article uses still counts in `selfmax`: words the articles have never seen lower the confidence.
    Expansions by synonyms add to the score and not to `selfmax`.
    """
    asked = {_meant(token, known, repairs) for token in sentence.tokens}
    weights = {term: idf(articles, known[term]) for term in asked if known.get(term)}
    selfmax = (K1 + 1) * sum(idf(articles, known.get(term, 0)) for term in asked)
    for synonym in synonyms_in(sentence.text, synonyms):
        for term in terms(synonym.replacement):
            if term not in weights and known.get(term):
                weights[term] = synonym.weight * idf(articles, known[term])
    return QuerySentence(
        text=sentence.text,
        weights=prune(weights, known),
        selfmax=selfmax,
        words=content_words(sentence.tokens),
        log_tokens=log1p(len(asked)),
        pull=sqrt(selfmax) * (1.0 if asks(sentence.text) else STATEMENT_PULL),
        key=wording_key(sentence.tokens),
    )


def prune(weights: Mapping[str, float], known: Mapping[str, int]) -> dict[str, float]:
    """Leave out the terms very many articles have, which bounds the cost of a search in a large index.

    On city-zhT leaving out terms in 30 % of the articles halves the work and costs .003 MRR.
    """
    kept = {term for term in weights if known[term] <= MAX_TERM_ARTICLES}
    if len(kept) < MIN_TERMS:
        kept = set(sorted(weights, key=lambda term: (known[term], term))[:MIN_TERMS])
    return {term: weight for term, weight in weights.items() if term in kept}


def _meant(token: Token, known: Mapping[str, int], repairs: Mapping[str, str]) -> str:
    if token.kind is TokenKind.WORD and not known.get(token.term):
        return repairs.get(token.surface, token.term)
    return token.term
