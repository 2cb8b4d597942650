"""The chat widget's script for the pages of other sites: `<script src="…/widget.js" data-key="pk_…" async>`.

The loader has a fixed address and is kept for five minutes; the panel that it imports carries its hash in its name. A
loader older than the service asks for `/widget-panel.js`, which leads to the panel of today.
"""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from app.web.pages import FOR_OTHER_SITES, STATIC

_KEPT_SECONDS = 300


def widget_routes(static: Path = STATIC) -> list[BaseRoute]:
    """`/widget.js` and `/widget-panel.js`, as they were built into the folder `static`."""

    async def loader(_: Request) -> Response:
        path = static / "widget" / "loader.js"
        if not path.exists():
            return _not_built()
        headers = FOR_OTHER_SITES | {"Cache-Control": f"public, max-age={_KEPT_SECONDS}"}
        return FileResponse(path, media_type="text/javascript", headers=headers)

    async def panel(_: Request) -> Response:
        path = max(
            (static / "widget").glob("panel-*.js"), key=lambda file: file.stat().st_mtime, default=None
        )
        if path is None:
            return _not_built()
        headers = FOR_OTHER_SITES | {"Cache-Control": "no-cache"}
        return RedirectResponse(f"/static/widget/{path.name}", 307, headers=headers)

    return [Route("/widget.js", loader), Route("/widget-panel.js", panel)]


def _not_built() -> Response:
    return PlainTextResponse("The widget is not built yet: run make run, or python3 dev.py ui.", 503)
