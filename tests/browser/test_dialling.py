"""Calling out from the console, keys into a call, and the recording of a call with its pause and its player."""

import pytest
from playwright.async_api import Browser, Page, expect

from simulator.endpoints import Policy
from tests.browser.looking import faults_of, picture
from tests.support.centre import Centre
from tests.support.pages import Console, open_console, open_phone

pytestmark = pytest.mark.browser

OUTSIDE = "+886255500177"


async def at_work(centre: Centre, browser: Browser, login: str = "mei") -> Console:
    console = await open_console(browser, centre, login)
    await console.start_shift()
    await expect(console.page.get_by_test_id("presence")).to_have_attribute("data-standing", "available")
    return console


async def dial(page: Page, number: str) -> None:
    """By the keyboard alone."""
    await page.keyboard.press("Alt+k")
    await expect(page.get_by_test_id("dial-number")).to_be_focused()
    await page.get_by_test_id("dial-number").fill(number)
    await page.keyboard.press("Enter")


async def test_a_number_that_is_not_called_says_why(centre: Centre, browser: Browser) -> None:
    page = (await at_work(centre, browser)).page
    await dial(page, "119")
    refused = page.get_by_test_id("dial-refused")
    await expect(refused).to_contain_text("緊急電話")
    await page.get_by_test_id("dial-number").fill("小明")
    await page.keyboard.press("Enter")
    await expect(refused).to_contain_text("不是電話號碼")
    await picture(page, "dial-refused")
    assert await faults_of(page) == []
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("dial-pad")).to_be_hidden()


async def test_a_call_is_dialled_keys_reach_it_and_a_busy_line_is_told(
    centre: Centre, browser: Browser
) -> None:
    mei = await at_work(centre, browser)
    page = mei.page
    centre.simulator.endpoints.set(OUTSIDE, Policy.ANSWER, after=1.0)
    await dial(page, "02 5550 0177")
    bar = page.get_by_test_id("call-bar")
    await expect(bar).to_have_attribute("data-state", "talking")
    await page.keyboard.press("Alt+k")
    await expect(page.get_by_test_id("keypad")).to_be_visible()
    await page.keyboard.type("12#")
    await expect(page.get_by_test_id("pressed-keys")).to_have_text("12#")
    await picture(page, "keypad")
    assert await faults_of(page) == []
    await page.keyboard.press("Escape")
    await mei.hang_up()
    await expect(page.get_by_test_id("wrap-up")).to_be_visible()
    await page.get_by_test_id("disposition-refund_arranged").click()
    await page.get_by_test_id("wrap-up-save").click()
    await expect(page.get_by_test_id("wrap-up")).to_be_hidden()

    centre.simulator.endpoints.set(OUTSIDE, Policy.BUSY)
    await dial(page, OUTSIDE)
    await expect(page.get_by_test_id("not-reached")).to_contain_text("忙線")
    await expect(page.get_by_test_id("wrap-up")).to_be_visible()
    await picture(page, "not-reached")
    assert await faults_of(page) == []


async def test_a_recording_is_paused_for_a_card_number_and_heard_later(
    centre: Centre, browser: Browser
) -> None:
    async with centre.database.transaction() as tx:
        await tx.execute("update queues set recording = 'always'")
        await tx.execute(
            """insert into agent_queues (agent_id, queue_id) select a.id, q.id from agents a, queues q
               where a.login = 'sara' on conflict do nothing"""
        )
    sara = await at_work(centre, browser, "sara")  # who may hear recordings
    page = sara.page
    phone = await open_phone(browser, centre)
    await phone.dial()
    await phone.hears("請按")
    await phone.press("0")
    await page.get_by_test_id("offer-accept").click()
    recording = page.get_by_test_id("recording")
    await expect(recording).to_have_attribute("data-state", "recording")
    await page.get_by_test_id("recording-pause").press("Enter")
    await expect(recording).to_have_attribute("data-state", "paused")
    await expect(recording.get_by_role("time")).to_be_visible()
    await picture(page, "recording-paused")
    assert await faults_of(page) == []
    await page.get_by_test_id("recording-resume").press("Enter")
    await expect(recording).to_have_attribute("data-state", "recording")
    await sara.hang_up()
    await expect(page.get_by_test_id("wrap-up")).to_be_visible()
    await centre.becomes("select object_id is not null from recordings", True)
    line = page.locator('[data-testid="timeline-row"][data-kind="recording.ended"]')
    await line.get_by_test_id("player-toggle").press("Enter")
    await expect(line.get_by_test_id("player")).to_have_attribute("data-state", "playing")
    await picture(page, "recording-player")
    assert await faults_of(page) == []
