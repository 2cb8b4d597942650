"""A customer calls on the simulator page, an agent answers on the console page."""

import pytest
from playwright.async_api import Browser, expect

from tests.support.centre import Centre
from tests.support.pages import open_console, open_phone

pytestmark = pytest.mark.browser


async def test_a_dialled_call_is_answered_on_the_console_and_both_hang_up(
    centre: Centre, browser: Browser
) -> None:
    console = await open_console(browser, centre, "mei")
    await console.start_shift()
    phone = await open_phone(browser, centre)
    await phone.dial()
    await phone.hears("請按")
    await phone.press("0")

    card = console.page.get_by_test_id("offer-card")
    await expect(card).to_contain_text(centre.facts.callers[0].name)
    await expect(console.page.get_by_test_id("screen-pop")).to_contain_text("要求由專人服務")
    await console.page.get_by_test_id("offer-accept").click()

    await expect(console.page.get_by_test_id("call-bar")).to_have_attribute("data-state", "talking")
    timeline = console.page.get_by_test_id("timeline")
    await expect(timeline.locator("[data-kind='call.connected']").first).to_be_visible()

    await phone.hang_up()
    await expect(console.page.get_by_test_id("wrap-up")).to_be_visible()
    await expect(timeline.locator("[data-kind='contact.ended']").first).to_be_visible()
    await console.page.get_by_test_id("disposition-refund_arranged").click()
    await console.page.get_by_test_id("wrap-up-save").click()
    await expect(console.page.get_by_test_id("wrap-up")).to_be_hidden()
    recent = (
        "select count(*) from contacts where outcome = 'handled' and closed_at > now() - interval '1 minute'"
    )
    await centre.becomes(recent, 1)
    assert centre.simulator.oracles() == []


async def test_the_agent_ends_the_call_and_the_customer_hears_it(centre: Centre, browser: Browser) -> None:
    console = await open_console(browser, centre, "mei", locale="en-US")
    await console.start_shift()
    phone = await open_phone(browser, centre, locale="en-US")
    await phone.dial()
    await phone.hears("請按")
    await phone.press("0")
    await console.page.get_by_test_id("offer-accept").click()
    await expect(console.page.get_by_test_id("call-end")).to_be_visible()
    await console.hang_up()
    await expect(console.page.get_by_test_id("wrap-up")).to_be_visible()
    await expect(phone.page.get_by_test_id("call-status")).to_have_attribute("data-status", "ended")
