"""`serve`, `worker`, `migrate`, `demo`, `settings`, `check-objects`, `openapi`."""

import argparse
import asyncio
import json
import sys

import uvicorn

from app.commands.environment import database_of, with_settings
from app.commands.masking import without_secrets
from app.core import garbage, objects
from app.core import migrate as migrations
from app.core.ids import new_id
from app.core.objects import ObjectsUnavailable
from app.core.settings import Settings
from app.demo import run as demo_centre
from app.main import create_app
from app.process import build, object_store, opened, working


@with_settings
def serve(settings: Settings, arguments: argparse.Namespace) -> int:
    """Bring the schema up to date and serve the web application until a signal."""
    with database_of(settings) as dsn:
        asyncio.run(migrations.upgrade(dsn))
        app = create_app(settings, dsn, with_worker=arguments.all)
        garbage.settle()
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
            # longer than any usual proxy keeps a connection (nginx 60 s, AWS 60 s): whoever closes first while the
            # other sends makes a failed request of it
            timeout_keep_alive=75,
            server_header=False,
        )
    return 0


@with_settings
def worker(settings: Settings, _: argparse.Namespace) -> int:
    """Run the router, the jobs and the timers until a signal."""

    async def work(dsn: str) -> None:
        await migrations.upgrade(dsn)
        process = build(settings, dsn)
        async with opened(process), working(process):
            await asyncio.Event().wait()

    with database_of(settings) as dsn:
        garbage.settle()
        import uvloop  # noqa: PLC0415  not there on Windows

        uvloop.run(work(dsn))
    return 0


@with_settings
def migrate(settings: Settings, _: argparse.Namespace) -> int:
    """Bring the database to the newest schema."""
    with database_of(settings) as dsn:
        asyncio.run(migrations.upgrade(dsn))
    print(f"the schema is at revision {migrations.newest_revision()}")
    return 0


@with_settings
def demo(settings: Settings, _: argparse.Namespace) -> int:
    """Run everything with the demo centre until Ctrl-C."""
    return demo_centre.run(settings)


def setting_rows(settings: Settings) -> list[dict[str, str]]:
    """Every setting: its variable, its present value without secrets, its meaning."""
    return [
        {
            "name": f"SWITCHBOARD_{name.upper()}",
            "value": without_secrets(getattr(settings, name)),
            "meaning": info.description or "",
        }
        for name, info in Settings.model_fields.items()
    ]


@with_settings
def show_settings(settings: Settings, arguments: argparse.Namespace) -> int:
    """List all settings with their present values; secrets and passwords in addresses are not shown."""
    rows = setting_rows(settings)
    if arguments.json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for row in rows:
            print(f"{row['name']}={row['value']}" + (f"   # {row['meaning']}" if row["meaning"] else ""))
    return 0


@with_settings
def check_objects(settings: Settings, _: argparse.Namespace) -> int:
    """Try whether recordings and files can be stored, read and deleted; exit status 1 says why not."""
    try:
        asyncio.run(objects.check(object_store(settings), str(new_id())))
    except ObjectsUnavailable as error:
        sys.stderr.write(f"switchboard: {error.detail}\n")
        return 1
    where = f"bucket {settings.s3_bucket}" if settings.objects == "s3" else str(settings.home / "objects")
    print(f"objects are stored, read and deleted in {where}")
    return 0


@with_settings
def openapi(settings: Settings, _: argparse.Namespace) -> int:
    """Print the OpenAPI document."""
    app = create_app(settings, "postgresql://unused", with_worker=False)
    print(json.dumps(app.openapi(), ensure_ascii=False, indent=2))
    return 0
