"""The help centre over HTTP: readable without a script, safe whatever is sent, counted, and kept by caches."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote
from uuid import UUID
from xml.etree import ElementTree

import orjson
import pytest

from app.core.clock import utc_now
from app.demo.summary import COMPANY
from app.faq.demo_articles import demo_article_id
from app.faq.models import ArticleContent, ArticleEntry, Audience, Language
from app.faq.service import publish, save_article
from app.web.help.assets import Assets, AssetSource
from app.web.help.texts import FOLDER
from tests.support.app import RunningApp, running_app

HOSTILE = '</script><script>alert("x")</script><img src=x onerror=alert(1)>'


@pytest.fixture
async def web(demo_dsn: str) -> AsyncIterator[RunningApp]:
    """The running application with the demo centre's articles."""
    async with running_app(demo_dsn, company_name=COMPANY) as running:
        yield running


async def add_article(
    web: RunningApp,
    contents: dict[Language, ArticleContent],
    *,
    audience: Audience = Audience.PUBLIC,
    **dates: object,
) -> UUID:
    """A published article."""
    async with web.database.transaction() as tx:
        entry = ArticleEntry(topic="other", contents=contents, audience=audience, **dates)  # type: ignore[arg-type]
        saved = await save_article(tx, entry=entry, now=utc_now())
        return (await publish(tx, article_id=saved.id, now=utc_now())).id


async def searches(web: RunningApp) -> list[tuple[str, str, str | None]]:
    """Question, action and outcome of every search, oldest first."""
    async with web.database.read() as reader:
        rows = await reader.fetch(
            "select question_masked, action, outcome from faq_searches where channel = 'help_centre' order by at, id"
        )
    return [(row["question_masked"], row["action"], row["outcome"]) for row in rows]


async def uses(web: RunningApp) -> list[str]:
    """Every use, oldest first."""
    async with web.database.read() as reader:
        rows = await reader.fetch("select action from faq_uses where channel = 'help_centre' order by at, id")
    return [row["action"] for row in rows]


def links(html: str) -> list[str]:
    """Addresses of articles in a page."""
    return re.findall(r'href="(/help/[^"]+[0-9a-f]{32}[^"]*)"', html)


async def test_a_visitor_is_sent_to_the_pages_in_their_language(web: RunningApp) -> None:
    for accept, path in (("zh-TW", "/help/zh-Hant"), ("zh-CN", "/help/zh-Hans"), ("de", "/help/en")):
        answer = await web.client().get("/help", headers={"Accept-Language": accept})
        assert (answer.status_code, answer.headers["location"]) == (302, path)
        assert answer.headers["vary"] == "Accept-Language"


async def test_the_start_page_lists_what_the_public_may_read_by_category(web: RunningApp) -> None:
    now = utc_now()
    await add_article(web, {Language.EN: ArticleContent("Internal only?", "x")}, audience=Audience.AGENTS)
    await add_article(web, {Language.EN: ArticleContent("Not yet?", "x")}, valid_from=now + timedelta(days=1))
    for language, words in (
        ("en", "How do I track my order?"),
        ("zh-Hant", "如何查詢訂單"),
        ("zh-Hans", "怎么查询订单"),
    ):
        page = await web.client().get(f"/help/{language}")
        assert page.status_code == 200
        assert page.headers["content-language"] == language
        assert f'<html lang="{language}">' in page.text
        assert words in page.text
        assert "goodwill" not in page.text
        assert "補償金" not in page.text
        assert "Internal only" not in page.text
        assert "Not yet" not in page.text
        assert 'href="tel:+886255500100"' in page.text


async def test_an_article_can_be_read_and_knows_its_other_languages(web: RunningApp) -> None:
    page = await web.client().get(f"/help/en/{demo_article_id('refund-time').hex}", follow_redirects=True)
    assert page.status_code == 200
    assert "/help/en/when-will-i-get-my-refund-" in str(page.url)
    assert "<h1>When will I get my refund?</h1>" in page.text
    assert "<td>Credit card</td>" in page.text
    assert f'<link rel="canonical" href="{page.url}">' in page.text
    for language in ("en", "zh-Hant", "zh-Hans", "x-default"):
        assert f'hreflang="{language}" href="{web.base_url}/help/' in page.text
    for other in re.findall(r'<link rel="alternate" hreflang="[^"]+" href="([^"]+)">', page.text):
        assert (await web.client().get(other)).status_code == 200, other


