"""`faq search`, `evaluate`, `calibrate`, `answering` and `rebuild`."""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

from app.commands.environment import database_of, with_settings
from app.core.db import Database, Reader
from app.core.errors import InvalidInput
from app.core.settings import Settings
from app.faq import semantics
from app.faq.answering import AnsweringMode, read_mode, set_answering, store_calibration
from app.faq.calibrate import calibrate as fit_to
from app.faq.confidence import Features
from app.faq.encoder import load_encoder
from app.faq.evaluate import evaluate_files, read_judged
from app.faq.index import rebuild_index
from app.faq.keeper import keep_up
from app.faq.models import Audience, Language
from app.faq.search import SearchOutcome
from app.faq.search import search as search_articles
from app.faq.semantics import Semantics

PATIENCE_SECONDS = 60.0  # nobody waits at the other end of a line


@with_settings
def search(settings: Settings, arguments: argparse.Namespace) -> int:
    """Search as a customer would."""

    async def find(database: Database) -> dict[str, Any]:
        async with _searching(database, settings), database.read() as reader:
            outcome = await _ask(reader, arguments.text, Language(arguments.lang))
        results = [
            {"title": r.title, "score": r.score, "probability": r.probability, "answer": r.answer_short}
            for r in outcome.results
        ]
        return {
            "zone": outcome.zone.value,
            "by_meaning": outcome.by_meaning,
            "latency_ms": outcome.latency_ms,
            "results": results,
        }

    found = with_database(settings, find)
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        print(f"decision: {found['zone']}")
        for result in found["results"]:
            print(f"{result['probability']:.2f}  {result['title']}\n      {result['answer']}")
    return 0


@with_settings
def evaluate(settings: Settings, arguments: argparse.Namespace) -> int:
    """Measure the search on judged questions (JSON lines)."""
    encoder = load_encoder(settings.faq_encoder)
    figures = evaluate_files(arguments.faqs, arguments.queries, arguments.qrels, encoder).as_json()
    print(json.dumps(figures, ensure_ascii=False, indent=None if arguments.json else 2))
    return 0


@with_settings
def calibrate(settings: Settings, arguments: argparse.Namespace) -> int:
    """Fit the confidence to judged questions about the published articles. Status 1 when no threshold will do.

    Fitted twice: for searches with the encoder, and for those that have to do without it.
    """
    if not 0 < arguments.target < 1:
        raise InvalidInput.of("--target", "must be between 0 and 1, such as 0.95")
    questions, right = read_judged(arguments.queries, arguments.qrels)

    async def fit(database: Database) -> list[dict[str, Any]]:
        report = []
        async with _searching(database, settings) as semantic:
            for kind in dict.fromkeys((semantic, None)):
                semantics.install(kind)
                judged: list[tuple[Features | None, bool]] = []
                for question_id, text in questions:
                    async with database.read() as reader:
                        outcome = await _ask(reader, text, Language.EN)
                    first = str(outcome.results[0].article_id) if outcome.results else None
                    judged.append((outcome.features, first in right.get(question_id, ())))
                report.append(
                    await _settle(database, judged, kind, arguments.target, dry_run=arguments.dry_run)
                )
        return report

    report = with_database(settings, fit)
    print(json.dumps(report, indent=None if arguments.json else 2))
    return 1 if any("problem" in part for part in report) else 0


async def _settle(
    database: Database,
    judged: list[tuple[Features | None, bool]],
    kind: Semantics | None,
    target: float,
    *,
    dry_run: bool,
) -> dict[str, Any]:
    """Fit to one kind of search, store it, and say what was found."""
    encoder = kind.encoder if kind is not None else None
    said: dict[str, Any] = {"encoder": encoder or "none", "judged": len(judged), "stored": False}
    try:
        fitted = fit_to(judged, target=target)
    except ValueError as error:
        raise InvalidInput.of("--queries", str(error)) from error
    if fitted is None:
        return said | {
            "problem": f"no threshold reaches {target}; judge more questions, or improve the articles"
        }
    if not dry_run:
        async with database.transaction() as tx:
            now = await tx.fetchval("select switchboard_now()")
            await store_calibration(tx, fitted, encoder=encoder, now=now)
    return said | asdict(fitted) | {"stored": not dry_run}


@with_settings
def answering(settings: Settings, arguments: argparse.Namespace) -> int:
    """Show or set when the machine may answer by itself."""

    async def change(database: Database) -> dict[str, Any]:
        if arguments.mode is not None:
            async with database.transaction() as tx:
                now = await tx.fetchval("select switchboard_now()")
                await set_answering(tx, AnsweringMode(arguments.mode), now=now)
        async with database.read() as reader:
            rows = await reader.fetch(
                "select encoder, threshold, judged, precision_at, coverage, fitted_at from faq_calibrations "
                "order by encoder"
            )
            return {"mode": await read_mode(reader), "calibrations": [dict(row) for row in rows]}

    print(json.dumps(with_database(settings, change), indent=2, default=str))
    return 0


@with_settings
def rebuild(settings: Settings, _: argparse.Namespace) -> int:
    """Build the search index anew, after an upgrade that changed how texts are taken apart."""

    async def build(database: Database) -> int:
        async with _searching(database, settings), database.transaction() as tx:
            return await rebuild_index(tx)

    print(f"the index holds {with_database(settings, build)} documents")
    return 0


def with_database(settings: Settings, work: Callable[[Database], Awaitable[Any]]) -> Any:
    """Run work on the database of the settings; returns what it returns."""

    async def inside(dsn: str) -> Any:
        database = Database(dsn, pool_size=2)
        await database.open()
        try:
            return await work(database)
        finally:
            await database.close()

    with database_of(settings) as dsn:
        return asyncio.run(inside(dsn))


async def _ask(reader: Reader, text: str, language: Language) -> SearchOutcome:
    return await search_articles(
        reader,
        question=text,
        language=language,
        audience=Audience.PUBLIC,
        channel="command_line",
        now=await reader.fetchval("select switchboard_now()"),
    )


@asynccontextmanager
async def _searching(database: Database, settings: Settings) -> AsyncIterator[Semantics | None]:
    """The encoder of the settings, loaded, with the vectors of the index complete and in memory."""
    semantic = semantics.start(settings.faq_encoder, patience=PATIENCE_SECONDS)
    try:
        if semantic is not None:
            await semantic.load()
            while await keep_up(database, semantic):
                pass
        yield semantic
    finally:
        semantics.install(None)
        if semantic is not None:
            await semantic.close()
