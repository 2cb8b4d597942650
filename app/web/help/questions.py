"""Pages that are asked: the search, the suggestions while somebody types, and "did this help?"."""

from math import ceil

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.core.clock import utc_now
from app.faq.models import Language
from app.faq.text import MAX_TEXT_CHARS, clean
from app.helpcentre import addresses, asking
from app.helpcentre.articles import list_categories, read_article
from app.helpcentre.contact_choices import contact_choices
from app.helpcentre.limits import Limiter
from app.web.help.centre import Centre, address_of, language_of, uuid_of, with_query
from app.web.help.rendering import FOR_ONE
from app.web.help.texts import texts

SEARCHES_PER_MINUTE = 60
SUGGESTIONS_PER_MINUTE = 300  # a quick typist, and a household behind one address
VERDICTS_PER_TEN_MINUTES = 20
SAME_VERDICT_SECONDS = 3600.0  # without a search, one verdict on an article by one address
SHOWN_QUESTION_CHARS = 200
SHORT_CHARS = 160


class Asking:
    """The handlers of pages that take what visitors write."""

    def __init__(self, centre: Centre):
        self._centre = centre
        self._searches = Limiter(SEARCHES_PER_MINUTE, 60.0)
        self._suggestions = Limiter(SUGGESTIONS_PER_MINUTE, 60.0)
        self._verdicts = Limiter(VERDICTS_PER_TEN_MINUTES, 600.0)
        self._same_verdict = Limiter(1, SAME_VERDICT_SECONDS)

    async def search(self, request: Request) -> Response:
        """Answers to a question. With `open`, a result chosen while typing, the search is logged and the article
        shown at once."""
        language, now = language_of(request), utc_now()
        asked = clean(request.query_params.get("q", "")[:MAX_TEXT_CHARS]).strip()
        if asked and (wait := self._searches.take(address_of(request))):
            return self._centre.too_many(
                request, language, texts(language)("too_many_text", seconds=ceil(wait)), wait
            )
        found = None
        if asked:
            async with self._centre.database.transaction() as tx:
                found = await asking.ask(tx, asked, language, now)
            chosen = uuid_of(request.query_params.get("open"))
            for result in found.results:
                if result.article_id == chosen:
                    path = addresses.article_path(language, result.article_id, result.title)
                    return RedirectResponse(
                        with_query(path, {"s": found.search_id.hex}), 303, {"Cache-Control": FOR_ONE}
                    )
        async with self._centre.database.read() as reader:
            choices = await contact_choices(reader, language, now)
            categories = await list_categories(reader, language, now)
        say = texts(language)
        return self._centre.pages.page(
            request,
            "search.html",
            language,
            title=f"{say('search_title')} · {self._centre.settings.company_name}",
            translations={
                key: with_query(addresses.search_path(key), {"q": asked} if asked else {}) for key in Language
            },
            cache=FOR_ONE,
            asked=asked,
            asked_short=asked if len(asked) <= SHOWN_QUESTION_CHARS else asked[:SHOWN_QUESTION_CHARS] + "…",
            found=found,
            short_chars=SHORT_CHARS,
            categories=categories,
            choices=choices,
            now=now,
        )

    async def suggest(self, request: Request) -> Response:
        """What the words typed so far find, as JSON for the page's script."""
        language, now = language_of(request), utc_now()
        asked = clean(request.query_params.get("q", "")[:SHOWN_QUESTION_CHARS]).strip()
        if wait := self._suggestions.take(address_of(request)):
            return _json({"results": [], "status": ""}, 429, {"Retry-After": str(ceil(wait))})
        results = []
        if asked:
            async with self._centre.database.read() as reader:
                results = list(await asking.suggest(reader, asked, language, now))
        say = texts(language)
        status = {0: say("no_suggestions"), 1: say("one_suggestion")}
        return _json(
            {
                "results": [
                    {
                        "title": found.title,
                        "lang": found.language,
                        "category": found.category,
                        "href": with_query(
                            addresses.search_path(language), {"q": asked, "open": found.article_id.hex}
                        ),
                    }
                    for found in results
                ],
                "status": status.get(len(results)) or say("suggestions", count=len(results)),
            }
        )

    async def feedback(self, request: Request) -> Response:
        """The answer to "did this help?", from a plain form."""
        language, now, say = language_of(request), utc_now(), texts(language_of(request))
        if not self._centre.is_own(request):
            return self._centre.message(request, language, 403, "wrong_title", say("wrong_text"))
        form = await request.form(max_files=0, max_fields=10)
        verdict, search_id = form.get("verdict"), uuid_of(form.get("s"))
        article_id = addresses.article_id_of(request.path_params["name"])
        if verdict not in ("helped", "not_helped"):
            return self._centre.message(request, language, 422, "wrong_title", say("wrong_text"))
        address = address_of(request)
        if wait := self._verdicts.take(address):
            return self._centre.too_many(
                request, language, say("feedback_limit", minutes=ceil(wait / 60)), wait
            )
        async with self._centre.database.transaction() as tx:
            found = await read_article(tx, article_id, language, now) if article_id else None
            if found is None:
                return self._centre.not_found(request, language)
            if search_id is not None or not self._same_verdict.take(f"{address} {found.id}"):
                await asking.judge(
                    tx,
                    article_id=found.id,
                    helped=verdict == "helped",
                    search_id=search_id,
                    language=found.language,
                    now=now,
                )
        extra = {"said": str(verdict), **({"s": search_id.hex} if search_id else {})}
        path = addresses.article_path(language, found.id, found.question)
        return RedirectResponse(f"{with_query(path, extra)}#feedback", 303, {"Cache-Control": FOR_ONE})


def _json(content: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(
        orjson.dumps(content), status, {"Cache-Control": FOR_ONE, **(headers or {})}, "application/json"
    )