async def test_an_article_in_another_script_stands_in_and_says_so(web: RunningApp) -> None:
    only = await add_article(web, {Language.ZH_HANT: ArticleContent("紙袋要錢嗎？", "要。", category="門市")})
    page = await web.client().get(f"/help/zh-Hans/{only.hex}", follow_redirects=True)
    assert '<article class="card article" lang="zh-Hant">' in page.text
    assert "这篇文章还没有简体中文版本" in page.text
    assert f'rel="canonical" href="{web.base_url}/help/zh-Hant/' in page.text


async def test_what_the_public_may_not_read_is_not_there(web: RunningApp) -> None:
    hidden = demo_article_id("goodwill")
    for path in (
        f"/help/zh-Hant/{hidden.hex}",
        "/help/en/nothing",
        "/help/fr",
        "/help/en/category/None",
        "/help/en/x/y",
    ):
        page = await web.client().get(f"/help/{path}")
        assert page.status_code == 404, path
    assert "補償" not in (await web.client().get(f"/help/zh-Hant/{hidden.hex}")).text
    answer = await web.client().post(f"/help/zh-Hant/{hidden.hex}/feedback", data={"verdict": "helped"})
    assert answer.status_code == 404
    for question in ("客服可以給多少補償金", "goodwill compensation"):
        page = await web.client().get("/help/zh-Hant/search", params={"q": question})
        assert hidden.hex not in page.text


@pytest.mark.parametrize(
    ("language", "question", "key"),
    [
        ("zh-Hant", "退款要多久", "refund-time"),
        ("zh-Hant", "退款什么时候到账", "refund-time"),
        ("zh-Hans", "退款什麼時候會入帳", "refund-time"),
        ("en", "how do i track my order", "track-order"),
    ],
)
async def test_a_question_in_either_script_finds_the_article(
    web: RunningApp, language: str, question: str, key: str
) -> None:
    page = await web.client().get(f"/help/{language}/search", params={"q": question})
    assert demo_article_id(key).hex in links(page.text)[0]
    assert await searches(web) == [(question, "suggested", None)]
    assert page.headers["cache-control"] == "private, no-store"
    assert 'name="robots" content="noindex"' in page.text


async def test_only_the_masked_question_is_kept(web: RunningApp) -> None:
    await web.client().get("/help/en/search", params={"q": "refund to mei@example.com or 0912345678"})
    [(kept, _, _)] = await searches(web)
    assert "mei@" not in kept
    assert "0912" not in kept


@pytest.mark.parametrize(
    "raw",
    ["", "%20", "%F0%9F%99%82" * 50, "a" * 20_000, "%00%00refund%00", "%ED%A0%80", "%FF%FE", "%E9%80%80" * 4_000,
     "%3Cscript%3Ealert(1)%3C/script%3E", "%25%27%22;drop%20table", "refund&q=b&open=x&open=%00"],
)  # fmt: skip
async def test_no_question_breaks_a_page(web: RunningApp, raw: str) -> None:
    for path in (f"/help/zh-Hant/search?q={raw}", f"/help/zh-Hant/suggest?q={raw}"):
        answer = await web.client().get(path)
        assert answer.status_code == 200, (path[:60], answer.text[:200])
        assert "<script>alert" not in answer.text


async def test_suggestions_are_not_logged_until_one_is_chosen(web: RunningApp) -> None:
    client = web.client()
    found = (await client.get("/help/en/suggest", params={"q": "refund"})).json()
    assert found["results"]
    assert await searches(web) == []
    answer = await client.get(found["results"][0]["href"], follow_redirects=True)
    assert f"<h1>{found['results'][0]['title']}</h1>" in answer.text
    assert await searches(web) == [("refund", "suggested", None)]
    assert await uses(web) == ["opened"]


