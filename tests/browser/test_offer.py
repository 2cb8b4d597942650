"""While a call rings the agent reads all about the customer, and nothing they are doing is disturbed."""

import pytest
from playwright.async_api import Browser, expect

from tests.support.centre import Centre
from tests.support.pages import open_console

pytestmark = pytest.mark.browser


async def test_the_whole_screen_pop_is_on_the_page_before_the_call_is_accepted(
    centre: Centre, browser: Browser
) -> None:
    console = await open_console(browser, centre, "mei")
    await console.start_shift()
    page = console.page
    search = page.get_by_role("combobox")
    await search.fill("退款")
    call = await centre.call()
    await call.collecting()
    call.press("0")

    await expect(page.get_by_test_id("coming")).to_contain_text("尚未接聽")
    await expect(page.get_by_test_id("offer-card")).to_contain_text("貴賓")
    await expect(page.get_by_test_id("offer-card")).to_contain_text("繁體中文")
    await expect(page.get_by_test_id("path-card")).to_be_visible()
    await expect(page.get_by_test_id("order-card")).to_be_visible()
    await expect(page.get_by_test_id("customer-panel")).to_contain_text("常見主題")
    await expect(page.get_by_test_id("customer-panel")).to_contain_text("聯繫紀錄")
    await expect(page.get_by_test_id("timeline").locator("[data-kind='offer.made']").first).to_be_visible()
    await expect(search).to_be_focused()
    assert await search.input_value() == "退款"

    await page.get_by_test_id("coming-accept").click()
    await expect(page.get_by_test_id("call-bar")).to_have_attribute("data-state", "talking")
    await expect(page.get_by_test_id("coming")).to_be_hidden()


async def test_an_offer_displaces_nothing_while_another_contact_is_on_screen(
    centre: Centre, browser: Browser
) -> None:
    console = await open_console(browser, centre, "mei")
    await console.start_shift()
    page = console.page
    first = await centre.call()
    await first.collecting()
    first.press("0")
    await page.get_by_test_id("offer-accept").click()
    await expect(page.get_by_test_id("call-bar")).to_have_attribute("data-state", "talking")
    first.hangup()
    await page.get_by_test_id("disposition-refund_arranged").click()
    await page.get_by_test_id("wrap-up-save").click()
    await expect(page.get_by_test_id("wrap-up")).to_be_hidden()
    await page.get_by_test_id("work-list").get_by_role("link").first.click()
    shown = page.get_by_role("heading", level=1)
    await expect(shown).to_have_text(centre.facts.callers[0].name)

    family = await centre.call(centre.facts.callers[2].number)
    await family.collecting()
    family.press("0")
    card = page.get_by_test_id("offer-card")
    await expect(card.get_by_test_id("candidates").get_by_role("listitem")).to_have_count(3)
    await expect(card).to_contain_text("同一住家")
    await expect(shown).to_have_text(centre.facts.callers[0].name)
    family.hangup()
    await expect(card).to_be_hidden()

    again = await centre.call()
    await again.collecting()
    again.press("0")
    await card.get_by_test_id("offer-more").click()
    await expect(card).to_contain_text("上次的解答")
    await expect(card).to_contain_text("訂單")
