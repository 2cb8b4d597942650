"""Takes the pictures of the documentation from the running product: `python -m scripts.make_pictures [NAME …]`.

A name is a look of the console, such as `en-dark`, or `help` for the help centre.

A demo centre, the simulator and a headless Chromium are started; each picture is a real state reached by a real call.
"""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, async_playwright, expect

from app.core import migrate
from app.core.db import Database
from app.core.settings import Settings
from app.demo.seed import seed
from tests.support.centre import Centre, running_centre
from tests.support.chromium import CHROMIUM_ARGS, ensure_cjk_font, find_or_install_chromium
from tests.support.pages import Console, open_console
from tests.support.postgres import TestServer, fingerprint

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "images"


@dataclass(frozen=True, slots=True)
class Story:
    """Whose console is pictured, who calls, and what is said; all in one language."""

    language: str
    locale: str
    login: str
    caller: int
    asked_for: str
    question: str
    choices: str | None
    did_it_help: str


HANT = Story("zh-Hant", "zh-TW", "mei", 0, "請用一句話", "退款什麼時候會入帳", None, "解決")
EN = Story(
    "en",
    "en-US",
    "grace",
    7,
    "Please say your question",
    "When will I get my refund",
    "a few things",
    "Did that help",
)
LOOKS = ((HANT, False), (EN, True), (HANT, True), (EN, False))
SPEED = 4.0


def _migrate_and_seed(dsn: str) -> None:
    async def fill() -> None:
        await migrate.upgrade(dsn)
        database = Database(dsn, pool_size=2)
        await database.open()
        await seed(database, Settings())
        await database.close()

    asyncio.run(fill())


async def _shoot(console: Console, name: str) -> None:
    await console.page.wait_for_timeout(400)
    await console.page.screenshot(path=OUT / f"{name}.png")


async def _call_until_offer(centre: Centre, story: Story) -> None:
    """A known customer asks about a refund; the answer does not help."""
    call = await centre.call(centre.facts.callers[story.caller].number)
    await call.collecting()
    call.press("3")
    await call.hears(story.asked_for)
    await call.collecting()
    call.say(story.question)
    if story.choices:
        await call.hears(story.choices)
        await call.collecting()
        call.press("1")
    await call.hears(story.did_it_help)
    await call.collecting()
    call.press("2")


async def _console_pictures(browser: Browser, centre: Centre, story: Story, dark: bool) -> None:
    look = f"{story.language}-{'dark' if dark else 'light'}"
    console = await open_console(browser, centre, story.login, locale=story.locale, dark=dark)
    await _shoot(console, f"console-start-{look}")
    await console.start_shift()
    await _call_until_offer(centre, story)
    await expect(console.page.get_by_test_id("offer-card")).to_be_visible()
    await _shoot(console, f"console-offer-{look}")
    await console.page.get_by_test_id("offer-accept").click()
    await expect(console.page.get_by_test_id("call-bar")).to_have_attribute("data-state", "talking")
    await console.page.wait_for_timeout(1500)
    await _shoot(console, f"console-call-{look}")
    await console.hang_up()
    await expect(console.page.get_by_test_id("wrap-up")).to_be_visible()
    await _shoot(console, f"console-wrap-{look}")


async def _help_pictures(browser: Browser, centre: Centre) -> None:
    """The help centre: start page and an article, wide and narrow, light and dark."""
    for language, width, dark in (("zh-Hant", 1280, False), ("en", 390, True)):
        context = await browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        page, look = await context.new_page(), f"{language}-{'dark' if dark else 'light'}"
        await page.goto(f"{centre.base_url}/help/{language}")
        await page.screenshot(path=OUT / f"help-home-{look}.png")
        await page.get_by_role("searchbox").fill(
            "退款要多久" if language == "zh-Hant" else "how long does a refund take"
        )
        await page.get_by_role("searchbox").press("Enter")
        await page.locator(".results a").first.click()
        await expect(page.locator("article")).to_be_visible()
        await page.screenshot(path=OUT / f"help-article-{look}.png")
        await context.close()


async def main() -> None:
    """All pictures."""
    OUT.mkdir(parents=True, exist_ok=True)
    ensure_cjk_font()
    parts = [ROOT / "migrations", ROOT / "app" / "demo", ROOT / "app" / "faq", ROOT / "app" / "selfservice"]
    with TestServer() as server:
        template = await asyncio.to_thread(server.template_database, _migrate_and_seed, fingerprint(*parts))
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=find_or_install_chromium(), args=CHROMIUM_ARGS
            )
            for story, dark in LOOKS:
                if sys.argv[1:] and f"{story.language}-{'dark' if dark else 'light'}" not in sys.argv[1:]:
                    continue
                dsn = await asyncio.to_thread(server.clone, template)
                async with running_centre(dsn, speed=SPEED) as centre:
                    await _console_pictures(browser, centre, story, dark)
            if not sys.argv[1:] or "help" in sys.argv[1:]:
                dsn = await asyncio.to_thread(server.clone, template)
                async with running_centre(dsn, speed=SPEED) as centre:
                    await _help_pictures(browser, centre)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
