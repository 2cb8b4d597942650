"""An agent asks a colleague from the console, and leaves the customer to them."""

import pytest
from playwright.async_api import Browser, expect

from simulator.endpoints import Policy
from tests.browser.looking import picture
from tests.support.centre import Centre
from tests.support.pages import Console, open_console, open_phone

pytestmark = pytest.mark.browser


async def in_conversation(centre: Centre, browser: Browser) -> Console:
    """The console of an agent who talks to a customer."""
    mei = await open_console(browser, centre, "mei")
    await mei.start_shift()
    phone = await open_phone(browser, centre)
    await phone.dial()
    await phone.hears("請按")
    await phone.press("0")
    await mei.page.get_by_test_id("offer-accept").click()
    await expect(mei.page.get_by_test_id("call-bar")).to_have_attribute("data-state", "talking")
    return mei


async def test_a_colleague_is_asked_and_takes_the_customer(centre: Centre, browser: Browser) -> None:
    mei = await in_conversation(centre, browser)
    grace = await open_console(browser, centre, "grace", locale="en-US")
    await grace.start_shift()
    await mei.page.get_by_test_id("call-go-on").click()
    row = mei.page.get_by_test_id("target-agent").filter(has_text="Grace")
    await expect(row.get_by_test_id("agent-consult")).to_be_enabled()
    await picture(mei.page, "targets")
    await row.get_by_test_id("agent-consult").click()

    await expect(grace.page.get_by_test_id("engagement")).to_be_visible()
    await grace.page.get_by_test_id("engagement-answer").click()
    guest = mei.page.get_by_test_id("guest-bar")
    await expect(guest).to_have_attribute("data-stand", "talking")
    await picture(mei.page, "consulting")
    await picture(grace.page, "consulted")
    await mei.page.get_by_test_id("guest-swap").click()
    await expect(guest).to_have_attribute("data-stand", "held")
    await mei.page.get_by_test_id("guest-merge").click()
    await expect(guest).to_have_attribute("data-stand", "all")
    await mei.page.get_by_test_id("guest-complete").click()
    await expect(guest).to_be_hidden()
    await expect(grace.page.get_by_test_id("call-bar")).to_have_attribute("data-state", "talking")
    await picture(grace.page, "taken-over")
    await grace.hang_up()
    await expect(grace.page.get_by_test_id("wrap-up")).to_be_visible()


async def test_a_busy_number_is_said_and_the_customer_is_still_there(
    centre: Centre, browser: Browser
) -> None:
    mei = await in_conversation(centre, browser)
    centre.simulator.endpoints.set("+886255500177", Policy.BUSY)
    await mei.page.get_by_test_id("call-go-on").click()
    await mei.page.get_by_test_id("target-number").fill("02 5550 0177")
    await mei.page.get_by_test_id("number-transfer").click()
    await expect(mei.page.get_by_test_id("guest-news")).to_contain_text("忙線")
    await expect(mei.page.get_by_test_id("call-bar")).to_have_attribute("data-state", "talking")
