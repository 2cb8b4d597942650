"""One tab of a browser is the phone: the others say so, take over when it closes, or when the agent asks for it."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.support.centre import Centre
from tests.support.pages import open_console

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


async def second_tab(first: Page, centre: Centre) -> Page:
    """Another tab of the same browser, with the same session."""
    page = await first.context.new_page()
    await page.goto(f"{centre.base_url}/console")
    return page


async def test_a_second_tab_says_where_the_phone_is_and_takes_over_when_the_first_closes(
    centre: Centre, browser: Browser
) -> None:
    mei = await open_console(browser, centre, "mei")
    await mei.start_shift()
    other = await second_tab(mei.page, centre)
    await expect(other.get_by_test_id("use-here")).to_be_visible()
    await expect(other.get_by_role("heading", level=1)).to_have_text("電話在另一個分頁")
    await expect(mei.page.get_by_test_id("presence")).to_be_visible()

    await mei.page.close()
    await expect(other.get_by_test_id("use-here")).to_be_hidden()
    await expect(other.get_by_test_id("start-shift")).to_be_visible()


async def test_the_phone_comes_to_the_tab_that_asks_for_it(centre: Centre, browser: Browser) -> None:
    mei = await open_console(browser, centre, "mei")
    await mei.start_shift()
    other = await second_tab(mei.page, centre)
    await other.get_by_test_id("use-here").click()
    await expect(other.get_by_test_id("start-shift")).to_be_visible()
    await expect(mei.page.get_by_test_id("use-here")).to_be_visible()
    await mei.page.get_by_test_id("use-here").click()
    await expect(mei.page.get_by_test_id("presence")).to_be_visible()
    await expect(other.get_by_test_id("use-here")).to_be_visible()


async def test_the_checks_of_the_start_are_the_only_way_to_available(
    centre: Centre, browser: Browser
) -> None:
    mei = await open_console(browser, centre, "mei")
    await expect(mei.page.get_by_test_id("presence")).to_have_count(0)
    await mei.page.keyboard.press("Alt+P")
    await mei.page.keyboard.press("1")
    state = "select presence from agent_states where agent_id = (select id from agents where login = 'mei')"
    assert await centre.value(state) == "offline"
    await mei.start_shift()
    await centre.becomes(state, "available")
