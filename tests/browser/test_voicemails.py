"""Messages that callers left: an agent hears one at the console and has its caller called back."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.looking import faults_of, picture
from tests.support.centre import Centre
from tests.support.pages import open_console

pytestmark = pytest.mark.browser


async def leave_a_message(centre: Centre) -> None:
    """A caller waits too long and speaks to the tone."""
    async with centre.database.transaction() as tx:
        await tx.execute(
            """update queues set max_wait_seconds = 1, overflow = '{"max_wait": {"do": "voicemail"}}',
                      callback_rules = '{"quiet": null}'"""
        )
    call = await centre.call()
    await call.collecting()
    call.press("0")
    await call.hears("留言")
    await call.until(lambda _: bool(centre.simulator.recordings.by_sid), "speaks to the tone")
    call.say("我的包裹還沒有到")
    await call.hears("已收到您的留言")
    await centre.becomes("select object_id is not null from recordings", True)


async def open_voicemails(page: Page) -> None:
    await page.get_by_test_id("rail-voicemails").press("Enter")
    await expect(page.get_by_role("heading", name="語音留言")).to_be_visible()


async def test_a_message_is_heard_and_its_caller_is_called_back(centre: Centre, browser: Browser) -> None:
    await leave_a_message(centre)
    page = (await open_console(browser, centre, "sara")).page
    await open_voicemails(page)
    await expect(page.get_by_test_id("row")).to_have_count(1)
    await page.get_by_test_id("open-row").press("Enter")
    await expect(page.get_by_test_id("voicemail").get_by_role("heading")).to_be_focused()
    await page.get_by_test_id("player-toggle").press("Enter")
    await expect(page.get_by_test_id("player")).to_have_attribute("data-state", "paused")  # heard to its end
    assert await centre.value("select count(*) from audit_log where action = 'recording.heard'") == 1
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("open-row")).to_be_focused()
    await page.get_by_test_id("open-row").press("Enter")
    await picture(page, "voicemail")
    assert await faults_of(page) == []
    await page.get_by_test_id("call-back").press("Enter")
    await expect(page.get_by_test_id("row")).to_have_count(0)
    assert await centre.value("select count(*) from callbacks") == 1
    await page.get_by_role("radio", name="已聽取").press("Space")
    await expect(page.get_by_test_id("row")).to_contain_text("已安排回撥")
    await picture(page, "voicemails")
    assert await faults_of(page) == []


async def test_an_empty_list_says_so_and_a_foreign_page_is_refused(centre: Centre, browser: Browser) -> None:
    page = (await open_console(browser, centre, "mei")).page
    await open_voicemails(page)
    await expect(page.get_by_text("沒有新留言。")).to_be_visible()
    await picture(page, "voicemails-none")
    assert await faults_of(page) == []
