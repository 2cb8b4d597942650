"""From ranked articles to a decision: answer, let the person choose, or hand over. Pure.

The margin to the next articles carries the confidence, the score alone does not (two near-duplicates make a
small margin: then asking is right). The shipped coefficients are a fit, equal weight for each set, over
banking-en (clean and mistyped), intents-en with out-of-scope questions, city-zhT (cropped questions) and the
demo shop (one wording left out), each with 30 % of its articles removed. Fitted on the other sets only, the
share right of what is answered at `T_AUTO`, and the share of all questions answered: banking-en .86 of 19 %,
mistyped .92 of 16 %, intents-en .98 of 12 %, city-zhT .96 of 42 %, shop in Chinese 1.00 of 32 %, shop in
English .68 of 13 % (22 answers: two-word questions whose article was removed). Sites re-fit on their own.
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


SHIPPED = Coefficients(
    intercept=-3.515, score=1.762, margin_second=6.464, margin_third=4.539, log_tokens=0.589
)


def features(matches: Sequence[Match], article: str, sentence: QuerySentence) -> Features:
    """The features of one article among the matches of its sentence; only the best has positive margins."""
    score = next(match.score for match in matches if match.article == article)
    rivals = [match.score for match in matches[:3] if match.article != article]
    second, third = [*rivals, 0.0, 0.0][:2]
    return Features(score, score - second, score - third, sentence.log_tokens)


def probability(found: Features, coefficients: Coefficients = SHIPPED) -> float:
    """How likely the article answers the question, 0 to 1."""
    x = (
        coefficients.intercept
        + coefficients.score * found.score
        + coefficients.margin_second * found.margin_second
        + coefficients.margin_third * found.margin_third
        + coefficients.log_tokens * found.log_tokens
    )
    return 1 / (1 + exp(-x))


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
    coefficients: Coefficients = SHIPPED,
) -> Decision:
    """Choose the zone.

    Never ANSWER on fewer than `MIN_WORDS` content words, when a second article matches nearly as well, when the
    best article may not be answered by the machine (`may_answer`), or when another sentence of the question
    points to another article unsurely.
    """

    def chance(match: Match) -> float:
        rivals = ranking.by_sentence[match.sentence]
        return probability(features(rivals, match.article, sentences[match.sentence]), coefficients)

    chances = tuple(chance(match) for match in ranking.matches)
    best = ranking.matches[0] if ranking.matches else None
    if best is None or not _worth_showing(best.score, chances[0]):
        return Decision(Zone.NONE, chances)
    elsewhere = any(
        tops and tops[0].article != best.article and T_ASK <= chance(tops[0]) < T_AUTO
        for tops in ranking.by_sentence
    )
    lead = features(ranking.by_sentence[best.sentence], best.article, sentences[best.sentence]).margin_second
    sure = chances[0] >= T_AUTO and lead >= MIN_LEAD and sentences[best.sentence].words >= MIN_WORDS
    return Decision(Zone.ANSWER if sure and may_answer and not elsewhere else Zone.CHOOSE, chances)


def _worth_showing(score: float, chance: float) -> bool:
    return score >= SHOW_FROM_SCORE or (score >= SHOW_NOTHING_BELOW_SCORE and chance >= T_ASK)
