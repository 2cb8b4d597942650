"""Whether the machine answers by itself, by REST: the mode, the calibration in force, and trials of a new one."""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from app.core import audit
from app.core.auth import Permission, Principal
from app.core.errors import Conflict, InvalidInput, NotFound
from app.core.http import Read, Requires, Tx, problem_responses
from app.faq import answering, calibration_runs, semantics
from app.faq.answering import AnsweringMode
from app.faq.article_audit import actor_of
from app.faq.calibrate import MIN_JUDGED
from app.faq.text import MAX_TEXT_CHARS

router = APIRouter(prefix="/faq", tags=["faq: answering"])

Editor = Annotated[Principal, Depends(Requires(Permission.FAQ_EDIT))]
Administrator = Annotated[Principal, Depends(Requires(Permission.FAQ_ANSWERING))]

LOG_PERIOD = timedelta(days=365)  # how far back the judgements of those who asked are taken


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CalibrationView(BaseModel):
    """What was fitted for one kind of search: with an encoder, or by words alone (`none`). Shares are 0 to 1."""

    encoder: str
    threshold: float
    judged: int
    precision: float
    coverage: float
    fitted_at: datetime


class AnsweringView(BaseModel):
    """`is_on`: whether the machine answers by itself in searches as this process makes them, `encoder` being what they
    are made with; from `threshold` on."""

    mode: AnsweringMode
    changed_at: datetime | None
    is_on: bool
    threshold: float
    encoder: str
    calibrations: list[CalibrationView]
    judged_in_log: Annotated[int, Field(description="questions a trial from the log would ask")]
    needed: Annotated[int, Field(description="judged questions a trial needs")]


class AnsweringChange(_In):
    """When the machine may answer by itself."""

    mode: AnsweringMode


class JudgedQuestion(_In):
    """A real question and the articles that answer it; none: nothing does."""

    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT_CHARS)]
    article_ids: Annotated[list[UUID], Field(max_length=20)] = []


class NewRun(_In):
    """A trial on judged questions, or without any on what those who asked said of their answers. `target`: the share of
    right answers to reach, with 95 % certainty. The caller chooses the id, so that a repeat is harmless."""

    run_id: UUID
    target: Annotated[float, Field(gt=0, lt=1)] = 0.95
    questions: Annotated[list[JudgedQuestion] | None, Field(max_length=calibration_runs.MAX_QUESTIONS)] = None


class ThresholdLine(BaseModel):
    """What answering from here on would reach on questions not fitted to; `sure` is the lower end of the 95 % interval
    of `precision`."""

    threshold: float
    answered: int
    right: int
    precision: float | None
    sure: float | None
    coverage: float


class RunResult(BaseModel):
    """What was found for one kind of search. `problem`: why there is nothing to take over."""

    encoder: str
    judged: int
    right_first: int
    problem: Literal["one_sided", "target_not_reached", "too_few"] | None
    threshold: float | None
    precision: float | None
    coverage: float | None
    table: list[ThresholdLine]


class RunView(BaseModel):
    """Where a trial stands: `done` of `total` questions."""

    run_id: UUID
    state: Literal["waiting", "running", "finished"]
    source: Literal["file", "log"]
    target: float
    total: int
    done: int
    results: list[RunResult]
    requested_at: datetime
    finished_at: datetime | None


class TakingOver(_In):
    """For which kind of search, and from which threshold of the table on (default: the one that was found)."""

    encoder: str
    threshold: float | None = None


async def _view(tx: Read) -> AnsweringView:
    semantic = semantics.current()
    encoder = (semantic.encoder if semantic is not None else None) or answering.BY_WORDS
    rules = await answering.read_answering(tx, by_meaning=encoder != answering.BY_WORDS)
    asked = await tx.fetchrow("select mode, changed_at, switchboard_now() as now from faq_answering")
    assert asked is not None  # noqa: S101 -- the schema inserts it
    log = await calibration_runs.judged_from_log(tx, since=asked["now"] - LOG_PERIOD)
    rows = await tx.fetch(
        "select encoder, threshold, judged, precision_at as precision, coverage, fitted_at from faq_calibrations "
        "order by encoder = 'none', encoder"
    )
    return AnsweringView(
        mode=AnsweringMode(asked["mode"]),
        changed_at=asked["changed_at"],
        is_on=rules.is_on,
        threshold=rules.threshold,
        encoder=encoder,
        calibrations=[CalibrationView.model_validate(dict(row)) for row in rows],
        judged_in_log=len(log),
        needed=MIN_JUDGED,
    )


