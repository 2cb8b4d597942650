"""Turns a template and its values into an answer: escaped, with its cache rules, its tag and a strict policy."""

import hashlib
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from app.core.settings import Settings
from app.faq.models import Language
from app.helpcentre import addresses
from app.helpcentre.markdown import to_html, to_text
from app.web.help.assets import AssetSource
from app.web.help.texts import NAMES, texts

FOR_ALL = "public, max-age=60"  # a minute: waiting times stay honest
FOR_ONE = "private, no-store"  # holds a question, or what somebody answered
DESCRIPTION_CHARS = 155

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Pages:
    """Everything a page needs beside its own values."""

    def __init__(self, settings: Settings, static: Path):
        self._settings = settings
        self._assets = AssetSource(static)
        self._environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["markdown"] = lambda text: Markup(to_html(text))  # noqa: S704 -- safe by to_html
        self._environment.filters["words"] = to_text
        self._environment.globals.update(
            home_path=addresses.home_path,
            search_path=addresses.search_path,
            category_path=addresses.category_path,
            article_path=addresses.article_path,
        )

    def url(self, path: str) -> str:
        """The whole address of a path."""
        return self._settings.public_base_url + path

    def page(
        self,
        request: Request,
        template: str,
        language: Language,
        *,
        title: str,
        description: str = "",
        path: str | None = None,
        translations: dict[Language, str] | None = None,
        structured: str | None = None,
        status: int = 200,
        cache: str = FOR_ALL,
        headers: dict[str, str] | None = None,
        **values: Any,
    ) -> Response:
        """An HTML page. `path`: its canonical one, None for pages no search engine should keep. `translations`:
        the path of the same page in each language it has. `structured`: JSON from `structured.as_script`."""
        company = self._settings.company_name
        alternates = [(key.value, self.url(other)) for key, other in (translations or {}).items()]
        content = self._environment.get_template(template).render(
            t=texts(language),
            language=language,
            names=NAMES,
            company=company,
            assets=self._assets.current(),
            title=title,
            description=to_text(description, DESCRIPTION_CHARS) if description else "",
            canonical=self.url(path) if path is not None else None,
            alternates=alternates if path is not None else [],
            switch={key: (translations or {}).get(key, addresses.home_path(key)) for key in Language},
            structured=Markup(structured) if structured else None,  # noqa: S704 -- escaped by as_script
            **values,
        )
        return self.answer(
            request, content, "text/html", language, status=status, cache=cache, headers=headers
        )

    def xml(self, request: Request, name: str, **values: Any) -> Response:
        """An XML document for programs."""
        content = self._environment.get_template(name).render(url=self.url, **values)
        return self.answer(request, content, "application/xml", None)

    def answer(
        self,
        request: Request,
        content: str,
        media_type: str,
        language: Language | None,
        *,
        status: int = 200,
        cache: str = FOR_ALL,
        headers: dict[str, str] | None = None,
    ) -> Response:
        """The text with its headers; 304 when the reader has it already (RFC 9110, 13.1.2)."""
        body = content.encode("utf-8", "replace")
        everything = {
            "Content-Security-Policy": POLICY,
            "Cache-Control": cache,
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            **(headers or {}),
        }
        if language is not None:
            everything["Content-Language"] = language.value
        if status == 200 and cache == FOR_ALL:
            tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            everything["ETag"] = tag
            known = [
                part.strip().removeprefix("W/")
                for part in request.headers.get("if-none-match", "").split(",")
            ]
            if tag in known or "*" in known:
                return Response(None, 304, everything)
        return Response(body, status, everything, media_type)
