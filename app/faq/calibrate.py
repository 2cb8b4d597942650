"""Fit the confidence to judged questions of a site, and choose from which probability on to answer. Pure.

A plain logistic regression by Newton's method. The threshold is chosen on probabilities of folds that were not
fitted to: the smallest one at which the share right of the answered is, with 95 % certainty, at least the target
(lower bound of Wilson, "Probable inference, the law of succession, and statistical inference", 1927).
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from math import exp, sqrt

from app.faq.confidence import Coefficients, Features, probability

MIN_JUDGED = 200  # judged questions below which a calibration says too little
FOLDS = 5
MIN_ANSWERED = 20  # answered questions below which a threshold is not believed
CERTAINTY = 1.96  # standard deviations of a two-sided 95 % interval
ROUNDS = 30  # Newton steps; converges in fewer than ten
RIDGE = 1e-3  # keeps separable sets from running away


@dataclass(frozen=True, slots=True)
class Calibration:
    """Fitted coefficients, the threshold for answering, and what it reached on questions not fitted to."""

    coefficients: Coefficients
    threshold: float
    judged: int
    precision: float
    coverage: float


def calibrate(judged: Sequence[tuple[Features | None, bool]], *, target: float) -> Calibration | None:
    """Fit, and find the threshold for a precision of `target`; None when no threshold reaches it.

    `judged`: for each question the features of its first result (None: nothing was found) and whether that was
    right. Raises ValueError for fewer than `MIN_JUDGED` questions, or when all or none are right.
    """
    if len(judged) < MIN_JUDGED:
        raise ValueError(f"{MIN_JUDGED} judged questions are needed, there are {len(judged)}")
    found = [(features, right) for features, right in judged if features is not None]
    chances = held_out(found)
    best: tuple[float, float, float] | None = None
    right_so_far = 0
    for answered, (chance, right) in enumerate(chances, 1):
        right_so_far += right
        if answered >= MIN_ANSWERED and wilson(right_so_far, answered) >= target:
            best = (chance, right_so_far / answered, answered / len(judged))
    return Calibration(fit(found), best[0], len(judged), best[1], best[2]) if best is not None else None


def held_out(found: Sequence[tuple[Features, bool]]) -> list[tuple[float, bool]]:
    """The probability of each question by a fit that did not see it, the surest first. Raises ValueError as `fit`."""
    chances: list[tuple[float, bool]] = []
    for fold in range(FOLDS):
        fitted = fit([sample for n, sample in enumerate(found) if n % FOLDS != fold])
        chances += [(probability(f, fitted), right) for f, right in found[fold::FOLDS]]
    return sorted(chances, key=lambda chance: -chance[0])


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """What answering from `threshold` on would reach on questions not fitted to. `sure`: the lower end of the 95 %
    interval of `precision`; both None where nothing would be answered. `coverage`: share of all questions."""

    threshold: float
    answered: int
    right: int
    precision: float | None
    sure: float | None
    coverage: float


def at_thresholds(
    judged: Sequence[tuple[Features | None, bool]], thresholds: Sequence[float]
) -> list[AtThreshold]:
    """One line for each threshold, to choose from. Raises ValueError as `fit`."""
    chances = held_out([(features, right) for features, right in judged if features is not None])
    lines = []
    for threshold in thresholds:
        outcomes = [right for chance, right in chances if chance >= threshold]
        answered, right = len(outcomes), sum(outcomes)
        lines.append(
            AtThreshold(
                threshold,
                answered,
                right,
                right / answered if answered else None,
                wilson(right, answered) if answered else None,
                answered / len(judged),
            )
        )
    return lines


def wilson(right: int, of: int) -> float:
    """The lower bound of the 95 % interval of a share."""
    share, z = right / of, CERTAINTY
    centre = share + z * z / (2 * of)
    return (centre - z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))) / (1 + z * z / of)


def fit(samples: Sequence[tuple[Features, bool]], *, weights: Sequence[float] | None = None) -> Coefficients:
    """The coefficients that make `right` most likely. Raises ValueError unless both outcomes occur."""
    if len({right for _, right in samples}) < 2:
        raise ValueError("judged questions must contain right and wrong first results")
    rows = [(1.0, *astuple(found)) for found, _ in samples]
    labels = [1.0 if right else 0.0 for _, right in samples]
    shares = list(weights) if weights is not None else [1.0] * len(rows)
    size = len(rows[0])
    beta = [0.0] * size
    for _ in range(ROUNDS):
        gradient = [-RIDGE * b for b in beta]
        hessian = [[RIDGE if i == j else 0.0 for j in range(size)] for i in range(size)]
        for row, label, share in zip(rows, labels, shares, strict=True):
            p = 1 / (1 + exp(-max(-30.0, min(30.0, sum(b * x for b, x in zip(beta, row, strict=True))))))
            for i in range(size):
                gradient[i] += share * (label - p) * row[i]
                for j in range(size):
                    hessian[i][j] += share * p * (1 - p) * row[i] * row[j]
        step = _solve(hessian, gradient)
        beta = [b + s for b, s in zip(beta, step, strict=True)]
        if max(abs(s) for s in step) < 1e-8:
            break
    return Coefficients(*beta)


def _solve(matrix: list[list[float]], vector: list[float]) -> list[float]:
    """Gaussian elimination with partial pivoting."""
    size = len(vector)
    rows = [[*matrix[i], vector[i]] for i in range(size)]
    for column in range(size):
        pivot = max(range(column, size), key=lambda r: abs(rows[r][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for below in range(column + 1, size):
            factor = rows[below][column] / rows[column][column]
            rows[below] = [x - factor * y for x, y in zip(rows[below], rows[column], strict=True)]
    answer = [0.0] * size
    for i in reversed(range(size)):
        known = sum(rows[i][j] * answer[j] for j in range(i + 1, size))
        answer[i] = (rows[i][size] - known) / rows[i][i]
    return answer
