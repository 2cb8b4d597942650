"""Articles in and out as files: every fault by line and field, all or nothing."""

import csv
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app import cli
from app.core import audit
from app.core.db import Database
from app.core.jobs import JobWorker
from app.faq.article_endpoints import router as articles
from app.faq.demo_articles import load_demo_articles
from app.faq.exchange import COLUMNS, Format, read_rows
from app.faq.exchange_endpoints import router
from app.faq.import_jobs import JOB, ImportRunner
from app.faq.importing import Imported, check_rows, export, import_rows, read_file
from app.faq.index import rebuild_index
from app.faq.models import Language
from tests.faq.articles import NOW
from tests.faq.desk import desk, person
from tests.faq.test_articles import found
from tests.faq.test_service import index_rows

SYSTEM = audit.Actor("system")


async def silent(done: int, of: int) -> None:
    """Progress nobody looks at."""


async def take_in(database: Database, data: bytes, file_format: Format) -> Imported:
    async with database.transaction() as tx:
        rows, faults = await read_file(tx, data, file_format)
        if faults:
            return await check_rows(tx, rows, faults)
        return await import_rows(tx, rows, now=NOW, actor=SYSTEM, why="test", progress=silent)


def table(*rows: dict[str, str]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(dict.fromkeys(name for row in rows for name in row)), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def row(key: str, question: str = "How do I return a kettle?", **more: str) -> dict[str, str]:
    fields = {
        "id": key,
        "topic": "returns",
        "status": "published",
        "question.en": question,
        "answer.en": "So.",
    }
    return fields | more


def faults_of(data: bytes, file_format: Format = Format.CSV) -> list[tuple[int, str]]:
    _, faults = read_rows(data, file_format, {})
    return [(fault.line, fault.field) for fault in faults]


async def everything(database: Database) -> list[Any]:
    async with database.transaction() as tx:
        rows = await tx.fetch("select * from articles order by id")
        versions = await tx.fetch("select * from article_versions order by article_id, version")
        return [rows, versions, await index_rows(tx)]


@pytest.mark.parametrize("file_format", list(Format))
async def test_what_was_exported_is_imported_without_any_change(
    database: Database, file_format: Format
) -> None:
    async with database.transaction() as tx:
        await load_demo_articles(tx, NOW)
    before = await everything(database)
    async with database.read() as reader:
        data = await export(reader, file_format)
    result = await take_in(database, data, file_format)
    assert (result.created, result.changed, result.faults) == (0, 0, [])
    assert result.unchanged == result.rows > 25
    assert await everything(database) == before


async def test_a_file_of_ten_thousand_articles_is_taken_in_and_searched(database: Database) -> None:
    rows = [
        row(
            f"k{n}",
            f"How do I clean the kettle of model KX{n}?",
            **{
                "wordings.en": f"washing KX{n}\nKX{n} is dirty",
                "answer.en": "Rinse it with vinegar, then water. " * 3,
            },
        )
        for n in range(9_999)
    ]
    rows.append(
        row("zh", "", **{"answer.en": "", "question.zh-Hant": "瓷器怎麼洗？", "answer.zh-Hant": "用溫水。"})
    )
    done = []

    async def progress(so_far: int, of: int) -> None:
        done.append((so_far, of))

    async with database.transaction() as tx:
        parsed, faults = await read_file(tx, table(*rows), Format.CSV)
        assert faults == []
        result = await import_rows(tx, parsed, now=NOW, actor=SYSTEM, why="test", progress=progress)
    assert (result.created, result.rows) == (10_000, 10_000)
    assert done[0] == (1_000, 10_000)
    assert done[-1] == (10_000, 10_000)
    assert (await found(database, "KX4711"))[0] == "How do I clean the kettle of model KX4711?"
    assert (await found(database, "瓷器怎么洗"))[0] == "瓷器怎麼洗？"


async def test_an_import_leaves_the_index_as_if_built_anew(database: Database) -> None:
    await take_in(
        database, table(row("a"), row("b", "Where is my teapot?"), row("c", "Which cups?")), Format.CSV
    )
    second = table(row("a", "How do I return a jug?"), row("b", status="archived"), row("d", "Do you ship?"))
    result = await take_in(database, second, Format.CSV)
    assert (result.created, result.changed, result.unchanged) == (1, 2, 0)
    async with database.transaction() as tx:
        kept_up = await index_rows(tx)
        await rebuild_index(tx)
        assert await index_rows(tx) == kept_up
    assert await found(database, "jug") == ["How do I return a jug?"]
    assert await found(database, "teapot") == []


async def test_one_bad_row_of_many_changes_nothing(database: Database) -> None:
    await take_in(database, table(row("a")), Format.CSV)
    before = await everything(database)
    data = table(row("a", "Another question?"), row("b"), row("c", topic="Not a topic"))
    result = await take_in(database, data, Format.CSV)
    assert [(fault.line, fault.field) for fault in result.faults] == [(4, "topic")]
    assert await everything(database) == before


def test_each_fault_names_its_line_and_its_column() -> None:
    data = table(
        row("a", "line one\nand two, kettle"),  # lines 2 and 3
        row("b", audience="everybody"),  # 4
        row("c", valid_from="tomorrow"),  # 5
        row("d", "??"),  # 6
        row("e", **{"answer.en": ""}),  # 7
        row("a"),  # 8
        row(""),  # 9
        row("f", owner="nobody"),  # 10
        row("g", **{"wordings.en": "x" * 301}),  # 11
        row("h", **{"answer.en": "nul \0 here"}),  # 12
    )
    assert faults_of(data) == [
        (4, "audience"), (5, "valid_from"), (6, "question.en"), (7, "answer.en"), (8, "id"), (9, "id"),
        (10, "owner"), (11, "wordings.en"), (12, "answer.en"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", (1, "id")),
        (b"question.en\nx", (1, "id")),
        (b"id,topic,colour\n", (1, "colour")),
        (b"id,topic\na,returns,more\n", (2, "")),
        (b'id,topic\n"a,returns\n', (2, "")),
        ("id,topic\n退貨,x\n".encode("big5"), (2, "")),
        ("id,topic\n".encode("utf-16"), (1, "")),
        (b"id,topic\n" + b"x" * 200_000 + b",returns\n", (2, "")),
        (b"\x00\x00\x00", (1, "\0\0\0")),
    ],
)
def test_what_is_no_such_file_is_refused_with_a_line(data: bytes, fault: tuple[int, str]) -> None:
    assert faults_of(data) == [fault]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", (2, "")),
        ("[]", (2, "")),
        ("{}", (2, "topic")),
        ('{"id":"a","topic":"returns","contents":{"fr":{"question":"x"}}}', (2, "contents.fr.[key]")),
        (
            '{"id":"a","topic":"returns","contents":{"en":{"question":"a\\u0000"}}}',
            (2, "contents.en.question"),
        ),
        ('{"id":"a","topic":"returns","contents":{"en":{"question":"\\ud800"}}}', (2, "")),
    ],
)
def test_each_fault_of_a_json_line_is_named(line: str, fault: tuple[int, str]) -> None:
    good = json.dumps({"id": "z", "topic": "returns", "contents": {"en": {"question": "Kettle?"}}})
    assert faults_of(f"{good}\n{line}\n".encode(), Format.JSONL)[0] == fault


