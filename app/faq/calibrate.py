"""Fit the confidence to judged questions: a plain logistic regression by Newton's method. Pure.

A site re-fits on 100 to 200 judged questions of its own; the shipped coefficients fit development sets.
"""

from collections.abc import Sequence
from dataclasses import astuple
from math import exp

from app.faq.confidence import Coefficients, Features

ROUNDS = 30  # Newton steps; converges in fewer than ten
RIDGE = 1e-3  # keeps separable sets from running away


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
