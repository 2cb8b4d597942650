"""Trials of a calibration as jobs: judged questions are asked of the live search, with and without the encoder.

A trial changes nothing by itself: what it found is shown, and taken over when somebody says so. A job may run twice; a
trial that is finished is left alone, and one that was interrupted begins again from nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core import jobs
from app.core.db import Database, Reader, Transaction
from app.core.errors import Conflict, InvalidInput, NotFound
from app.faq import semantics
from app.faq.answering import BY_WORDS, store_calibration
from app.faq.calibrate import MIN_JUDGED, AtThreshold, Calibration, at_thresholds, calibrate
from app.faq.confidence import Coefficients, Features
from app.faq.models import Audience, Language
from app.faq.search import SearchOutcome, search

JOB = "faq.calibrate"
CHANNEL = "calibration"
MAX_QUESTIONS = 10_000
THRESHOLDS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98)
_PROGRESS_EVERY = 50  # questions
_TRIES = 3  # of a search by meaning that a busy encoder left to the words

Judged = Sequence[Mapping[str, Any]]  # {text, article_ids: [str]}; no id: nothing answers it

# What those who asked said of the answers they were given, the last word on each question.
_FROM_LOG = """
select question_masked as text, case when outcome = 'helped' then chosen_article_id end as article_id from (
    select distinct on (wording_key) wording_key, question_masked, chosen_article_id, outcome, at from faq_searches
    where at >= $1 and wording_key <> '' and outcome in ('helped', 'not_helped', 'escalated', 're_asked')
        and (outcome <> 'helped' or chosen_article_id is not null)
    order by wording_key, at desc
) q order by at desc limit $2
"""


async def judged_from_log(reader: Reader, *, since: datetime) -> list[dict[str, Any]]:
    """Questions that were asked since an instant and what answered them in the end, each once."""
    rows = await reader.fetch(_FROM_LOG, since, MAX_QUESTIONS)
    return [
        {"text": row["text"], "article_ids": [str(row["article_id"])] if row["article_id"] else []}
        for row in rows
    ]


async def request_run(
    tx: Transaction, *, run_id: UUID, questions: Judged, source: str, target: float, by: UUID, now: datetime
) -> None:
    """Store a trial and enqueue its job. The same id again changes nothing. Raises InvalidInput for too few or too
    many questions."""
    if not MIN_JUDGED <= len(questions) <= MAX_QUESTIONS:
        raise InvalidInput.of(
            "questions",
            f"{MIN_JUDGED} to {MAX_QUESTIONS} judged questions are needed, there are {len(questions)}",
        )
    made = await tx.fetchval(
        "insert into faq_calibration_runs (id, target, source, questions, total, requested_at, requested_by) "
        "values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing returning id",
        run_id, target, source, list(questions), len(questions), now, by,
    )  # fmt: skip
    if made is not None:
        await jobs.enqueue(tx, JOB, {"run_id": str(run_id)}, dedupe_key=f"{JOB}:{run_id}")


class CalibrationRunner:
    """Runs in the worker."""

    def __init__(self, database: Database):
        self._database = database

    async def run(self, payload: dict[str, Any]) -> None:
        """The job: ask every question of both kinds of search, fit, and keep what was found for the page."""
        run_id = UUID(payload["run_id"])
        async with self._database.transaction() as tx:
            asked = await tx.fetchrow(
                "update faq_calibration_runs set state = 'running', done = 0 "
                "where id = $1 and finished_at is null returning *",
                run_id,
            )
        if asked is None:
            return
        semantic = semantics.current()
        encoder = semantic.encoder if semantic is not None else None
        by_meaning: list[tuple[Features | None, bool]] = []
        by_words: list[tuple[Features | None, bool]] = []
        for done, question in enumerate(asked["questions"]):
            if done % _PROGRESS_EVERY == 0:
                await self._progress(run_id, done)
            async with self._database.read() as reader:
                by_words.append(_judgement(await _asked(reader, question, by_words=True), question))
                if encoder is not None and (judged := await _judge_by_meaning(reader, question)):
                    by_meaning.append(judged)
        results = [_fitted(BY_WORDS, by_words, asked["target"])]
        if encoder is not None:
            results.insert(0, _fitted(encoder, by_meaning, asked["target"]))
        async with self._database.transaction() as tx:
            await tx.execute(
                "update faq_calibration_runs set state = 'finished', done = total, questions = null, results = $2, "
                "finished_at = switchboard_now() where id = $1 and finished_at is null",
                run_id,
                results,
            )

    async def _progress(self, run_id: UUID, done: int) -> None:
        async with self._database.transaction() as tx:
            await tx.execute(
                "update faq_calibration_runs set done = $2 where id = $1 and finished_at is null",
                run_id,
                done,
            )


async def _asked(reader: Reader, question: Mapping[str, Any], *, by_words: bool) -> SearchOutcome:
    return await search(
        reader,
        question=question["text"],
        language=Language.EN,
        audience=Audience.PUBLIC,
        channel=CHANNEL,
        now=await reader.fetchval("select switchboard_now()"),
        by_words=by_words,
    )


async def _judge_by_meaning(
    reader: Reader, question: Mapping[str, Any]
) -> tuple[Features | None, bool] | None:
    """None when the encoder was too busy each time: a search by words says nothing of it."""
    for _ in range(_TRIES):
        outcome = await _asked(reader, question, by_words=False)
        if outcome.by_meaning or not outcome.results:
            return _judgement(outcome, question)
    return None


def _judgement(outcome: SearchOutcome, question: Mapping[str, Any]) -> tuple[Features | None, bool]:
    first = str(outcome.results[0].article_id) if outcome.results else None
    return outcome.features, first in question["article_ids"]


def _fitted(encoder: str, judged: list[tuple[Features | None, bool]], target: float) -> dict[str, Any]:
    """What was found for one kind of search; `problem` says why there is nothing to take over."""
    said: dict[str, Any] = {
        "encoder": encoder,
        "judged": len(judged),
        "right_first": sum(right for _, right in judged),
        "problem": None,
        "threshold": None,
        "precision": None,
        "coverage": None,
        "coefficients": None,
        "table": [],
    }
    if len(judged) < MIN_JUDGED:
        return said | {"problem": "too_few"}
    try:
        fitted = calibrate(judged, target=target)
        table = at_thresholds(judged, THRESHOLDS)
    except ValueError:
        return said | {"problem": "one_sided"}  # all right or all wrong: there is nothing to tell apart
    said["table"] = [asdict(line) for line in table]
    if fitted is None:
        return said | {"problem": "target_not_reached"}
    return said | {
        "threshold": fitted.threshold,
        "precision": fitted.precision,
        "coverage": fitted.coverage,
        "coefficients": list(astuple(fitted.coefficients)),
    }


async def find_run(reader: Reader, run_id: UUID) -> dict[str, Any]:
    """Where a trial stands. Raises NotFound."""
    row = await reader.fetchrow("select * from faq_calibration_runs where id = $1", run_id)
    if row is None:
        raise NotFound("there is no such trial of a calibration")
    return dict(row)


async def take_over(
    tx: Transaction, *, run_id: UUID, encoder: str, threshold: float | None, now: datetime
) -> Calibration:
    """Make what a trial found the calibration of one kind of search; `threshold`: another line of its table.

    Raises NotFound, Conflict while it runs or when it found nothing, InvalidInput for a threshold that is not in the
    table or answers nothing.
    """
    run = await find_run(tx, run_id)
    found = next((result for result in run["results"] if result["encoder"] == encoder), None)
    if found is None or found["coefficients"] is None:
        raise Conflict("this trial has nothing to take over for this kind of search")
    precision, coverage, chosen = found["precision"], found["coverage"], found["threshold"]
    if threshold is not None and threshold != chosen:
        line = next((AtThreshold(**line) for line in found["table"] if line["threshold"] == threshold), None)
        if line is None or line.precision is None:
            offered = ", ".join(str(line["threshold"]) for line in found["table"] if line["answered"])
            raise InvalidInput.of("threshold", f"must be one of {offered}")
        precision, coverage, chosen = line.precision, line.coverage, line.threshold
    calibration = Calibration(
        Coefficients(*found["coefficients"]), chosen, found["judged"], precision, coverage
    )
    await store_calibration(tx, calibration, encoder=None if encoder == BY_WORDS else encoder, now=now)
    return calibration