async def test_quotes_commas_line_ends_chinese_and_a_byte_order_mark_survive(database: Database) -> None:
    answer = "他說：\"好，\n明天\"。 😀 =SUM(A1) 'quoted' | a, b"
    data = b"\xef\xbb\xbf" + table(
        row(
            "a",
            "=cmd|' /C calc'!A0 kettle",
            **{"question.zh-Hant": "如何「退貨」？", "answer.zh-Hant": answer},
        )
    )
    assert (await take_in(database, data, Format.CSV)).created == 1
    async with database.read() as reader:
        exported = await export(reader, Format.CSV)
    assert b"'=cmd|" in exported, "no spreadsheet runs it"
    (again,), faults = read_rows(exported, Format.CSV, {})
    assert faults == []
    assert again.entry.contents[Language.ZH_HANT].answer == answer
    assert again.entry.contents[Language.EN].question.startswith("=cmd|")


async def test_a_file_that_is_older_than_an_article_is_refused(database: Database) -> None:
    await take_in(database, table(row("a")), Format.CSV)
    async with database.read() as reader:
        exported = await export(reader, Format.JSONL)
    await take_in(database, table(row("a", "Edited meanwhile?")), Format.CSV)
    edited = exported.replace(b"kettle", b"teapot")
    result = await take_in(database, edited, Format.JSONL)
    assert [(fault.line, fault.field) for fault in result.faults] == [(1, "version")]


