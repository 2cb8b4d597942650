"""Serves the built front end: hashed assets for ever, pages fresh, and a plain page when nothing is built yet.

The content security policy allows nothing from elsewhere (OWASP ASVS 5.0, 3.4.3 and 3.4.6).
"""

import hashlib
from pathlib import Path
from urllib.parse import urlsplit

import orjson
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.core.settings import Settings

STATIC = Path(__file__).parent / "static"
MEDIA = Path(__file__).parent / "media"
_YEAR_SECONDS = 31_536_000

FOR_OTHER_SITES = {
    "Access-Control-Allow-Origin": "*",  # imported as modules, which needs it (Fetch standard)
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}

NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Switchboard</title>
<h1>The pages are not built yet</h1><p>Run <code>make run</code>, or <code>python3 dev.py ui</code> and reload.</p>"""


def build_id() -> str:
    """Changes whenever the built front end does; `unbuilt` without one."""
    page = STATIC / "console" / "index.html"
    if not page.exists():
        return "unbuilt"
    return hashlib.sha256(page.read_bytes()).hexdigest()[:12]


def content_security_policy(settings: Settings) -> str:
    """Own origin only, plus the sockets the softphone needs."""
    sockets = ["'self'", "wss://*.twilio.com", "https://*.twilio.com"]
    own = urlsplit(settings.public_base_url)
    sockets.append(f"{'wss' if settings.is_secure else 'ws'}://{own.netloc}")
    if settings.softphone_gateway:
        sockets.append(f"wss://{settings.softphone_gateway}")
    if settings.softphone_url:
        demo = urlsplit(settings.softphone_url)
        sockets += [
            f"{demo.scheme}://{demo.netloc}",
            f"{'https' if demo.scheme == 'wss' else 'http'}://{demo.netloc}",
        ]
    return (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        f"media-src 'self' blob:; connect-src {' '.join(sockets)}; worker-src 'self' blob:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


class _Assets(StaticFiles):
    """Files whose names carry their hash never change."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """With a cache header; the chat widget's files may be loaded by the pages of other sites."""
        response = await super().get_response(path, scope)
        if response.status_code in (200, 304):
            response.headers["Cache-Control"] = f"public, max-age={_YEAR_SECONDS}, immutable"
        if path.startswith("widget/"):
            response.headers.update(FOR_OTHER_SITES)
        return response


class _Media(StaticFiles):
    """Sounds for callers; the carrier may keep them for an hour."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """With a cache header."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=3600"
        return response


def page_routes(settings: Settings, static: Path = STATIC) -> list[BaseRoute]:
    """Console, simulator and their files, as they were built into the folder `static`."""
    headers = {
        "Content-Security-Policy": content_security_policy(settings),
        "Cache-Control": "no-cache",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }

    def page(name: str) -> Response:
        path = static / name / "index.html"
        if not path.exists():
            return Response(NOT_BUILT, 503, media_type="text/html")
        return FileResponse(path, headers=headers)

    async def console(_: Request) -> Response:
        return page("console")

    async def simulator(_: Request) -> Response:
        return page("simulator")

    async def simulator_config(_: Request) -> Response:
        if settings.softphone != "demo" or not settings.softphone_url:
            return Response(
                orjson.dumps({"error": "no phone simulator runs beside this service"}),
                404,
                media_type="application/json",
            )
        demo = urlsplit(settings.softphone_url)
        control = f"{'https' if demo.scheme == 'wss' else 'http'}://{demo.netloc}"
        body = orjson.dumps({"control_url": control, "console_url": "/console"})
        return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})

    async def home(_: Request) -> Response:
        return RedirectResponse("/console", 307)

    return [
        Route("/", home),
        Route("/simulator/config.json", simulator_config),
        Route("/simulator", simulator),
        Route("/console", console),
        Route("/console/{rest:path}", console),
        Mount("/static", _Assets(directory=static, check_dir=False), name="static"),
        Mount("/media", _Media(directory=MEDIA, check_dir=False), name="media"),
    ]
