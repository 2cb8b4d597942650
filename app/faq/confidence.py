"""From ranked articles to a decision: answer, let the person choose, or hand over. Pure.

The margin to the next articles carries the confidence, the score alone does not (two near-duplicates make a
small margin: then asking is right). How the shipped coefficients were fitted and what they reach stands in
docs/faq.md; a site fits its own with `switchboard faq calibrate`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp

from app.faq.ranking import Match, QuerySentence, Ranking

T_AUTO = 0.85  # from this probability on the machine may answer by itself
T_ASK = 0.3  # below it nothing found is worth showing …
SHOW_FROM_SCORE = 0.4  # … unless the best matches this well: then several articles do, and the person chooses
SHOW_NOTHING_BELOW_SCORE = 0.2  # a chance meeting of one word, however far ahead of the others
MIN_LEAD = 0.05  # of score over the second article, for an answer by the machine
MIN_WORDS = 2.0  # content words a question needs to be answered by the machine


class Zone(StrEnum):
    """What to do with the results of a search."""

    ANSWER = "answer"
    CHOOSE = "choose"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Features:
    """What the confidence is computed from: score, lead over the next two articles, question length."""

    score: float
    margin_second: float
    margin_third: float
    log_tokens: float


@dataclass(frozen=True, slots=True)
class Coefficients:
    """A fitted logistic; `switchboard faq calibrate` fits one for a site from judged questions."""

    intercept: float
    score: float
    margin_second: float
    margin_third: float
    log_tokens: float


SHIPPED_BY_WORDS = Coefficients(
    intercept=-2.404, score=1.076, margin_second=6.324, margin_third=3.258, log_tokens=0.320
)
SHIPPED_BY_MEANING = Coefficients(
    intercept=-1.752, score=0.990, margin_second=9.723, margin_third=5.326, log_tokens=-0.055
)


def shipped(*, by_meaning: bool) -> Coefficients:
    """The coefficients for scores with or without vectors."""
    return SHIPPED_BY_MEANING if by_meaning else SHIPPED_BY_WORDS


def features(rivals: Sequence[Match], match: Match, sentence: QuerySentence) -> Features:
    """The features of one article among all those its sentence found; only the best has positive margins."""
    others = [rival.score for rival in rivals[:3] if rival.article != match.article]
    second, third = [*others, 0.0, 0.0][:2]
    return Features(match.score, match.score - second, match.score - third, sentence.log_tokens)


def probability(found: Features, coefficients: Coefficients) -> float:
    """How likely the article answers the question, 0 to 1."""
    x = (
        coefficients.intercept
        + coefficients.score * found.score
        + coefficients.margin_second * found.margin_second
        + coefficients.margin_third * found.margin_third
        + coefficients.log_tokens * found.log_tokens
    )
    return 1 / (1 + exp(-x))


def features_of_best(ranking: Ranking, sentences: Sequence[QuerySentence]) -> Features | None:
    """The features of the first article; None when nothing was found."""
    if not ranking.matches:
        return None
    best = ranking.matches[0]
    return features(ranking.by_sentence[best.sentence], best, sentences[best.sentence])


@dataclass(frozen=True, slots=True)
class Decision:
    """The zone, and the probability of each match in order."""

    zone: Zone
    probabilities: tuple[float, ...]


def decide(
    ranking: Ranking,
    sentences: Sequence[QuerySentence],
    *,
    may_answer: bool = True,
    coefficients: Coefficients | None = None,
    threshold: float = T_AUTO,
) -> Decision:
    """Choose the zone.

    `coefficients` default to the shipped ones, `threshold` is where ANSWER begins. Never ANSWER on fewer than
    `MIN_WORDS` content words, when a second article matches nearly as well, when the best article may not be
    answered by the machine (`may_answer`), or when another sentence of the question points to another article
    unsurely.
    """

    fitted = coefficients or shipped(by_meaning=ranking.by_meaning)

    def chance(match: Match) -> float:
        rivals = ranking.by_sentence[match.sentence]
        return probability(features(rivals, match, sentences[match.sentence]), fitted)

    chances = tuple(chance(match) for match in ranking.matches)
    best = ranking.matches[0] if ranking.matches else None
    if best is None or not _worth_showing(best.score, chances[0]):
        return Decision(Zone.NONE, chances)
    elsewhere = any(
        tops and tops[0].article != best.article and T_ASK <= chance(tops[0]) < threshold
        for tops in ranking.by_sentence
    )
    lead = features(ranking.by_sentence[best.sentence], best, sentences[best.sentence]).margin_second
    sure = chances[0] >= threshold and lead >= MIN_LEAD and sentences[best.sentence].words >= MIN_WORDS
    return Decision(Zone.ANSWER if sure and may_answer and not elsewhere else Zone.CHOOSE, chances)


def _worth_showing(score: float, chance: float) -> bool:
    return score >= SHOW_FROM_SCORE or (score >= SHOW_NOTHING_BELOW_SCORE and chance >= T_ASK)
