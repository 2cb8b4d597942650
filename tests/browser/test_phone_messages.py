"""Messages on the simulator page: a customer writes, pictures too, and sees the answers and what became of them."""

import base64
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from app.core.clock import utc_now
from app.demo.summary import MAIN_NUMBER
from app.faq.answering import AnsweringMode, set_answering
from tests.browser.test_accessibility import failures
from tests.support.centre import Centre
from tests.support.pages import open_phone

pytestmark = pytest.mark.browser

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


async def people_answer(centre: Centre) -> None:
    """The machine answers no texts."""
    async with centre.database.transaction() as tx:
        await set_answering(tx, AnsweringMode.OFF, now=utc_now())


async def shop_writes(centre: Centre, body: str, prefix: str = "") -> None:
    """Our account sends a text to the customer."""
    account = centre.settings.twilio_account_sid
    token = centre.settings.twilio_auth_token.get_secret_value()
    base = f"{centre.simulator_url}/2010-04-01/Accounts/{account}"
    form = {"From": prefix + MAIN_NUMBER, "To": prefix + centre.facts.callers[0].number, "Body": body}
    async with httpx.AsyncClient(base_url=base, auth=(account, token)) as rest:
        answer = await rest.post("/Messages.json", data=form)
        assert answer.status_code == 201, answer.text


async def write(page: Page, words: str) -> None:
    """Type and press Enter."""
    await page.get_by_test_id("text-input").fill(words)
    await page.get_by_test_id("text-input").press("Enter")


@pytest.mark.parametrize(("locale", "dark"), [("zh-TW", False), ("en-US", True)])
async def test_a_customer_writes_and_sees_the_answers(
    centre: Centre, browser: Browser, tmp_path: Path, locale: str, dark: bool
) -> None:
    await people_answer(centre)
    page = (await open_phone(browser, centre, locale=locale)).page
    if dark:
        await page.get_by_test_id("theme").click()
    await page.get_by_test_id("phone-messages").click()
    texts = page.get_by_test_id("text")
    await expect(texts).to_have_count(0)
    await expect(page.get_by_test_id("text-send")).to_be_disabled()

    field = page.get_by_test_id("text-input")
    await field.fill("我的訂單到哪裡了")
    await field.dispatch_event("keydown", {"key": "Enter", "keyCode": 229, "bubbles": True})
    await expect(field).to_have_value("我的訂單到哪裡了")  # the Enter was the input method's
    await field.press("Enter")
    await expect(texts).to_have_count(1)
    await expect(field).to_have_value("")
    await centre.becomes("select count(*) from messages where body = '我的訂單到哪裡了'", 1)

    await shop_writes(centre, "您的包裹明天送達，謝謝您的耐心等候。")
    await expect(texts.nth(1)).to_have_attribute("data-status", "delivered")

    picture = tmp_path / "box.png"
    picture.write_bytes(PIXEL)
    await page.get_by_test_id("channel-whatsapp").click()
    await page.get_by_test_id("text-file").set_input_files(str(picture))
    await write(page, "盒子破了")
    await expect(texts.nth(2).locator("img")).to_have_count(1)
    await centre.becomes("select state from message_attachments", "stored")
    await shop_writes(centre, "很抱歉，我們會重新寄送。", "whatsapp:")
    await expect(texts.nth(3)).to_have_attribute("data-status", "read")

    await page.get_by_test_id("handset").select_option("off")
    await shop_writes(centre, "還有其他問題嗎？")
    await expect(texts.nth(4)).to_have_attribute("data-status", "undelivered")
    assert await failures(page) == []


async def test_stop_is_answered_by_the_network_and_the_console_knows(
    centre: Centre, browser: Browser
) -> None:
    await people_answer(centre)
    page = (await open_phone(browser, centre, locale="zh-TW")).page
    await page.get_by_test_id("phone-messages").click()
    await write(page, "STOP")
    await expect(page.get_by_test_id("text")).to_have_count(2)
    await expect(page.get_by_test_id("text").nth(1)).to_contain_text("START")
    await centre.becomes("select count(*) from message_opt_outs", 1)
