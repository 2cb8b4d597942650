"""`switchboard`, the command line: `serve`, `worker`, `migrate`, `demo`, `faq`, `settings`, `openapi`."""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import uvicorn
from pydantic import SecretStr, ValidationError

from app.core import logs, migrate
from app.core.db import Database
from app.core.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from app.core.settings import Settings
from app.demo import run as demo
from app.faq.evaluate import evaluate_files
from app.faq.models import Audience, Language
from app.faq.search import search
from app.main import create_app
from app.process import build, opened, working

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Run one command; exit status 0 on success, 1 when it failed, 2 when it was called wrongly."""
    arguments = _parser().parse_args()
    try:
        settings = Settings()
    except ValidationError as error:
        for problem in error.errors():
            name = "SWITCHBOARD_" + "_".join(str(part) for part in problem["loc"]).upper()
            sys.stderr.write(f"switchboard: {name}: {problem['msg']}\n")
        sys.exit(2)
    logs.configure(
        level=settings.log_level, output=settings.log_format, keep_personal_data=settings.log_personal_data
    )
    command: Callable[[Settings, argparse.Namespace], int] = arguments.command
    try:
        sys.exit(command(settings, arguments))
    except EmbeddedPostgresError as error:
        sys.stderr.write(f"switchboard: {error}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="switchboard", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        name: str, run: Callable[[Settings, argparse.Namespace], int], text: str
    ) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=run)
        return sub

    serve = add("serve", _serve, "serve the web application")
    serve.add_argument("--all", action="store_true", help="run the worker in the same process")
    serve.add_argument("--host", help="address to listen on (default: SWITCHBOARD_HOST)")
    add("worker", _worker, "run the router, the jobs and the timers")
    add("migrate", _migrate, "bring the database to the newest schema")
    add("demo", _demo, "run everything with the demo centre until Ctrl-C")
    add("settings", _settings, "list all settings").add_argument("--json", action="store_true")
    add("openapi", _openapi, "print the OpenAPI document")
    faq = add("faq", _faq_help, "search and measure the FAQ").add_subparsers(required=True, metavar="WHAT")
    find = faq.add_parser("search", help="search as a customer would")
    find.set_defaults(command=_faq_search)
    find.add_argument("text")
    find.add_argument("--lang", choices=[language.value for language in Language], default="zh-Hant")
    find.add_argument("--json", action="store_true")
    measure = faq.add_parser("evaluate", help="measure the search on judged questions (JSON lines)")
    measure.set_defaults(command=_faq_evaluate)
    for name in ("faqs", "queries", "qrels"):
        measure.add_argument(f"--{name}", type=Path, required=True)
    measure.add_argument("--json", action="store_true")
    return parser


def _faq_help(_: Settings, __: argparse.Namespace) -> int:
    return 2


def _database(settings: Settings) -> AbstractContextManager[str]:
    """The DSN of the configured server, or of a private one that lives as long as the block."""
    if settings.database_url is not None:
        return nullcontext(settings.database_url)
    return _PrivateDatabase(settings)


class _PrivateDatabase(AbstractContextManager[str]):
    def __init__(self, settings: Settings):
        self._server = EmbeddedPostgres(ROOT / settings.home / "pg")

    def __enter__(self) -> str:
        sys.stderr.write("embedded PostgreSQL: not for production; back up with pg_dump\n")
        self._running = self._server.start()
        return self._running.dsn

    def __exit__(self, *_: object) -> None:
        self._running.close()


def _serve(settings: Settings, arguments: argparse.Namespace) -> int:
    with _database(settings) as dsn:
        asyncio.run(migrate.upgrade(dsn))
        app = create_app(settings, dsn, with_worker=arguments.all)
        uvicorn.run(
            app,
            host=arguments.host or settings.host,
            port=settings.port,
            loop="uvloop",
            http="httptools",
            ws="websockets-sansio",
            ws_per_message_deflate=False,  # 2.5 times the memory and 1.6 times the CPU per socket (measured)
            ws_max_size=64 * 1024,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=5,
            server_header=False,
        )
    return 0


def _worker(settings: Settings, _: argparse.Namespace) -> int:
    async def work(dsn: str) -> None:
        await migrate.upgrade(dsn)
        process = build(settings, dsn)
        async with opened(process), working(process):
            await asyncio.Event().wait()

    with _database(settings) as dsn:
        asyncio.run(work(dsn))
    return 0


def _migrate(settings: Settings, _: argparse.Namespace) -> int:
    with _database(settings) as dsn:
        asyncio.run(migrate.upgrade(dsn))
    print(f"the schema is at revision {migrate.newest_revision()}")
    return 0


def _demo(settings: Settings, _: argparse.Namespace) -> int:
    return demo.run(settings)


def _settings(settings: Settings, arguments: argparse.Namespace) -> int:
    rows = []
    for name, info in Settings.model_fields.items():
        value = getattr(settings, name)
        shown: Any = "(secret)" if isinstance(value, SecretStr) and value.get_secret_value() else str(value)
        rows.append(
            {"name": f"SWITCHBOARD_{name.upper()}", "value": shown, "meaning": info.description or ""}
        )
    if arguments.json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for row in rows:
            print(f"{row['name']}={row['value']}" + (f"   # {row['meaning']}" if row["meaning"] else ""))
    return 0


def _openapi(settings: Settings, _: argparse.Namespace) -> int:
    app = create_app(settings, "postgresql://unused", with_worker=False)
    print(json.dumps(app.openapi(), ensure_ascii=False, indent=2))
    return 0


def _faq_search(settings: Settings, arguments: argparse.Namespace) -> int:
    async def find(dsn: str) -> dict[str, Any]:
        database = Database(dsn, pool_size=2)
        await database.open()
        try:
            async with database.read() as reader:
                outcome = await search(
                    reader,
                    question=arguments.text,
                    language=Language(arguments.lang),
                    audience=Audience.PUBLIC,
                    channel="command_line",
                    now=await reader.fetchval("select switchboard_now()"),
                )
        finally:
            await database.close()
        results = [
            {"title": r.title, "score": r.score, "probability": r.probability, "answer": r.answer_short}
            for r in outcome.results
        ]
        return {"zone": outcome.zone.value, "latency_ms": outcome.latency_ms, "results": results}

    with _database(settings) as dsn:
        found = asyncio.run(find(dsn))
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        print(f"decision: {found['zone']}")
        for result in found["results"]:
            print(f"{result['probability']:.2f}  {result['title']}\n      {result['answer']}")
    return 0


def _faq_evaluate(_: Settings, arguments: argparse.Namespace) -> int:
    figures = evaluate_files(arguments.faqs, arguments.queries, arguments.qrels).as_json()
    print(json.dumps(figures, ensure_ascii=False, indent=None if arguments.json else 2))
    return 0
