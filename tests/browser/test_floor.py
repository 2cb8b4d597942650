"""The supervisors' page: who waits is directed, an agent's call is listened to, whom nobody reached is called back."""

import pytest
from playwright.async_api import Browser, Page, expect

from app.core import alerts
from app.routing.alert_kinds import CALLS_TOO_OFTEN
from tests.browser.looking import faults_of, picture
from tests.support.centre import Centre
from tests.support.pages import open_console

pytestmark = pytest.mark.browser


async def open_floor(centre: Centre, browser: Browser, *, at_work: bool = False) -> Page:
    """Sara's console on the floor; she serves no queue herself."""
    async with centre.database.transaction() as tx:
        await tx.execute(
            "delete from agent_queues where agent_id = (select id from agents where login = 'sara')"
        )
    sara = await open_console(browser, centre, "sara")
    if at_work:
        await sara.start_shift()
        await expect(sara.page.get_by_test_id("presence")).to_have_attribute("data-standing", "available")
    await sara.page.get_by_test_id("rail-floor").press("Enter")
    await expect(sara.page.get_by_test_id("queues").get_by_test_id("row").first).to_be_visible()
    return sara.page


async def choose_view(page: Page, words: str) -> None:
    await page.get_by_role("radio", name=words).press("Space")


async def test_who_waits_is_directed_and_whom_nobody_reached_is_called_back(
    centre: Centre, browser: Browser
) -> None:
    page = await open_floor(centre, browser)
    call = await centre.call()
    await call.collecting()
    call.press("0")
    waiting = page.get_by_test_id("waiting").get_by_test_id("row")
    await expect(waiting).to_have_count(1)
    await waiting.get_by_test_id("open-row").press("Enter")
    sheet = page.get_by_test_id("waiting-contact")
    await expect(sheet.get_by_role("heading")).to_be_focused()
    await sheet.get_by_test_id("set-priority").select_option("1")
    await centre.becomes("select priority from contacts where state = 'queued'", 1)
    await sheet.get_by_test_id("move").select_option(index=1)
    chosen = await sheet.get_by_test_id("move").input_value()
    await sheet.get_by_test_id("move-do").press("Enter")
    await centre.becomes("select queue_id::text from contacts where state = 'queued'", chosen)
    await picture(page, "floor-waiting")
    assert await faults_of(page) == []
    await page.get_by_test_id("sheet-close").press("Enter")
    await expect(sheet).to_be_hidden()

    call.hangup()
    await expect(page.get_by_text("目前無人等候。")).to_be_visible()
    await choose_view(page, "已掛斷未聯絡")
    missed = page.get_by_test_id("missed").get_by_test_id("row")
    await expect(missed).to_have_count(1)
    await picture(page, "floor-missed")
    assert await faults_of(page) == []
    await missed.get_by_test_id("ask-callback").press("Enter")
    await expect(missed).to_have_count(0)
    assert await centre.value("select count(*) from callbacks") == 1
    await page.get_by_role("radio", name="回撥", exact=True).press("Space")
    await expect(page.get_by_test_id("callbacks").get_by_test_id("row")).to_have_count(1)
    await picture(page, "floor-callbacks")
    assert await faults_of(page) == []
    await page.get_by_test_id("cancel-callback").press("Enter")
    await centre.becomes("select state from callbacks", "cancelled")


async def test_a_call_is_listened_to_and_an_agent_is_sent_on_a_break(
    centre: Centre, browser: Browser
) -> None:
    page = await open_floor(centre, browser, at_work=True)
    mei = await centre.at_work("mei")
    call = await centre.call()
    await call.collecting()
    call.press("0")
    offer = (await mei.event("offer.made"))["offer"]
    await mei.command("POST", f"/offers/{offer['offer_id']}/accept")
    await mei.contact(state="active", call_state="talking")
    row = page.get_by_test_id("agents").get_by_test_id("row").filter(has_text="林美玲")
    await expect(row).to_contain_text("通話中")
    await row.get_by_test_id("agent-commands").press("Enter")
    await expect(page.get_by_role("menuitem", name="監聽")).to_be_visible()
    await picture(page, "floor-agents")
    assert await faults_of(page) == []
    await page.get_by_role("menuitem", name="監聽").press("Enter")
    await expect(page.get_by_test_id("engagement")).to_have_attribute("data-role", "supervise")
    await page.get_by_test_id("engagement-leave").press("Enter")
    await expect(page.get_by_test_id("engagement")).to_be_hidden()
    call.hangup()
    await mei.contact(state="wrap_up")
    await row.get_by_test_id("agent-commands").press("Enter")
    await page.get_by_role("menuitem", name="小休").press("Enter")
    await centre.becomes("select presence from agent_states where agent_id = $1", "away", mei.agent_id)


async def test_an_alert_says_what_to_do_and_is_cleared(centre: Centre, browser: Browser) -> None:
    async with centre.database.transaction() as tx:
        await alerts.raise_alert(tx, CALLS_TOO_OFTEN, "+886955123456", {"number": "+886955123456"})
    page = await open_floor(centre, browser)
    await choose_view(page, "警示 1")
    row = page.get_by_test_id("alerts").get_by_test_id("row")
    await expect(row).to_contain_text("來電過於頻繁")
    await picture(page, "floor-alerts")
    assert await faults_of(page) == []
    await row.get_by_test_id("clear-alert").press("Enter")
    await expect(page.get_by_text("沒有需要處理的事項。")).to_be_visible()
