"""Whether the machine may answer by itself: off until the site is calibrated, or an administrator says so."""

from dataclasses import astuple, dataclass
from datetime import datetime
from enum import StrEnum

from app.core.db import Reader, Transaction
from app.faq import semantics
from app.faq.calibrate import Calibration
from app.faq.confidence import T_AUTO, Coefficients

BY_WORDS = "none"  # the calibration of searches without vectors


class AnsweringMode(StrEnum):
    """OFF: never. CALIBRATED: once this kind of search is calibrated, from its threshold on. ON: always, without
    a calibration from the shipped threshold on."""

    OFF = "off"
    CALIBRATED = "calibrated"
    ON = "on"


@dataclass(frozen=True, slots=True)
class Answering:
    """What holds for one search. `coefficients` None: the shipped ones."""

    is_on: bool
    threshold: float
    coefficients: Coefficients | None


async def read_answering(reader: Reader, *, by_meaning: bool) -> Answering:
    """The rules for a search with or without vectors. A calibration holds for the encoder it was made with."""
    semantic = semantics.current()
    encoder = semantic.encoder if by_meaning and semantic is not None else BY_WORDS
    row = await reader.fetchrow(
        "select a.mode, c.threshold, c.coefficients from faq_answering a "
        "left join faq_calibrations c on c.encoder = $1",
        encoder,
    )
    assert row is not None  # noqa: S101 -- the schema inserts it
    is_calibrated = row["threshold"] is not None
    mode = AnsweringMode(row["mode"])
    return Answering(
        is_on=mode is AnsweringMode.ON or (mode is AnsweringMode.CALIBRATED and is_calibrated),
        threshold=row["threshold"] if is_calibrated else T_AUTO,
        coefficients=Coefficients(*row["coefficients"]) if is_calibrated else None,
    )


async def read_mode(reader: Reader) -> AnsweringMode:
    """When the machine may answer by itself."""
    return AnsweringMode(await reader.fetchval("select mode from faq_answering"))


async def set_answering(tx: Transaction, mode: AnsweringMode, *, now: datetime) -> None:
    """Say when the machine may answer by itself."""
    await tx.execute("update faq_answering set mode = $1, changed_at = $2", mode, now)


async def store_calibration(
    tx: Transaction, fitted: Calibration, *, encoder: str | None, now: datetime
) -> None:
    """Keep what was fitted for searches with this encoder (None: by words alone); replaces what was there."""
    await tx.execute(
        "insert into faq_calibrations "
        "(encoder, coefficients, threshold, judged, precision_at, coverage, fitted_at) "
        "values ($1, $2, $3, $4, $5, $6, $7) on conflict (encoder) do update set "
        "coefficients = excluded.coefficients, threshold = excluded.threshold, judged = excluded.judged, "
        "precision_at = excluded.precision_at, coverage = excluded.coverage, fitted_at = excluded.fitted_at",
        encoder or BY_WORDS, list(astuple(fitted.coefficients)), fitted.threshold, fitted.judged,
        fitted.precision, fitted.coverage, now,
    )  # fmt: skip