async def test_feedback_needs_no_script_and_counts_once(web: RunningApp) -> None:
    client = web.client()
    results = await client.get("/help/zh-Hant/search", params={"q": "退款要多久"})
    article = await client.get(links(results.text)[0].replace("&amp;", "&"))
    [search_id] = re.findall(r'name="s" value="([0-9a-f]{32})"', article.text)
    [action] = re.findall(r'action="([^"]+/feedback)"', article.text)
    for _ in range(3):
        thanks = await client.post(
            action, data={"verdict": "not_helped", "s": search_id}, follow_redirects=True
        )
        assert "謝謝您的回饋" in thanks.text
    assert await searches(web) == [("退款要多久", "suggested", "not_helped")]
    assert await uses(web) == ["opened", "not_helped"]


async def test_without_a_search_one_address_counts_once_for_an_article(web: RunningApp) -> None:
    path = f"/help/en/{demo_article_id('exchange').hex}/feedback"
    for _ in range(3):
        answer = await web.client().post(path, data={"verdict": "helped"})
        assert answer.status_code == 303
    assert await uses(web) == ["helped"]


async def test_a_search_of_another_channel_cannot_be_judged_here(web: RunningApp) -> None:
    foreign = UUID("0192f0c4-5d1e-7a11-8b3c-1f2e3d4c5b6a")
    async with web.database.transaction() as tx:
        await tx.execute(
            "insert into faq_searches (id, at, channel, language, question_masked, results, probability, action, "
            "index_version, latency_ms) values ($1, $2, 'voice', 'en', 'x', '[]', 0, 'none', 1, 1)",
            foreign, utc_now(),
        )  # fmt: skip
    path = f"/help/en/{demo_article_id('exchange').hex}/feedback"
    for search_id in (foreign.hex, "nonsense", ""):
        assert (await web.client().post(path, data={"verdict": "helped", "s": search_id})).status_code == 303
    async with web.database.read() as reader:
        assert await reader.fetchval("select outcome from faq_searches where id = $1", foreign) is None


