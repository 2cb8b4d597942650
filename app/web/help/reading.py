"""Pages to read: the start page, a category, an article; and what search engines read first."""

from math import ceil
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from app.core.clock import utc_now
from app.faq import entries
from app.faq.models import Language
from app.faq.text import clean
from app.helpcentre import addresses, asking
from app.helpcentre.articles import (
    PAGE_SIZE,
    PublicArticle,
    list_categories,
    list_category,
    read_article,
    related,
    sitemap_entries,
)
from app.helpcentre.contact_choices import contact_choices
from app.helpcentre.markdown import to_html, to_text
from app.web.help import structured
from app.web.help.centre import Centre, language_of, uuid_of, with_query
from app.web.help.rendering import FOR_ALL, FOR_ONE
from app.web.help.texts import texts

SHORT_CHARS = 160

ROBOTS = """User-agent: *
Disallow: /api/
Disallow: /console
Disallow: /simulator
Disallow: /help/*/search
Disallow: /help/*/suggest

Sitemap: {sitemap}
"""


class Reading:
    """The handlers of pages that are read."""

    def __init__(self, centre: Centre):
        self._centre = centre

    async def choose_language(self, request: Request) -> Response:
        """To the start page in the visitor's language."""
        language = addresses.match_language(request.headers.get("accept-language", ""))
        return RedirectResponse(
            addresses.home_path(language), 302, {"Vary": "Accept-Language", "Cache-Control": "no-cache"}
        )

    async def home(self, request: Request) -> Response:
        """Search, topics with their first articles, and how to reach a person."""
        language, now = language_of(request), utc_now()
        async with self._centre.database.read() as reader:
            categories = await list_categories(reader, language, now)
            choices = await contact_choices(reader, language, now)
        path, say = addresses.home_path(language), texts(language)
        company = self._centre.settings.company_name
        return self._centre.pages.page(
            request,
            "home.html",
            language,
            title=f"{say('help_centre')} · {company}",
            description=say("home_description", company=company),
            path=path,
            translations={key: addresses.home_path(key) for key in Language},
            structured=structured.as_script(
                structured.site(
                    self._centre.pages.url(path),
                    company,
                    language,
                    self._centre.pages.url(addresses.search_path(language)),
                )
            ),
            categories=categories,
            choices=choices,
            now=now,
        )

    async def category(self, request: Request) -> Response:
        """The articles of one category, with their answers in short."""
        language, now = language_of(request), utc_now()
        name = " / ".join(entries.category_path(clean(request.path_params["name"])))
        page = _page_number(request)
        async with self._centre.database.read() as reader:
            found = await list_category(reader, language, name, now, page=page)
            choices = await contact_choices(reader, language, now)
        if found is None:
            return self._centre.not_found(request, language)
        say, path = texts(language), addresses.category_path(language, name)
        shown = [(a, a.answer_short or to_text(a.answer, SHORT_CHARS)) for a in found.articles]
        here = path if page == 1 else f"{path}?page={page}"
        return self._centre.pages.page(
            request,
            "category.html",
            language,
            title=f"{name or say('other_topics')} · {self._centre.settings.company_name}",
            description=say(
                "category_description", category=name, company=self._centre.settings.company_name
            ),
            path=here,
            structured=structured.as_script(
                structured.faq_page(
                    self._centre.pages.url(here), language, [(a.question, s) for a, s in shown]
                )
            ),
            name=name or say("other_topics"),
            shown=shown,
            path_of_category=path,
            page_number=page,
            pages=ceil(found.total / PAGE_SIZE),
            choices=choices,
            now=now,
        )

    async def article(self, request: Request) -> Response:
        """One article. With `s`, the search it was found by, that it was opened is counted once."""
        language, now = language_of(request), utc_now()
        article_id = addresses.article_id_of(request.path_params["name"])
        if article_id is None:
            return self._centre.not_found(request, language)
        async with self._centre.database.read() as reader:
            found = await read_article(reader, article_id, language, now)
            if found is None:
                return self._centre.not_found(request, language)
            more = await related(reader, found, now)
            choices = await contact_choices(reader, language, now)
        search_id = uuid_of(request.query_params.get("s"))
        if request.path_params["name"] != addresses.article_name(found.id, found.question):
            extra = {"s": search_id.hex} if search_id else {}
            return _moved(with_query(addresses.article_path(language, found.id, found.question), extra))
        if search_id is not None and request.method == "GET":
            async with self._centre.database.transaction() as tx:
                known = await asking.opened(
                    tx, article_id=found.id, search_id=search_id, language=found.language, now=now
                )
            search_id = search_id if known else None
        said = request.query_params.get("said")
        return self._centre.pages.page(
            request,
            "article.html",
            language,
            title=f"{found.question} · {self._centre.settings.company_name}",
            description=found.answer_short or found.answer,
            path=addresses.article_path(found.language, found.id, found.question),
            translations={
                key: addresses.article_path(key, found.id, question)
                for key, question in found.questions.items()
            },
            structured=self._structured(found, language),
            cache=FOR_ONE if request.query_params else FOR_ALL,
            article=found,
            published_on=found.published_at.astimezone(ZoneInfo(self._centre.settings.time_zone)).date(),
            related=more,
            choices=choices,
            now=now,
            search_id=search_id,
            said=said if said in ("helped", "not_helped") else None,
        )

    async def sitemap(self, request: Request) -> Response:
        """Every page a search engine should know, with its languages."""
        now = utc_now()
        async with self._centre.database.read() as reader:
            entries = await sitemap_entries(reader, now)
        pages = [({key: addresses.home_path(key) for key in Language}, None)] + [
            (
                {key: addresses.article_path(key, entry.id, text) for key, text in entry.questions.items()},
                entry.published_at.date().isoformat(),
            )
            for entry in entries
        ]
        return self._centre.pages.xml(request, "sitemap.xml", pages=pages)

    async def robots(self, _: Request) -> Response:
        """What programs may read, and where the sitemap is."""
        return PlainTextResponse(
            ROBOTS.format(sitemap=self._centre.pages.url("/sitemap.xml")),
            headers={"Cache-Control": "public, max-age=3600"},
        )

    def _structured(self, found: PublicArticle, language: Language) -> str:
        url = self._centre.pages.url
        crumbs = [(texts(language)("help_centre"), url(addresses.home_path(language)))]
        if found.category:
            crumbs.append((found.category, url(addresses.category_path(found.language, found.category))))
        here = url(addresses.article_path(found.language, found.id, found.question))
        return structured.as_script(
            structured.faq_page(here, found.language, [(found.question, to_html(found.answer))]),
            structured.breadcrumbs([*crumbs, (found.question, here)]),
        )


def _page_number(request: Request) -> int:
    text = request.query_params.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 6 and int(text) else 1


def _moved(path: str) -> Response:
    return RedirectResponse(path, 301, {"Cache-Control": "public, max-age=60"})
