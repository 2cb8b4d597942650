"""Whether this process works: `/healthz` (it answers), `/readyz` (it can do its job), `/metrics` (Prometheus)."""

import asyncio

import asyncpg
import orjson
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.core import migrate
from app.core.bus import Bus
from app.core.db import Database
from app.routing import lease

READY_SECONDS = 3.0


def health_routes(database: Database, bus: Bus) -> list[Route]:
    """The three addresses."""

    async def healthz(_: Request) -> Response:
        return Response("ok", media_type="text/plain")

    async def readyz(_: Request) -> Response:
        checks = await _checks(database, bus)
        status = 200 if all(checks.values()) else 503
        return Response(orjson.dumps(checks), status, media_type="application/json")

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


async def _checks(database: Database, bus: Bus) -> dict[str, bool]:
    checks = {"database": False, "migrations": False, "router": False, "bus": bus.is_listening.is_set()}
    try:
        async with asyncio.timeout(READY_SECONDS), database.read() as reader:
            checks["database"] = True
            revision = await reader.fetchval("select version_num from alembic_version")
            checks["migrations"] = revision == migrate.newest_revision()
            checks["router"] = await lease.is_held(reader)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        pass
    return checks
