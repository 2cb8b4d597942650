"""Several phones on the simulator page: they call, and telephones outside ring, are answered and refused there."""

import httpx
import pytest
from playwright.async_api import Browser, expect

from app.demo.summary import MAIN_NUMBER
from tests.browser.test_accessibility import failures
from tests.support.centre import Centre
from tests.support.pages import open_phone

pytestmark = pytest.mark.browser

STRANGER = "+886933000222"
WORDS = "您好，這是回撥電話，請按一"
GATHER = (
    '<Response><Gather action="http://127.0.0.1:9/x" numDigits="1" timeout="60">'
    f'<Say language="zh-TW">{WORDS}</Say></Gather></Response>'
)


async def ring(centre: Centre, to: str) -> None:
    """Our account dials a telephone outside."""
    account = centre.settings.twilio_account_sid
    token = centre.settings.twilio_auth_token.get_secret_value()
    base = f"{centre.simulator_url}/2010-04-01/Accounts/{account}"
    form = {"From": MAIN_NUMBER, "To": to, "Timeout": "120", "Twiml": GATHER}
    async with httpx.AsyncClient(base_url=base, auth=(account, token)) as rest:
        answer = await rest.post("/Calls.json", data=form)
        assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(("locale", "dark"), [("zh-TW", False), ("en-US", True)])
async def test_telephones_outside_ring_beside_a_call_and_are_answered_or_refused(
    centre: Centre, browser: Browser, locale: str, dark: bool
) -> None:
    phone = await open_phone(browser, centre, locale=locale)
    page = phone.page
    if dark:
        await page.get_by_test_id("theme").click()
    await phone.dial()
    await phone.hears("請按")
    known = centre.facts.callers[1].number
    await ring(centre, known)
    await ring(centre, STRANGER)
    incoming = page.get_by_test_id("incoming-call")
    await expect(incoming).to_have_count(2)
    await expect(incoming.first).to_contain_text(centre.facts.callers[1].name)
    assert await failures(page) == []

    await incoming.first.get_by_test_id("incoming-answer").click()
    await phone.hears(WORDS)
    await expect(page.get_by_test_id("phone-tab")).to_have_count(2)
    await incoming.first.get_by_test_id("incoming-refuse").click()
    await expect(incoming).to_have_count(0)
    assert await failures(page) == []

    await page.reload()
    await expect(page.get_by_test_id("phone-tab")).to_have_count(2)
    await page.get_by_test_id("phone-tab").nth(1).click()
    await phone.hears(WORDS)
    await phone.hang_up()
    await expect(page.get_by_test_id("call-status")).to_have_attribute("data-status", "ended")
    await page.get_by_test_id("phone-tab").nth(0).click()
    await expect(page.get_by_test_id("call-status")).to_have_attribute("data-status", "menu")
    await phone.hang_up()
    await expect(page.get_by_test_id("call-status")).to_have_attribute("data-status", "ended")

    ended = {call.address: call.status.value for call in centre.simulator.calls.values()}
    assert (ended[known], ended[STRANGER]) == ("completed", "busy")
