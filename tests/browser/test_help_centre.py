"""The help centre in a browser: suggestions, both scripts, input methods, no scripts, and for everybody (axe)."""

import re

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser.test_accessibility import failures
from tests.support.centre import Centre
from tests.support.pages import WAIT_MS

pytestmark = pytest.mark.browser

REFUND = "退款什麼時候會入帳？"


async def context_of(
    browser: Browser, *, dark: bool = False, width: int = 1280, script: bool = True
) -> BrowserContext:
    """A visitor's browser."""
    return await browser.new_context(
        viewport={"width": width, "height": 844},
        color_scheme="dark" if dark else "light",
        java_script_enabled=script,
        reduced_motion="reduce",
    )


async def open_home(context: BrowserContext, centre: Centre, language: str) -> Page:
    """The start page."""
    page = await context.new_page()
    await page.goto(f"{centre.base_url}/help/{language}")
    return page


@pytest.mark.parametrize(
    ("language", "asked", "found"),
    [("zh-Hant", "退款什么时候到账", REFUND), ("zh-Hans", "退款什麼時候會入帳", "退款什么时候到账？")],
)
async def test_a_question_in_one_script_finds_the_article_in_the_other(
    centre: Centre, browser: Browser, language: str, asked: str, found: str
) -> None:
    page = await open_home(await context_of(browser), centre, language)
    field = page.get_by_role("searchbox")
    await field.press_sequentially(asked)
    await page.locator(".suggestions a").filter(has_text=found).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(found)
    await page.go_back()
    await field.fill(asked)
    await field.press("Enter")
    first = page.locator(".results a").first
    await expect(first).to_have_text(found)


async def test_an_input_method_never_searches_half_a_word(centre: Centre, browser: Browser) -> None:
    context = await context_of(browser)
    page = await open_home(context, centre, "zh-Hant")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/suggest?" in request.url else None)
    await page.get_by_role("searchbox").focus()
    typing = await context.new_cdp_session(page)
    for half in ("ㄊ", "ㄊㄨㄟ", "退", "退ㄎㄨㄢ", "退款"):
        await typing.send(
            "Input.imeSetComposition", {"text": half, "selectionStart": len(half), "selectionEnd": len(half)}
        )
        await page.wait_for_timeout(300)
    assert asked == []
    await typing.send("Input.insertText", {"text": "退款"})
    await expect(page.locator(".suggestions a").first).to_be_visible()
    assert [url.rpartition("q=")[2] for url in asked] == ["%E9%80%80%E6%AC%BE"]


async def test_without_scripts_everything_can_be_read_asked_and_answered(
    centre: Centre, browser: Browser
) -> None:
    page = await open_home(await context_of(browser, script=False, width=390), centre, "zh-Hant")
    await page.get_by_role("searchbox").fill("退款要多久")
    await page.get_by_role("button", name="搜尋").click()
    await page.locator(".results a").first.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(REFUND)
    await page.get_by_role("button", name="沒有").click()
    await expect(page.get_by_role("status")).to_contain_text("謝謝您的回饋")
    await page.get_by_role("link", name="English").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("When will I get my refund?")
    await expect(page.get_by_role("link", name=re.compile(r"Call \+886")).first).to_be_visible()


@pytest.mark.parametrize(
    ("language", "question", "dark", "width"), [("zh-Hant", "退款", False, 390), ("en", "refund", True, 1280)]
)
async def test_no_page_has_an_accessibility_failure_or_scrolls_sideways(
    centre: Centre, browser: Browser, language: str, question: str, dark: bool, width: int
) -> None:
    page = await open_home(await context_of(browser, dark=dark, width=width), centre, language)
    refused: list[str] = []
    page.on(
        "console",
        lambda message: refused.append(message.text) if "Content Security" in message.text else None,
    )
    found: dict[str, object] = {}

    async def look(name: str) -> None:
        await page.evaluate("document.fonts.ready")
        found[name] = await failures(page)
        found[f"{name} is wider"] = await page.evaluate("document.documentElement.scrollWidth > innerWidth")

    await look("start page")
    await page.get_by_role("searchbox").fill(question)
    await expect(page.locator(".suggestions a").first).to_be_visible(timeout=WAIT_MS)
    await look("suggestions")
    await page.get_by_role("searchbox").press("Enter")
    await expect(page.locator(".results a").first).to_be_visible()
    await look("results")
    await page.locator(".results a").first.click()
    await expect(page.locator("article")).to_be_visible()
    await look("article")
    await page.locator("button[value=not_helped]").click()
    await expect(page.get_by_role("status").filter(has_text=re.compile("."))).to_be_visible()
    await look("thanks")
    await page.locator(".crumbs a").last.click()
    await look("category")
    await page.goto(f"{centre.base_url}/help/{language}/search?q=xyzzy")
    await look("nothing found")
    await page.goto(f"{centre.base_url}/help/{language}/nothing")
    await look("not found")
    assert {screen: broken for screen, broken in found.items() if broken} == {}
    assert refused == []
