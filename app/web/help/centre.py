"""What every page of the help centre shares: its language, its limits, and what is said when something is wrong."""

from collections.abc import Awaitable, Callable
from math import ceil
from pathlib import Path
from urllib.parse import quote, urlencode
from uuid import UUID

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.core.db import DATABASE_AWAY, Database
from app.core.settings import Settings
from app.faq.models import Language
from app.helpcentre import addresses
from app.helpcentre.limits import address_key
from app.web.help.rendering import FOR_ONE, Pages
from app.web.help.texts import texts

log = structlog.get_logger()

Handler = Callable[[Request], Awaitable[Response]]


class Centre:
    """The settings, the database and the pages, for every handler."""

    def __init__(self, settings: Settings, database: Database, static: Path):
        self.settings = settings
        self.database = database
        self.pages = Pages(settings, static)

    def guarded(self, handler: Handler) -> Handler:
        """The handler, with pages instead of problem documents when something is wrong."""

        async def answer(request: Request) -> Response:
            if request.path_params.get("lang", Language.EN) not in list(Language):
                return self.not_found(
                    request, addresses.match_language(request.headers.get("accept-language", ""))
                )
            try:
                return await handler(request)
            except HTTPException as error:
                language = language_of(request)
                return self.message(
                    request, language, error.status_code, "wrong_title", texts(language)("wrong_text")
                )
            except DATABASE_AWAY as error:
                if isinstance(error, ValueError):  # a fault of ours, see app/core/http.py
                    raise
                log.warning("database unavailable", error=type(error).__name__)
                language = language_of(request)
                again = {"Retry-After": "60"}
                return self.message(request, language, 503, "away_title", texts(language)("away_text"), again)

        return answer

    def is_own(self, request: Request) -> bool:
        """Whether a form was sent from a page of ours (OWASP CSRF cheat sheet: Fetch Metadata, else Origin)."""
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site in ("same-origin", "none")
        origin = request.headers.get("origin")
        return origin is None or origin in self.settings.origins

    def not_found(self, request: Request, language: Language) -> Response:
        """Nothing is here, or nothing for the public; with a search."""
        return self.message(request, language, 404, "not_found_title", texts(language)("not_found_text"))

    def too_many(self, request: Request, language: Language, text: str, seconds: float) -> Response:
        """Asked too often; `text` says when to try again."""
        return self.message(
            request, language, 429, "too_many_title", text, {"Retry-After": str(ceil(seconds))}
        )

    def message(
        self,
        request: Request,
        language: Language,
        status: int,
        title: str,
        text: str,
        headers: dict[str, str] | None = None,
    ) -> Response:
        """A page with one message; `title` is the key of a text."""
        return self.pages.page(
            request,
            "message.html",
            language,
            title=texts(language)(title),
            status=status,
            cache=FOR_ONE,
            headers=headers,
            text=text,
            with_search=status == 404,
        )


def language_of(request: Request) -> Language:
    """The language in the address."""
    return Language(request.path_params.get("lang", Language.EN))


def address_of(request: Request) -> str:
    """Whose request it is, for the limits."""
    return address_key(request.client.host if request.client else None)


def uuid_of(text: object) -> UUID | None:
    """An id as a visitor sends it, None for anything else."""
    try:
        return UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None


def with_query(path: str, values: dict[str, str]) -> str:
    """A path with a query."""
    return f"{path}?{urlencode(values, quote_via=quote, errors='replace')}" if values else path