@pytest.mark.parametrize(
    ("headers", "data", "status"),
    [
        ({}, {}, 422),
        ({}, {"verdict": "great"}, 422),
        ({"Sec-Fetch-Site": "cross-site"}, {"verdict": "helped"}, 403),
        ({"Origin": "https://evil.example.com"}, {"verdict": "helped"}, 403),
        ({"Content-Type": "multipart/form-data"}, {}, 400),
    ],
)
async def test_a_form_that_is_not_ours_is_refused_with_a_page(
    web: RunningApp, headers: dict[str, str], data: dict[str, str], status: int
) -> None:
    path = f"/help/en/{demo_article_id('exchange').hex}/feedback"
    answer = await web.client().post(path, data=data, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert await uses(web) == []


async def test_too_many_requests_are_told_when_to_come_back(web: RunningApp) -> None:
    client = web.client()
    path = f"/help/en/{demo_article_id('exchange').hex}/feedback"
    answers = [await client.post(path, data={"verdict": "helped"}) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [303] * 20 + [429]
    assert "Please try again in 10 min" in answers[-1].text
    assert 0 < int(answers[-1].headers["retry-after"]) <= 600
    assert len(await uses(web)) == 1


async def test_a_page_is_kept_by_its_tag_and_told_apart_when_it_changes(web: RunningApp) -> None:
    client = web.client()
    first = await client.get("/help/en")
    assert first.headers["cache-control"] == "public, max-age=60"
    again = await client.get("/help/en", headers={"If-None-Match": f'"x", W/{first.headers["etag"]}'})
    assert again.status_code == 304
    assert again.content == b""
    await add_article(web, {Language.EN: ArticleContent("A new one?", "Yes.")})
    changed = await client.get("/help/en", headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200
    assert "A new one?" in changed.text


async def test_every_page_has_the_strict_policy_and_no_other_host(web: RunningApp) -> None:
    pages = [
        "/help/en",
        f"/help/en/{demo_article_id('exchange').hex}",
        "/help/en/search?q=refund",
        "/help/en/none",
    ]
    for path in pages:
        page = await web.client().get(path, follow_redirects=True)
        rules = dict(
            rule.strip().split(" ", 1) for rule in page.headers["content-security-policy"].split(";")
        )
        assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
        assert rules["script-src"] == rules["style-src"] == rules["form-action"] == "'self'"
        assert "style=" not in page.text
        assert not re.search(r'<script(?! type="(?:module|application/ld\+json)")', page.text)
        outside = re.findall(r'(?:src|href)="(https?://[^"]+)"', page.text)
        assert all(url.startswith(web.base_url) for url in outside)
        assert "set-cookie" not in page.headers


async def test_hostile_articles_stay_text_on_every_page(web: RunningApp) -> None:
    hostile = await add_article(
        web, {Language.EN: ArticleContent(f"Hostile {HOSTILE}", HOSTILE, HOSTILE, category=f"Cat {HOSTILE}")}
    )
    category = quote(f"Cat {HOSTILE}", safe="")
    for path in (
        "/help/en",
        f"/help/en/{hostile.hex}",
        f"/help/en/category/{category}",
        "/help/en/search?q=hostile",
        f"/help/en/search?q={quote(HOSTILE)}",
        "/sitemap.xml",
    ):
        page = await web.client().get(path, follow_redirects=True)
        assert page.status_code == 200, path
        assert "<script>" not in page.text
        assert "<img src=x" not in page.text
        for data in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.DOTALL):
            assert orjson.loads(data)["@context"] == "https://schema.org"


async def test_search_engines_read_questions_and_answers(web: RunningApp) -> None:
    page = await web.client().get(
        f"/help/zh-Hant/{demo_article_id('refund-time').hex}", follow_redirects=True
    )
    [data] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text)
    faq, crumbs = orjson.loads(data)["@graph"]
    assert (faq["@type"], faq["inLanguage"]) == ("FAQPage", "zh-Hant")
    [question] = faq["mainEntity"]
    assert question["name"] == "退款什麼時候會入帳？"
    assert "<table>" in question["acceptedAnswer"]["text"]
    assert [item["name"] for item in crumbs["itemListElement"]] == [
        "說明中心",
        "退款",
        "退款什麼時候會入帳？",
    ]


async def test_the_sitemap_holds_every_public_page_and_nothing_else(web: RunningApp) -> None:
    client = web.client()
    robots = await client.get("/robots.txt")
    assert f"Sitemap: {web.base_url}/sitemap.xml" in robots.text
    tree = ElementTree.fromstring((await client.get("/sitemap.xml")).content)
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    places = [place.text or "" for place in tree.findall("s:url/s:loc", names)]
    assert len(places) == len(set(places)) == 3 + 29 * 3
    assert not any(demo_article_id("goodwill").hex in place for place in places)
    for place in places[::10]:
        assert (await client.get(place)).status_code == 200


async def test_a_category_is_paged(web: RunningApp) -> None:
    for number in range(60):
        await add_article(
            web, {Language.EN: ArticleContent(f"Thing {number}?", "Yes.", category="Many/things")}
        )
    first = await web.client().get("/help/en/category/Many%2Fthings")
    assert "Page 1 of 2" in first.text
    assert "Page 1 of 2" in (await web.client().get("/help/en/category/Many")).text, "with what lies below it"
    second = await web.client().get("/help/en/category/Many%2Fthings?page=2")
    assert second.status_code == 200
    assert not set(links(first.text)) & set(links(second.text))
    assert (await web.client().get("/help/en/category/Many%2Fthings?page=3")).status_code == 404
    assert (await web.client().get("/help/en/category/Many%2Fthings?page=-1")).status_code == 200


def test_the_catalogues_have_the_same_texts_and_values() -> None:
    catalogues = {path.stem: orjson.loads(path.read_bytes()) for path in FOLDER.glob("*.json")}
    assert set(catalogues) == set(Language)
    english = catalogues["en"]
    for words in catalogues.values():
        assert words.keys() == english.keys()
        for key, text in english.items():
            if isinstance(text, str):
                assert set(re.findall(r"\{\w+\}", words[key])) == set(re.findall(r"\{\w+\}", text)), key
            else:
                assert len(words[key]) == len(text), key


def test_files_are_named_as_the_last_build_names_them(tmp_path: Path) -> None:
    source = AssetSource(tmp_path)
    assert source.current() == Assets()
    manifest = {
        "help/main.ts": {"file": "a.js", "css": ["a.css"], "imports": ["_b"]},
        "_b": {"file": "b.js", "css": ["b.css"], "imports": ["_b"]},
        "shared/logo.svg": {"file": "l.svg"},
    }
    (tmp_path / "manifest.json").write_bytes(orjson.dumps(manifest))
    assert source.current() == Assets(("/static/a.css", "/static/b.css"), "/static/a.js", "/static/l.svg")
