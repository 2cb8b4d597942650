"""Supervisors change a flow in the outline, by keyboard alone; on the canvas; and talk to it before it is published."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.looking import faults_of, picture
from tests.support.centre import Centre
from tests.support.pages import open_console

pytestmark = pytest.mark.browser


async def open_flow(browser: Browser, centre: Centre, login: str = "sara") -> Page:
    """A supervisor's browser on the demo's flow."""
    page = (await open_console(browser, centre, login)).page
    await page.evaluate("localStorage.setItem('switchboard.locale', 'zh-Hant')")
    await page.goto(f"{centre.base_url}/console/flows")
    await page.get_by_test_id("open-flow").first.press("Enter")
    await expect(page.get_by_test_id("outline")).to_be_visible()
    return page


async def add_step(page: Page, kind: str) -> None:
    """Key A, then the kind."""
    await page.keyboard.press("a")
    await page.get_by_role("menuitem", name=kind, exact=True).press("Enter")


async def test_a_step_is_added_and_written_with_keys_alone_and_faults_lead_to_their_fields(
    centre: Centre, browser: Browser
) -> None:
    page = await open_flow(browser, centre)
    steps = page.get_by_test_id("step")
    before = await steps.count()
    await steps.first.locator("[data-step]").focus()
    await picture(page, "flow-outline")
    assert await faults_of(page) == []
    await add_step(page, "播報")
    await expect(steps).to_have_count(before + 1)
    await expect(page.get_by_test_id("step-name")).to_be_focused()
    await page.keyboard.type("Holiday notice")
    await expect(page.get_by_test_id("publish-flow")).to_be_disabled()
    await page.get_by_test_id("problem").filter(has_text="缺少某種語言的文字").first.press("Enter")
    await expect(page.locator("[data-field=prompt] textarea:focus")).to_have_count(1)
    for language, words in (("zh-Hant", "今天休假"), ("zh-Hans", "今天休假"), ("en", "We are on holiday")):
        await page.get_by_test_id(f"prompt-{language}").fill(words)
    await expect(page.get_by_test_id("problem").filter(has_text="Holiday notice")).to_have_count(0)
    await page.keyboard.press("Control+s")
    await expect(page.get_by_test_id("flow-state")).to_have_text("已儲存")


async def test_what_is_published_is_heard_by_the_next_caller(centre: Centre, browser: Browser) -> None:
    page = await open_flow(browser, centre)
    await page.locator("[data-step]").filter(has_text="主選單").press("Enter")
    await page.get_by_test_id("prompt-zh-Hant").fill("今天休假，請按一")
    await page.get_by_test_id("publish-flow").press("Enter")
    await page.get_by_test_id("why").fill("連假")
    await picture(page, "flow-publish")
    assert await faults_of(page) == []
    await page.get_by_test_id("publish-now").press("Enter")
    await expect(page.get_by_test_id("publish-window")).to_have_count(0)
    assert await centre.value("select why from flow_versions where version = 2") == "連假"
    call = await centre.call()
    await call.hears("今天休假")


async def test_a_trial_run_drives_the_interpreter_and_lights_the_step(
    centre: Centre, browser: Browser
) -> None:
    contacts = await centre.value("select count(*) from contacts")
    page = await open_flow(browser, centre)
    await page.get_by_test_id("tab-trial").press("Enter")
    await page.get_by_test_id("trial-begin").press("Enter")
    transcript = page.get_by_test_id("transcript")
    await expect(transcript).to_contain_text("請按")
    await expect(page.locator("[data-testid=step][data-live=true]")).to_have_count(1)
    await picture(page, "flow-trial")
    assert await faults_of(page) == []
    await page.get_by_test_id("trial-key-0").press("Enter")
    await expect(page.get_by_test_id("trial-end")).to_be_visible()
    assert await centre.value("select count(*) from contacts") == contacts


async def test_arrow_keys_walk_the_outline_and_delete_takes_a_step_away(
    centre: Centre, browser: Browser
) -> None:
    page = await open_flow(browser, centre)
    steps = page.get_by_test_id("step")
    before = await steps.count()
    await steps.first.locator("[data-step]").focus()
    await page.keyboard.press("ArrowDown")
    await expect(steps.nth(1).locator("[data-step]")).to_be_focused()
    await add_step(page, "播報")
    await expect(steps).to_have_count(before + 1)
    await page.locator("[data-testid=step][data-chosen=true] [data-step]").focus()
    await page.keyboard.press("Delete")
    await expect(steps).to_have_count(before)
    await expect(page.get_by_test_id("flow-state")).to_have_text("已儲存")


async def test_the_canvas_shows_every_step_and_links_like_the_outline(
    centre: Centre, browser: Browser
) -> None:
    page = await open_flow(browser, centre)
    steps = await page.get_by_test_id("step").count()
    await page.get_by_role("radio", name="畫布").press("Space")
    nodes = page.locator(".react-flow__node")
    await expect(nodes).to_have_count(steps)
    await picture(page, "flow-canvas")
    assert await faults_of(page) == []
    await nodes.nth(1).focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("inspector")).to_be_visible()
    await page.get_by_test_id("inspector").locator("select").last.focus()
    await page.get_by_role("radio", name="大綱").press("Space")
    await expect(page.get_by_test_id("step")).to_have_count(steps)


async def test_two_authors_bring_their_steps_together(centre: Centre, browser: Browser) -> None:
    hers, his = await open_flow(browser, centre, "sara"), await open_flow(browser, centre, "admin")
    for page, step, name in ((hers, 0, "Hers"), (his, 1, "His")):
        await page.get_by_test_id("step").nth(step).locator("[data-step]").press("Enter")
        await page.get_by_test_id("step-name").fill(name)
    await hers.keyboard.press("Control+s")
    await expect(hers.get_by_test_id("flow-state")).to_have_text("已儲存")
    await his.keyboard.press("Control+s")
    await expect(his.get_by_test_id("flow-conflict")).to_contain_text("Hers")
    await picture(his, "flow-conflict")
    assert await faults_of(his) == []
    await his.get_by_test_id("settle-flow").press("Enter")
    await his.keyboard.press("Control+s")
    await expect(his.get_by_test_id("flow-state")).to_have_text("已儲存")
    for name in ("Hers", "His"):
        await expect(his.locator("[data-step]").filter(has_text=name)).to_have_count(1)


async def test_a_published_version_is_compared_and_made_the_draft_again(
    centre: Centre, browser: Browser
) -> None:
    page = await open_flow(browser, centre)
    await page.get_by_test_id("step").first.locator("[data-step]").press("Enter")
    await page.get_by_test_id("step-name").fill("Renamed")
    await page.keyboard.press("Control+s")
    await expect(page.get_by_test_id("flow-state")).to_have_text("已儲存")
    await page.get_by_test_id("tab-flow-versions").press("Enter")
    await page.get_by_test_id("flow-version-1").press("Enter")
    await expect(page.get_by_test_id("flow-changes")).to_contain_text("Renamed")
    await picture(page, "flow-versions")
    assert await faults_of(page) == []
    await page.get_by_test_id("restore-flow").press("Enter")
    await expect(page.locator("[data-step]").filter(has_text="Renamed")).to_have_count(0)
