"""`switchboard faq …` on a database."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import structlog

from app import cli
from app.core.db import Database
from app.faq.answering import read_answering
from app.faq.demo_articles import demo_article_id, demo_entries, load_demo_articles
from tests.faq.articles import NOW


def inside(dsn: str, work: Callable[[Database], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        database = Database(dsn, pool_size=1)
        await database.open()
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """Commands send the log to the standard error of their own test, which is closed after it."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def shop(dsn: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The database of the settings, with the demo articles."""

    async def fill(database: Database) -> None:
        async with database.transaction() as tx:
            await load_demo_articles(tx, NOW)

    inside(dsn, fill)
    monkeypatch.setenv("SWITCHBOARD_DATABASE_URL", dsn)
    return dsn


@pytest.fixture
def judged(tmp_path: Path) -> list[str]:
    """Every wording of the shop but for its last word, and as many questions about other matters."""
    queries, qrels = [], []
    for key, entry in demo_entries():
        for language, content in entry.contents.items():
            for number, text in enumerate((content.question, *content.wordings)):
                name = f"{key}-{language}-{number}"
                queries.append({"id": name, "text": f"{text} {text[: len(text) // 2]}"})
                qrels.append({"query_id": name, "faq_id": str(demo_article_id(key))})
                queries.append({"id": f"other-{name}", "text": f"{text[-3:]} 今天天氣 football {number}"})
    for name, rows in (("queries", queries), ("qrels", qrels)):
        (tmp_path / f"{name}.jsonl").write_bytes(b"\n".join(orjson.dumps(row) for row in rows))
    return ["--queries", str(tmp_path / "queries.jsonl"), "--qrels", str(tmp_path / "qrels.jsonl")]


def run(
    *arguments: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str, str]:
    """One command: exit status, standard output, standard error."""
    monkeypatch.setattr(sys, "argv", ["switchboard", "faq", *arguments])
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def test_judged_questions_calibrate_a_site(
    shop: str, judged: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def rules(database: Database) -> Any:
        async with database.read() as reader:
            return await read_answering(reader, by_meaning=False)

    assert run("answering", "calibrated", monkeypatch=monkeypatch, capsys=capsys)[0] == 0
    dry = run("calibrate", *judged, "--dry-run", "--json", monkeypatch=monkeypatch, capsys=capsys)
    assert dry[0] == 0, dry
    assert not inside(shop, rules).is_on

    code, said, _ = run("calibrate", *judged, "--json", monkeypatch=monkeypatch, capsys=capsys)
    (report,) = orjson.loads(said)
    assert (code, report["encoder"], report["stored"]) == (0, "none", True)
    assert report["precision"] >= 0.95
    found = inside(shop, rules)
    assert (found.is_on, found.threshold) == (True, report["threshold"])
    assert found.coefficients is not None


def test_too_few_judged_questions_are_refused_by_name(
    shop: str,
    judged: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    queries = tmp_path / "queries.jsonl"
    queries.write_bytes(b"\n".join(queries.read_bytes().splitlines()[:10]))
    code, _, problem = run("calibrate", *judged, monkeypatch=monkeypatch, capsys=capsys)
    assert code == 1
    assert "--queries: 200 judged questions are needed" in problem


def test_the_mode_is_shown_and_set(
    shop: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert '"mode": "on"' in run("answering", monkeypatch=monkeypatch, capsys=capsys)[1]
    assert '"mode": "off"' in run("answering", "off", monkeypatch=monkeypatch, capsys=capsys)[1]


def test_a_search_and_a_rebuild_work_from_the_command_line(
    shop: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "90 documents" in run("rebuild", monkeypatch=monkeypatch, capsys=capsys)[1]
    code, said, _ = run("search", "怎麼退貨", "--json", monkeypatch=monkeypatch, capsys=capsys)
    assert code == 0
    assert orjson.loads(said)["results"]
