"""Trials of a calibration: on a file or on the log, followed by a page, taken over by an administrator alone."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.core.db import Database
from app.core.jobs import JobWorker
from app.faq.answering_endpoints import router
from app.faq.calibration_runs import JOB, CalibrationRunner
from app.faq.semantics import Semantics
from app.faq.usage import SearchAction, SearchResolution
from tests.faq.articles import entry, published
from tests.faq.desk import desk, person
from tests.faq.test_gaps import asked
from tests.support.clock import FakeClock

ITEMS = ("kettle", "teapot", "lamp", "chair", "rug", "candle", "vase", "basket", "mirror", "clock")
ASKED = (
    "how do I return the {}",
    "sending my {} back",
    "{} return",
    "can I give the {} back",
    "return this {} please",
)


@pytest.fixture
async def people(database: Database) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """A supervisor and an administrator."""
    ann = await person(database, "ann", "supervisor")
    root = await person(database, "root", "admin")
    async with desk(database, router, ann=ann, root=root) as clients:
        yield clients


async def shop(database: Database) -> dict[str, str]:
    """An article for each item; the ids."""
    async with database.transaction() as tx:
        return {
            item: str(await published(tx, entry(f"How do I return a {item}?", answer=f"Bring the {item}.")))
            for item in ITEMS
        }


def judged(ids: dict[str, str], times: int = 5) -> list[dict[str, Any]]:
    """250 questions; a fifth is about things the shop has nothing on."""
    right = [
        {"text": text.format(item), "article_ids": [ids[item]]}
        for _ in range(times - 1)
        for item in ITEMS
        for text in ASKED
    ]
    wrong = [
        {"text": text.format(f"gift card {n}"), "article_ids": []}
        for n in range(len(ITEMS))
        for text in ASKED
    ]
    return right + wrong


async def worked(database: Database) -> None:
    await JobWorker(database.dsn, {JOB: CalibrationRunner(database).run}).drain()


async def test_a_trial_on_a_file_changes_nothing_until_it_is_taken_over(
    people: dict[str, httpx.AsyncClient], database: Database
) -> None:
    ann, root = people["ann"], people["root"]
    body = {"run_id": str(uuid4()), "target": 0.9, "questions": judged(await shop(database))}
    for _ in range(2):
        started = await ann.post("/faq/calibration-runs", json=body)
        assert (started.status_code, started.json()["total"]) == (202, 250)
    await worked(database)
    await CalibrationRunner(database).run({"run_id": body["run_id"]})  # a job may run twice
    run = (await ann.get(f"/faq/calibration-runs/{body['run_id']}")).json()
    assert (run["state"], run["done"], run["source"]) == ("finished", 250, "file")
    (found,) = run["results"]
    assert (found["encoder"], found["judged"], found["problem"]) == ("none", 250, None)
    assert found["precision"] >= 0.9
    lines = found["table"]
    assert [line["coverage"] for line in lines] == sorted((line["coverage"] for line in lines), reverse=True)
    before = (await ann.get("/faq/answering")).json()
    assert (before["mode"], before["is_on"], before["calibrations"]) == ("calibrated", False, [])

    taken = await root.post(f"/faq/calibration-runs/{body['run_id']}/take-over", json={"encoder": "none"})
    after = taken.json()
    assert (after["is_on"], after["threshold"]) == (True, found["threshold"])
    offered = [line for line in lines if line["answered"]]
    chosen = {"encoder": "none", "threshold": offered[0]["threshold"]}
    taken = await root.post(f"/faq/calibration-runs/{body['run_id']}/take-over", json=chosen)
    assert taken.json()["threshold"] == offered[0]["threshold"]
    assert taken.json()["calibrations"][0]["coverage"] == offered[0]["coverage"]
    refused = await root.post(
        f"/faq/calibration-runs/{body['run_id']}/take-over", json={"encoder": "none", "threshold": 0.123}
    )
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "threshold")


async def test_a_trial_asks_both_kinds_of_search(
    people: dict[str, httpx.AsyncClient], database: Database, by_meaning: Semantics
) -> None:
    body = {"run_id": str(uuid4()), "questions": judged(await shop(database))}
    await people["ann"].post("/faq/calibration-runs", json=body)
    await worked(database)
    run = (await people["ann"].get("/faq/calibration-runs")).json()[0]
    assert [result["encoder"] for result in run["results"]] == [by_meaning.encoder, "none"]


async def test_a_trial_on_the_log_takes_what_those_who_asked_said(
    people: dict[str, httpx.AsyncClient], database: Database, clock: FakeClock
) -> None:
    async with database.transaction() as tx:
        article = await published(tx, entry("How do I return an item?"))
    helped, answered = SearchResolution.HELPED, SearchAction.ANSWERED
    await asked(database, clock, "return item", answered, outcome=SearchResolution.NOT_HELPED, chosen=article)
    await asked(database, clock, "RETURN item", answered, outcome=helped, chosen=article)
    await asked(database, clock, "parking")
    assert (await people["ann"].get("/faq/answering")).json()["judged_in_log"] == 1
    refused = await people["ann"].post("/faq/calibration-runs", json={"run_id": str(uuid4())})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "questions")


async def test_questions_that_are_all_right_leave_nothing_to_take_over(
    people: dict[str, httpx.AsyncClient], database: Database
) -> None:
    ids = await shop(database)
    right = [{"text": f"How do I return a {item}?", "article_ids": [ids[item]]} for item in ITEMS] * 20
    body = {"run_id": str(uuid4()), "questions": right}
    await people["ann"].post("/faq/calibration-runs", json=body)
    await worked(database)
    run = (await people["ann"].get(f"/faq/calibration-runs/{body['run_id']}")).json()
    assert run["results"][0]["problem"] == "one_sided"
    refused = await people["root"].post(
        f"/faq/calibration-runs/{body['run_id']}/take-over", json={"encoder": "none"}
    )
    assert refused.status_code == 409


async def test_only_an_administrator_switches_and_the_audit_log_says_so(
    people: dict[str, httpx.AsyncClient], database: Database
) -> None:
    refused = await people["ann"].put("/faq/answering", json={"mode": "on"})
    assert refused.status_code == 403
    for _ in range(2):
        view = (await people["root"].put("/faq/answering", json={"mode": "on"})).json()
        assert (view["mode"], view["is_on"], view["threshold"]) == ("on", True, 0.85)
    async with database.read() as reader:
        lines = await reader.fetch("select action, before, after from audit_log")
    assert [(line["action"], line["before"], line["after"]) for line in lines] == [
        ("answering.changed", {"mode": "calibrated"}, {"mode": "on"})
    ]
