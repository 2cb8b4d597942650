"""axe finds no WCAG 2.2 A or AA failure on any screen of the call path, light and dark, Chinese and English."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.support.centre import Centre
from tests.support.pages import open_console, open_phone

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


async def failures(page: Page) -> list[str]:
    """Each broken rule with the element it was found on."""
    if not await page.evaluate("typeof axe !== 'undefined'"):
        await page.evaluate(AXE.read_text(encoding="utf-8"))
    result = await page.evaluate("tags => axe.run({runOnly: {type: 'tag', values: tags}})", RULES)
    return [f"{v['id']}: {v['nodes'][0]['target']} {v['help']}" for v in result["violations"]]


@pytest.mark.parametrize(("login", "locale", "dark"), [("mei", "zh-TW", False), ("grace", "en-US", True)])
async def test_no_screen_of_the_call_path_has_a_failure(
    centre: Centre, browser: Browser, login: str, locale: str, dark: bool
) -> None:
    found: dict[str, list[str]] = {}
    # The offer must stand while it is examined on a busy machine.
    async with centre.database.transaction() as tx:
        await tx.execute("update queues set offer_timeout_seconds = 120")
    console = await open_console(browser, centre, login, locale=locale, dark=dark)
    page = console.page
    found["start of shift"] = await failures(page)
    await console.start_shift()
    found["nothing waiting"] = await failures(page)
    phone = await open_phone(browser, centre, locale=locale)
    found["simulator"] = await failures(phone.page)
    await phone.dial()
    await phone.hears("請按")
    await phone.press("0")
    await expect(page.get_by_test_id("offer-card")).to_be_visible()
    found["offer"] = await failures(page)
    found["simulator in a call"] = await failures(phone.page)
    await page.get_by_test_id("offer-accept").click()
    await expect(page.get_by_test_id("call-bar")).to_have_attribute("data-state", "talking")
    found["call"] = await failures(page)
    await console.hang_up()
    await expect(page.get_by_test_id("wrap-up")).to_be_visible()
    found["wrap-up"] = await failures(page)
    assert {screen: broken for screen, broken in found.items() if broken} == {}
