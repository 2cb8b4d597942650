"""A question made ready for the index: sentences, repaired words, expansions and their weights. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log1p, sqrt

from app.faq.ranking import (
    K1,
    MAX_TERM_SHARE,
    MIN_TERMS,
    PRUNE_FROM_ARTICLES,
    SOUND_WEIGHT,
    TERM_WEIGHT,
    QuerySentence,
    idf,
)
from app.faq.sounds import sounds
from app.faq.text import (
    Token,
    TokenKind,
    content_words,
    meaning,
    normalise,
    sentences,
    terms,
    tokens,
    urgency,
    wording_key,
)

WHOLE_QUESTION_CHARS = 160  # a question up to here is searched as a whole too: its sentences help each other


@dataclass(frozen=True, slots=True)
class ParsedSentence:
    """One sentence before the index was asked."""

    text: str
    tokens: tuple[Token, ...]
    sounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repair:
    """What a mistyped word was meant to be: the word, and its term."""

    word: str
    term: str


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
    if len(pieces) > 1 and len(whole) <= WHOLE_QUESTION_CHARS:
        pieces = [whole, *pieces]
    parsed = (ParsedSentence(piece, tuple(tokens(piece)), tuple(sounds(piece))) for piece in pieces)
    return tuple(sentence for sentence in parsed if sentence.tokens)


def vocabulary(parsed: Sequence[ParsedSentence], synonyms: Iterable[Synonym] = ()) -> set[str]:
    """Every term and sound whose document frequency is needed."""
    wanted = {token.term for sentence in parsed for token in sentence.tokens}
    wanted.update(sound for sentence in parsed for sound in sentence.sounds)
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
    repairs: Mapping[str, Repair],
    synonyms: Sequence[Synonym] = (),
) -> QuerySentence:
    """Give each term and each sound of a sentence its weight.

    `known` holds the number of articles per term or sound, `repairs` the word meant by an unknown one. What no
    article uses still counts in the perfect match: words the articles have never seen lower the confidence.
    Expansions by synonyms add to the score and not to the perfect match.
    """
    asked = {_meant(token, known, repairs) for token in sentence.tokens}
    selfmax = (K1 + 1) * sum(idf(articles, known.get(term, 0)) for term in asked)
    weights = {term: TERM_WEIGHT * idf(articles, known[term]) / selfmax for term in asked if known.get(term)}
    for synonym in synonyms_in(sentence.text, synonyms):
        for term in terms(synonym.replacement):
            if term not in weights and known.get(term):
                weights[term] = TERM_WEIGHT * synonym.weight * idf(articles, known[term]) / selfmax
    weights = prune(weights, known, articles)
    heard = set(sentence.sounds)
    if heard:
        soundmax = (K1 + 1) * sum(idf(articles, known.get(sound, 0)) for sound in heard)
        weighed = {s: SOUND_WEIGHT * idf(articles, known[s]) / soundmax for s in heard if known.get(s)}
        weights |= prune(weighed, known, articles)
    return QuerySentence(
        text=sentence.text,
        meaning=meaning(_mended(sentence, known, repairs)),
        weights=weights,
        perfect=TERM_WEIGHT + (SOUND_WEIGHT if heard else 0.0),
        words=content_words(sentence.tokens),
        log_tokens=log1p(len(asked)),
        asking=urgency(sentence.text),
        bulk=sqrt(selfmax),
        key=wording_key(sentence.tokens),
    )


def prune(weights: Mapping[str, float], known: Mapping[str, int], articles: int) -> dict[str, float]:
    """Leave out the terms very many articles have, which bounds the cost of a search in a large index."""
    if articles <= PRUNE_FROM_ARTICLES:
        return dict(weights)
    kept = {term for term in weights if known[term] <= MAX_TERM_SHARE * articles}
    if len(kept) < MIN_TERMS:
        kept = set(sorted(weights, key=lambda term: (known[term], term))[:MIN_TERMS])
    return {term: weight for term, weight in weights.items() if term in kept}


def _mended(sentence: ParsedSentence, known: Mapping[str, int], repairs: Mapping[str, Repair]) -> str:
    """The sentence with its mistyped words replaced, for the encoder."""
    text = normalise(sentence.text)
    for word in {t.surface for t in sentence.tokens if t.kind is TokenKind.WORD and not known.get(t.term)}:
        if word in repairs:
            text = re.sub(rf"\b{re.escape(word)}\b", repairs[word].word, text)
    return text


def _meant(token: Token, known: Mapping[str, int], repairs: Mapping[str, Repair]) -> str:
    if token.kind is TokenKind.WORD and not known.get(token.term) and token.surface in repairs:
        return repairs[token.surface].term
    return token.term