@router.get("/answering", operation_id="read_answering")
async def read_answering(principal: Editor, tx: Read) -> AnsweringView:
    """Whether the machine answers by itself, from which threshold on, and what that rests on."""
    return await _view(tx)


@router.put("/answering", operation_id="set_answering")
async def set_answering(
    body: AnsweringChange, principal: Administrator, request: Request, tx: Tx
) -> AnsweringView:
    """Say when the machine may answer by itself; holds from the next search on, in every channel."""
    before = await answering.read_mode(tx)
    if before is not body.mode:
        await answering.set_answering(tx, body.mode, now=await tx.fetchval("select switchboard_now()"))
    view = await _view(tx)
    if before is not body.mode:
        await audit.record(
            tx,
            actor=actor_of(request, principal),
            action="answering.changed",
            object="faq_answering",
            before={"mode": before.value},
            after={"mode": body.mode.value},
        )
    return view


@router.post(
    "/calibration-runs",
    operation_id="start_calibration_run",
    status_code=202,
    responses=problem_responses(InvalidInput),
)
async def start_calibration_run(body: NewRun, principal: Editor, tx: Tx) -> RunView:
    """Try a calibration; follow it with GET. It changes nothing until it is taken over."""
    now: datetime = await tx.fetchval("select switchboard_now()")
    if body.questions is None:
        questions = await calibration_runs.judged_from_log(tx, since=now - LOG_PERIOD)
    else:
        questions = [
            {"text": one.text, "article_ids": [str(key) for key in one.article_ids]} for one in body.questions
        ]
    await calibration_runs.request_run(
        tx,
        run_id=body.run_id,
        questions=questions,
        source="log" if body.questions is None else "file",
        target=body.target,
        by=principal.agent_id,
        now=now,
    )
    return _run_view(await calibration_runs.find_run(tx, body.run_id))


@router.get(
    "/calibration-runs/{run_id}", operation_id="get_calibration_run", responses=problem_responses(NotFound)
)
async def get_calibration_run(run_id: UUID, principal: Editor, tx: Read) -> RunView:
    """Where a trial stands, and what it found."""
    return _run_view(await calibration_runs.find_run(tx, run_id))


@router.get("/calibration-runs", operation_id="list_calibration_runs")
async def list_calibration_runs(principal: Editor, tx: Read) -> list[RunView]:
    """The last ten trials, the newest first."""
    rows = await tx.fetch("select * from faq_calibration_runs order by requested_at desc, id limit 10")
    return [_run_view(dict(row)) for row in rows]


@router.post(
    "/calibration-runs/{run_id}/take-over",
    operation_id="take_over_calibration",
    responses=problem_responses(NotFound, Conflict, InvalidInput),
)
async def take_over_calibration(
    run_id: UUID, body: TakingOver, principal: Administrator, request: Request, tx: Tx
) -> AnsweringView:
    """Make what a trial found the calibration in force of one kind of search."""
    taken = await calibration_runs.take_over(
        tx,
        run_id=run_id,
        encoder=body.encoder,
        threshold=body.threshold,
        now=await tx.fetchval("select switchboard_now()"),
    )
    view = await _view(tx)
    await audit.record(
        tx,
        actor=actor_of(request, principal),
        action="calibration.taken_over",
        object=f"calibration:{body.encoder}",
        after={
            "run": str(run_id),
            "threshold": taken.threshold,
            "precision": taken.precision,
            "coverage": taken.coverage,
        },
    )
    return view


def _run_view(row: dict[str, object]) -> RunView:
    return RunView.model_validate({**row, "run_id": row["id"]})
