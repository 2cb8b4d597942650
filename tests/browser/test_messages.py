"""Conversations by SMS and WhatsApp at the console: answer, note, several at once, failures told, wrap-up."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from app.demo.summary import MAIN_NUMBER
from tests.browser.conftest import SPEED
from tests.browser.looking import faults_of, picture
from tests.browser.text_carrier import TextCarrier, text_carrier
from tests.support.centre import Centre, running_centre
from tests.support.pages import open_console

pytestmark = pytest.mark.browser

STRANGER = "+886955123456"


@pytest.fixture
async def carrier() -> AsyncIterator[TextCarrier]:
    """What brings and takes messages."""
    async with text_carrier() as running:
        yield running


@pytest.fixture
async def centre(demo_dsn: str, carrier: TextCarrier) -> AsyncIterator[Centre]:
    """The product with that carrier."""
    async with running_centre(demo_dsn, speed=SPEED, twilio_api_base_url=carrier.url) as running:
        yield running


async def accept(page: Page, words: str) -> None:
    """The offer of a conversation, accepted by its key."""
    await expect(page.get_by_test_id("offer-card")).to_contain_text("新訊息")
    await page.keyboard.press("Alt+a")
    await expect(page.get_by_test_id("offer-card")).to_be_hidden()
    await expect(page.get_by_test_id("message").filter(has_text=words)).to_be_visible()


async def at_work(centre: Centre, browser: Browser) -> Page:
    mei = await open_console(browser, centre, "mei")
    await mei.start_shift()
    await expect(mei.page.get_by_test_id("presence")).to_have_attribute("data-standing", "available")
    return mei.page


async def test_a_customer_is_answered_and_the_note_stays_inside(
    centre: Centre, browser: Browser, carrier: TextCarrier
) -> None:
    page = await at_work(centre, browser)
    await carrier.writes(centre, "請找真人，我的包裹還沒到", centre.facts.callers[0].number)
    await accept(page, "我的包裹還沒到")
    assert await faults_of(page) == []
    before = len(carrier.sent)

    await page.keyboard.press("Alt+c")
    field = page.get_by_test_id("reply-input")
    await expect(field).to_be_focused()
    await page.keyboard.insert_text("您好，我幫您查詢")
    await expect(page.get_by_test_id("segments")).to_contain_text("1 則簡訊")
    # the Enter that confirms Chinese characters sends nothing
    await field.dispatch_event(
        "keydown", {"key": "Enter", "code": "Enter", "isComposing": True, "bubbles": True}
    )
    await expect(field).to_have_value("您好，我幫您查詢")
    await page.keyboard.press("Enter")
    await expect(field).to_have_value("")
    await carrier.got(before + 1)
    assert carrier.sent[-1]["body"] == "您好，我幫您查詢"
    await carrier.reports(centre, carrier.sent[-1], "delivered")
    mine = page.get_by_test_id("message").filter(has_text="我幫您查詢")
    await expect(mine).to_contain_text("已送達")

    await page.keyboard.insert_text("還沒寫完")
    await page.get_by_test_id("mode-reply").press("ArrowRight")
    await expect(page.get_by_test_id("composer")).to_have_attribute("data-mode", "note")
    await page.get_by_test_id("note-input").fill("已通知倉庫")
    await picture(page, "messages-note")
    assert await faults_of(page) == []
    await page.get_by_test_id("note-input").press("Enter")
    await expect(page.get_by_test_id("note")).to_contain_text("已通知倉庫")
    await page.get_by_test_id("mode-note").press("ArrowLeft")
    await expect(page.get_by_test_id("reply-input")).to_have_value("還沒寫完")
    await picture(page, "messages")
    assert len(carrier.sent) == before + 1

    await page.keyboard.press("Alt+w")
    await expect(page.get_by_test_id("wrap-up")).to_be_visible()
    await expect(page.get_by_test_id("composer")).to_be_hidden()
    assert await faults_of(page) == []


async def test_two_conversations_at_once_are_never_mixed(
    centre: Centre, browser: Browser, carrier: TextCarrier
) -> None:
    page = await at_work(centre, browser)
    known = centre.facts.callers[0].number
    await carrier.writes(centre, "請找真人，第一位", known)
    await accept(page, "第一位")
    await page.get_by_test_id("reply-input").fill("給第一位的草稿")
    await carrier.writes(centre, "請找真人，第二位", f"whatsapp:{STRANGER}", f"whatsapp:{MAIN_NUMBER}")
    await accept(page, "第二位")
    await expect(page.get_by_test_id("reply-input")).to_have_value("")
    await expect(page.locator("h1")).to_contain_text("+886 955")
    await carrier.writes(centre, "還在嗎", known)
    rows = page.get_by_test_id("work-list").get_by_role("link")
    await expect(rows.first.get_by_test_id("unread")).to_contain_text("1")
    await picture(page, "messages-two")
    assert await faults_of(page) == []
    await page.keyboard.press("Alt+ArrowUp")
    await expect(page.get_by_test_id("reply-input")).to_have_value("給第一位的草稿")
    await expect(page.get_by_test_id("message").filter(has_text="還在嗎")).to_be_visible()
    await expect(rows.first.get_by_test_id("unread")).to_be_hidden()


async def test_what_did_not_arrive_says_why_and_opting_out_is_told(
    centre: Centre, browser: Browser, carrier: TextCarrier
) -> None:
    page = await at_work(centre, browser)
    known = centre.facts.callers[0].number
    await carrier.writes(centre, "請找真人", known)
    await accept(page, "請找真人")
    carrier.refusing = 21614  # no mobile number
    await page.get_by_test_id("reply-input").fill("您好")
    await page.get_by_test_id("reply-input").press("Enter")
    mine = page.get_by_test_id("message").filter(has_text="您好")
    await expect(mine).to_have_attribute("data-status", "failed")
    await expect(mine).to_contain_text("未送達")
    await picture(page, "messages-failed")
    assert await faults_of(page) == []
    carrier.refusing = None
    await mine.get_by_test_id("send-anew").press("Enter")
    await expect(page.get_by_test_id("message").filter(has_text="您好")).to_have_count(2)

    await carrier.writes(centre, "STOP", known)
    await expect(page.get_by_test_id("message").filter(has_text="STOP")).to_be_visible()
    await page.get_by_test_id("reply-input").fill("還在嗎")
    await page.get_by_test_id("reply-input").press("Enter")
    await expect(page.get_by_test_id("outgoing")).to_have_attribute("data-state", "failed")
    await expect(page.get_by_test_id("reply-refused")).to_contain_text("停止傳送訊息")
    assert await faults_of(page) == []
    await page.get_by_test_id("take-back").press("Enter")
    await expect(page.get_by_test_id("reply-input")).to_have_value("還在嗎")
    await expect(page.get_by_test_id("reply-send")).to_be_disabled()
    await carrier.writes(centre, "START", known)
    await expect(page.get_by_test_id("reply-refused")).to_be_hidden()
    await expect(page.get_by_test_id("reply-send")).to_be_enabled()
