"""Whether this process works: `/healthz` (it answers), `/readyz` (it can do its job), `/metrics` (Prometheus)."""

import asyncio
import contextlib
import hmac
import ipaddress

import asyncpg
import orjson
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.core import migrate
from app.core.bus import Bus
from app.core.db import DATABASE_AWAY, Database
from app.core.errors import NotFound
from app.core.http import problem_response
from app.core.settings import Settings
from app.routing import lease

READY_SECONDS = 3.0


def health_routes(database: Database, bus: Bus, settings: Settings) -> list[Route]:
    """The three addresses."""

    async def healthz(_: Request) -> Response:
        return Response("ok", media_type="text/plain")

    async def readyz(_: Request) -> Response:
        checks = await _checks(database, bus)
        status = 200 if all(checks.values()) else 503
        return Response(orjson.dumps(checks), status, media_type="application/json")

    async def metrics(request: Request) -> Response:
        if not _may_measure(request, settings):
            return problem_response(NotFound("there is nothing at this address"))
        return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


def _may_measure(request: Request, settings: Settings) -> bool:
    """With a token: whoever sends it. Without: a program on this machine, not what a proxy passes on."""
    if settings.metrics_token is not None:
        expected = f"Bearer {settings.metrics_token.get_secret_value()}"
        return hmac.compare_digest(request.headers.get("authorization", "").encode(), expected.encode())
    is_passed_on = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip"))
    if is_passed_on or request.client is None:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


async def _checks(database: Database, bus: Bus) -> dict[str, bool]:
    checks = {"database": False, "migrations": False, "router": False, "bus": bus.is_listening.is_set()}
    with contextlib.suppress(asyncpg.UndefinedTableError, *DATABASE_AWAY):
        async with asyncio.timeout(READY_SECONDS), database.read() as reader:
            checks["database"] = await reader.fetchval("select true")
            revision = await reader.fetchval("select version_num from alembic_version")
            checks["migrations"] = revision == migrate.newest_revision()
            checks["router"] = await lease.is_held(reader)
    return checks
