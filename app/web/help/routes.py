"""The addresses of the help centre: what customers read and ask without signing in, at `/help/{lang}`.

Every page works without a script. Nothing a visitor sends is trusted: texts are cut and cleaned, what is stored is
masked, and how often one address may ask is limited.
"""

from pathlib import Path

from starlette.routing import BaseRoute, Route

from app.core.db import Database
from app.core.settings import Settings
from app.web.help.centre import Centre, Handler
from app.web.help.questions import Asking
from app.web.help.reading import Reading


def help_routes(settings: Settings, database: Database, static: Path) -> list[BaseRoute]:
    """The pages, and what search engines ask for at the root. `static`: where the built front end lies."""
    centre = Centre(settings, database, static)
    reading, asking = Reading(centre), Asking(centre)
    pages: list[tuple[str, Handler, list[str]]] = [
        ("/help/{lang}", reading.home, ["GET"]),
        ("/help/{lang}/search", asking.search, ["GET"]),
        ("/help/{lang}/suggest", asking.suggest, ["GET"]),
        ("/help/{lang}/category/{name:path}", reading.category, ["GET"]),
        ("/help/{lang}/{name}", reading.article, ["GET"]),
        ("/help/{lang}/{name}/feedback", asking.feedback, ["POST"]),
        ("/sitemap.xml", reading.sitemap, ["GET"]),
    ]
    return [
        Route("/help", reading.choose_language),
        Route("/robots.txt", reading.robots),
        *(Route(path, centre.guarded(handler), methods=methods) for path, handler, methods in pages),
    ]
