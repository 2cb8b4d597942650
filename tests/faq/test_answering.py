"""The machine answers by itself once it is calibrated, or once somebody says so."""

from collections.abc import Sequence

import pytest

from app.core.db import Transaction
from app.faq.answering import AnsweringMode, read_answering, set_answering, store_calibration
from app.faq.calibrate import MIN_JUDGED, Calibration, calibrate, wilson
from app.faq.confidence import T_AUTO, Coefficients, Features, Zone
from app.faq.models import Audience, Language
from app.faq.search import search
from app.faq.semantics import Semantics
from tests.faq.articles import NOW, entry, published

SURE = Calibration(Coefficients(5.0, 0.0, 0.0, 0.0, 0.0), 0.9, 250, 0.97, 0.4)


async def zone(tx: Transaction) -> Zone:
    outcome = await search(
        tx,
        question="how do I return an item",
        language=Language.EN,
        audience=Audience.PUBLIC,
        channel="chat",
        now=NOW,
    )
    return outcome.zone


async def articles(tx: Transaction) -> None:
    await published(tx, entry("How do I return an item?"))
    await published(tx, entry("When does the shop open?"))


async def test_a_new_site_is_shown_choices_and_answered_by_people(tx: Transaction) -> None:
    await articles(tx)
    assert await zone(tx) is Zone.CHOOSE


async def test_an_administrator_may_let_it_answer(tx: Transaction) -> None:
    await articles(tx)
    await set_answering(tx, AnsweringMode.ON, now=NOW)
    assert await zone(tx) is Zone.ANSWER
    await set_answering(tx, AnsweringMode.OFF, now=NOW)
    assert await zone(tx) is Zone.CHOOSE


async def test_a_calibration_lets_it_answer_from_its_own_threshold_on(tx: Transaction) -> None:
    await articles(tx)
    await store_calibration(tx, SURE, encoder=None, now=NOW)
    assert await zone(tx) is Zone.ANSWER
    strict = Calibration(SURE.coefficients, 0.999, 250, 0.99, 0.1)
    await store_calibration(tx, strict, encoder=None, now=NOW)
    assert await zone(tx) is Zone.CHOOSE


async def test_off_stays_off_though_calibrated(tx: Transaction) -> None:
    await articles(tx)
    await store_calibration(tx, SURE, encoder=None, now=NOW)
    await set_answering(tx, AnsweringMode.OFF, now=NOW)
    assert await zone(tx) is Zone.CHOOSE


async def test_a_calibration_holds_for_the_kind_of_search_it_was_made_with(
    tx: Transaction, by_meaning: Semantics
) -> None:
    await store_calibration(tx, SURE, encoder=by_meaning.encoder, now=NOW)
    with_vectors = await read_answering(tx, by_meaning=True)
    by_words = await read_answering(tx, by_meaning=False)
    assert (with_vectors.is_on, with_vectors.coefficients) == (True, SURE.coefficients)
    assert (by_words.is_on, by_words.threshold, by_words.coefficients) == (False, T_AUTO, None)


def judged(count: int, noise: int) -> Sequence[tuple[Features, bool]]:
    """Questions whose first result is right when it leads by .3, but for every `noise`th."""
    return [
        (Features(0.5, lead, lead, 1.0), (lead > 0.3) is not (n % noise == noise - 1))
        for n in range(count)
        for lead in [(n * 7 % 100) / 100]
    ]


def test_the_threshold_keeps_its_promise_on_questions_not_fitted_to() -> None:
    fitted = calibrate(judged(400, 50), target=0.9)
    assert fitted is not None
    assert fitted.judged == 400
    assert fitted.precision >= 0.9
    assert 0.3 < fitted.coverage < 0.8
    assert wilson(round(fitted.precision * fitted.coverage * 400), round(fitted.coverage * 400)) >= 0.9


def test_no_threshold_is_better_than_a_bad_one() -> None:
    assert calibrate(judged(400, 3), target=0.95) is None


def test_too_few_questions_are_refused() -> None:
    with pytest.raises(ValueError, match=str(MIN_JUDGED)):
        calibrate(judged(MIN_JUDGED - 1, 10), target=0.9)


def test_questions_that_found_nothing_count_against_coverage() -> None:
    found = calibrate(judged(400, 50), target=0.9)
    with_nothing = calibrate([*judged(400, 50), *[(None, False)] * 400], target=0.9)
    assert found is not None
    assert with_nothing is not None
    assert with_nothing.coverage == pytest.approx(found.coverage / 2)


def test_the_lower_bound_is_wilsons() -> None:
    assert wilson(95, 100) == pytest.approx(0.8882, abs=1e-4)
    assert wilson(10, 10) == pytest.approx(0.7225, abs=1e-4)