@pytest.fixture
async def people(database: Database) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """A supervisor and an agent."""
    ann, mei = await person(database, "ann", "supervisor"), await person(database, "mei", "agent")
    async with desk(database, router, articles, ann=ann, mei=mei) as clients:
        yield clients


async def worked(database: Database) -> None:
    await JobWorker(database.dsn, {JOB: ImportRunner(database).run}).drain()


@pytest.mark.parametrize("dry_run", [True, False])
async def test_a_job_takes_the_file_in_and_a_page_follows_it(
    database: Database, people: dict[str, httpx.AsyncClient], dry_run: bool
) -> None:
    ann = people["ann"]
    params = {"import_id": str(uuid4()), "format": "csv", "dry_run": str(dry_run)}
    for _ in range(2):
        asked = await ann.post("/faq/imports", params=params, content=table(row("a"), row("b", "Teapot?")))
        assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    await worked(database)
    for _ in range(2):  # a job may run twice
        seen = (await ann.get(f"/faq/imports/{params['import_id']}")).json()
        assert (seen["state"], seen["rows"], seen["done"], seen["created"]) == ("finished", 2, 2, 2)
        await ImportRunner(database).run({"import_id": params["import_id"]})
    assert len(await found(database, "kettle")) == (0 if dry_run else 1)
    async with database.read() as reader:
        lines = await reader.fetchval("select count(*) from audit_log where action = 'articles.imported'")
    assert lines == (0 if dry_run else 1)


async def test_a_refused_import_shows_its_faults(
    database: Database, people: dict[str, httpx.AsyncClient]
) -> None:
    params = {"import_id": str(uuid4()), "format": "csv"}
    await people["ann"].post("/faq/imports", params=params, content=table(row("a"), row("b", audience="all")))
    await worked(database)
    seen = (await people["ann"].get(f"/faq/imports/{params['import_id']}")).json()
    assert (seen["state"], seen["wrong"]) == ("refused", 1)
    assert [(fault["line"], fault["field"]) for fault in seen["faults"]] == [(3, "audience")]
    assert await found(database, "kettle") == []


async def test_agents_neither_import_nor_export(people: dict[str, httpx.AsyncClient]) -> None:
    params = {"import_id": str(uuid4()), "format": "csv"}
    assert (await people["mei"].post("/faq/imports", params=params, content=b"x")).status_code == 403
    assert (await people["mei"].get("/faq/export", params=params)).status_code == 403
    answer = await people["ann"].get("/faq/export", params={"format": "csv"})
    assert answer.content.decode("utf-8-sig").splitlines() == [",".join(COLUMNS)]


def test_the_command_line_takes_in_and_gives_out(
    dsn: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SWITCHBOARD_DATABASE_URL", dsn)

    def run(*words: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main(["faq", *words])
        return int(str(ended.value.code)), capsys.readouterr().out

    good, bad, out = tmp_path / "good.csv", tmp_path / "bad.csv", tmp_path / "out.jsonl"
    good.write_bytes(table(row("a"), row("b", "Teapot?")))
    bad.write_bytes(table(row("a", topic="No")))
    assert run("import", str(bad)) == (
        1,
        f"{bad}:2: topic: 1 to 40 of a-z, 0-9 and _, a letter first, such as returns\nnothing was changed\n",
    )
    assert run("import", str(good), "--dry-run") == (
        0,
        "2 would be created, 0 would be changed, 0 unchanged\n",
    )
    assert run("import", str(good)) == (0, "2 created, 0 changed, 0 unchanged\n")
    assert run("export", "--output", str(out))[0] == 0
    assert len(out.read_text().splitlines()) == 2
    assert run("import", str(out)) == (0, "0 created, 0 changed, 2 unchanged\n")
