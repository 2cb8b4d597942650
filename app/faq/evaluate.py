"""Measure the search on judged questions (`switchboard faq evaluate`) with the live search's code, in memory.

Files are JSON lines: articles `{id, question, alt_questions, answer, lang}`, questions `{id, text, lang}`,
judgements `{query_id, faq_id, rel}` (rel above 0 is right). A question without judgement has no right answer:
it counts against precision when answered and not at all in MRR and recall.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from app.core.errors import InvalidInput
from app.faq.encoder import Encoder
from app.faq.memory import Document, Found, MemoryIndex

DEPTH = 10  # results looked at for MRR
THRESHOLDS = (0.3, 0.5, 0.7, 0.8, 0.85, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class ThresholdFigures:
    """Answering by machine from `threshold` on: how often right, and for how many of all questions."""

    threshold: float
    precision: float | None
    coverage: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of one run. Times are milliseconds of search inside one process, without the database."""

    questions: int
    judged: int
    mrr_at_10: float
    recall_at_1: float
    recall_at_5: float
    p50_ms: float
    p95_ms: float
    thresholds: tuple[ThresholdFigures, ...]

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question: its results in order, the probability of the first, the articles that would be right."""

    results: tuple[str, ...]
    probability: float
    right: frozenset[str]
    ms: float


def evaluate_files(faqs: Path, queries: Path, qrels: Path, encoder: Encoder | None = None) -> Evaluation:
    """Run the evaluation. Raises InvalidInput naming the file and line that cannot be read."""
    index = MemoryIndex((_document(row) for row in read_lines(faqs, ("id", "question"))), encoder)
    questions, right = read_judged(queries, qrels)
    return figures(run(index, questions, right))


def read_judged(queries: Path, qrels: Path) -> tuple[list[tuple[str, str]], dict[str, set[str]]]:
    """The questions as (id, text), and the right articles of each id. Raises InvalidInput."""
    right: dict[str, set[str]] = defaultdict(set)
    for row in read_lines(qrels, ("query_id", "faq_id")):
        if row.get("rel", 1) > 0:
            right[str(row["query_id"])].add(str(row["faq_id"]))
    questions = [(str(row["id"]), str(row["text"])) for row in read_lines(queries, ("id", "text"))]
    if not questions:
        raise InvalidInput.of("queries", "the file holds no questions")
    return questions, dict(right)


def run(
    index: MemoryIndex, questions: Iterable[tuple[str, str]], right: Mapping[str, Iterable[str]]
) -> list[Outcome]:
    """Search every question."""
    outcomes: list[Outcome] = []
    for question_id, text in questions:
        started = time.perf_counter()
        found: Found = index.search(text)
        elapsed = (time.perf_counter() - started) * 1000
        results = tuple(match.article for match in found.ranking.matches[:DEPTH])
        chance = found.decision.probabilities[0] if results else 0.0
        outcomes.append(Outcome(results, chance, frozenset(right.get(question_id, ())), elapsed))
    return outcomes


def figures(outcomes: list[Outcome]) -> Evaluation:
    """Sum up; `outcomes` must not be empty."""
    judged = [outcome for outcome in outcomes if outcome.right]
    ranks = [next((i for i, a in enumerate(o.results, 1) if a in o.right), None) for o in judged]
    times = sorted(outcome.ms for outcome in outcomes)
    count = max(1, len(judged))
    return Evaluation(
        questions=len(outcomes),
        judged=len(judged),
        mrr_at_10=sum(1 / rank for rank in ranks if rank) / count,
        recall_at_1=sum(rank == 1 for rank in ranks) / count,
        recall_at_5=sum(rank is not None and rank <= 5 for rank in ranks) / count,
        p50_ms=times[len(times) // 2],
        p95_ms=times[min(len(times) - 1, len(times) * 95 // 100)],
        thresholds=tuple(_at_threshold(outcomes, threshold) for threshold in THRESHOLDS),
    )


def _at_threshold(outcomes: list[Outcome], threshold: float) -> ThresholdFigures:
    answered = [outcome for outcome in outcomes if outcome.results and outcome.probability >= threshold]
    correct = sum(outcome.results[0] in outcome.right for outcome in answered)
    precision = correct / len(answered) if answered else None
    return ThresholdFigures(threshold, precision, len(answered) / len(outcomes))


def _document(row: Mapping[str, Any]) -> Document:
    return Document(
        article=str(row["id"]),
        language=str(row.get("lang") or "en"),
        question=str(row["question"]),
        wordings=tuple(str(text) for text in row.get("alt_questions") or ()),
        answer=str(row.get("answer") or ""),
    )


def read_lines(path: Path, fields: tuple[str, ...]) -> list[dict[str, Any]]:
    """The objects of a JSON-lines file; blank lines are skipped, each object must have `fields`."""
    rows: list[dict[str, Any]] = []
    try:
        text = path.read_bytes()
    except OSError as error:
        raise InvalidInput.of(str(path), f"cannot be read: {error.strerror}") from error
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise InvalidInput.of(f"{path}:{number}", "is not a JSON object") from error
        missing = [f for f in fields if not isinstance(row, dict) or f not in row]
        if missing:
            raise InvalidInput.of(f"{path}:{number}", f"lacks {', '.join(missing)}")
        rows.append(row)
    return rows
