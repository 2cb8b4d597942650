"""Supervisors keep the knowledge: write, try out, publish, compare, restore; by keyboard, in Traditional Chinese."""

import re
from uuid import UUID

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from app.core.clock import utc_now
from app.faq.models import Audience, Language
from app.faq.search import search
from app.faq.usage import SearchAction, SearchResolution, record_outcome, record_search
from tests.browser.looking import faults_of, picture
from tests.support.centre import Centre
from tests.support.pages import open_console
from tests.support.waiting import eventually

pytestmark = pytest.mark.browser


async def open_knowledge(browser: Browser, centre: Centre, login: str = "sara", part: str = "") -> Page:
    """A supervisor's browser on one of the knowledge pages."""
    page = (await open_console(browser, centre, login)).page
    await page.evaluate("localStorage.setItem('switchboard.locale', 'zh-Hant')")
    await page.goto(f"{centre.base_url}/console/knowledge{part}")
    await expect(page.get_by_role("navigation", name="知識庫的各部分")).to_be_visible()
    return page


async def chosen_with_keys(page: Page, target: Locator) -> None:
    """Press Enter on it, as somebody without a mouse would."""
    await target.focus()
    await page.keyboard.press("Enter")


async def asked(
    centre: Centre,
    question: str,
    action: SearchAction = SearchAction.NONE,
    outcome: SearchResolution | None = None,
    chosen: UUID | None = None,
) -> None:
    """A question as a channel would log it."""
    now = utc_now()
    async with centre.database.transaction() as tx:
        found = await search(
            tx,
            question=question,
            language=Language.ZH_HANT,
            audience=Audience.PUBLIC,
            channel="chat",
            now=now,
        )
        search_id = await record_search(tx, outcome=found, question_masked=question, action=action, now=now)
        if outcome:
            await record_outcome(tx, search_id=search_id, outcome=outcome, now=now, chosen_article_id=chosen)


async def test_an_article_is_written_tried_out_and_published(centre: Centre, browser: Browser) -> None:
    page = await open_knowledge(browser, centre)
    await chosen_with_keys(page, page.get_by_test_id("new-article"))
    await page.get_by_test_id("question-zh-Hant").fill("可以帶鸚鵡進門市嗎？")
    await page.get_by_test_id("wordings-zh-Hant").fill("鸚鵡可以一起來嗎\n寵物鳥")
    answer = page.get_by_test_id("answer-zh-Hant")
    await answer.fill("可以")
    await answer.select_text()
    await page.keyboard.press("Control+b")
    await expect(answer).to_have_value("**可以**")
    await picture(page, "knowledge-editor")
    assert await faults_of(page) == []
    await page.get_by_test_id("column-zh-Hant").get_by_role("radio", name="預覽").press("Space")
    await expect(page.get_by_test_id("preview-zh-Hant").locator("strong")).to_have_text("可以")
    await picture(page, "knowledge-preview")
    assert await faults_of(page) == []

    await chosen_with_keys(page, page.get_by_test_id("tab-try"))
    await page.get_by_test_id("try-question").fill("我的鸚鵡能來嗎")
    await page.get_by_test_id("try").press("Enter")
    await expect(page.get_by_test_id("tried").locator("[data-this=true]")).to_contain_text("鸚鵡")
    assert await centre.value("select count(*) from articles where status = 'draft'") == 0
    await picture(page, "knowledge-try-out")

    await page.keyboard.press("Control+s")
    await expect(page.get_by_test_id("article-state")).to_have_text("第 1 版")
    await chosen_with_keys(page, page.get_by_test_id("publish"))
    await expect(page.get_by_text("已發布，現在起搜尋得到。")).to_be_visible()
    await page.get_by_role("link", name="回到所有文章").press("Enter")
    await page.get_by_test_id("article-search").fill("鸚鵡")
    await expect(page.get_by_test_id("article-row").first).to_contain_text("可以帶鸚鵡進門市嗎？")
    await expect(page).to_have_url(re.compile(r"q="))  # a link shows the same


async def test_half_a_word_of_an_input_method_searches_nothing(centre: Centre, browser: Browser) -> None:
    page = await open_knowledge(browser, centre)
    await expect(page.get_by_test_id("article-row").first).to_be_visible()
    asked_for: list[str] = []
    page.on("request", lambda request: asked_for.append(request.url) if "q=" in request.url else None)
    await page.get_by_test_id("article-search").focus()
    typing = await page.context.new_cdp_session(page)
    for half in ("ㄊ", "ㄊㄨㄟ", "退", "退ㄎㄨㄢ"):
        await typing.send(
            "Input.imeSetComposition",
            {"text": half, "selectionStart": len(half), "selectionEnd": len(half)},
        )
        await page.wait_for_timeout(300)
    assert asked_for == []
    await typing.send("Input.insertText", {"text": "退款"})
    await expect(page.get_by_test_id("article-row").first).to_contain_text("退款")
    assert all("%E9%80%80%E6%AC%BE" in url for url in asked_for)


async def test_the_list_is_walked_with_keys_and_filtered_in_the_address(
    centre: Centre, browser: Browser
) -> None:
    page = await open_knowledge(browser, centre)
    links = page.get_by_test_id("article-row").get_by_role("link")
    await expect(links.first).to_be_visible()
    await picture(page, "knowledge-articles")
    assert await faults_of(page) == []
    await links.first.focus()
    await page.keyboard.press("End")
    last = page.locator("[data-testid=article-row] a:focus")
    total = await centre.value("select count(*) from articles")
    await expect(page.locator("li:has(a:focus)")).to_have_attribute("aria-posinset", str(total))
    question = await last.locator("b").inner_text()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text(question)
    await page.go_back()
    await page.get_by_test_id("filter-status").select_option("draft")
    await expect(page).to_have_url(re.compile(r"status=draft"))
    await expect(page.get_by_text("沒有符合的文章。")).to_be_visible()
    await page.go_back()
    await expect(links.first).to_be_visible()


async def test_two_editors_bring_their_changes_together(centre: Centre, browser: Browser) -> None:
    article = await centre.value(
        "select article_id from article_contents where question = '退款什麼時候會入帳？'"
    )
    part = f"/articles/{article}"
    pages = []
    for login in ("sara", "admin"):
        page = (await open_console(browser, centre, login)).page
        await page.evaluate("localStorage.setItem('switchboard.locale', 'zh-Hant')")
        await page.goto(f"{centre.base_url}/console/knowledge{part}")
        await expect(page.get_by_test_id("question-zh-Hant")).to_have_value("退款什麼時候會入帳？")
        pages.append(page)
    hers, his = pages
    await hers.get_by_test_id("short-zh-Hant").fill("七天內入帳。")
    await hers.get_by_test_id("topic").fill("money")
    await hers.keyboard.press("Control+s")
    await expect(hers.get_by_test_id("article-state")).to_have_text("第 2 版")
    await his.get_by_test_id("short-zh-Hant").fill("十天內入帳。")
    await his.get_by_test_id("question-zh-Hant").fill("退款何時入帳？")
    await his.keyboard.press("Control+s")
    window = his.get_by_test_id("conflict")
    await expect(window).to_contain_text("七天內入帳。")
    await expect(window).to_contain_text("主題")
    await picture(his, "knowledge-conflict")
    assert await faults_of(his) == []
    await window.get_by_role("radio", name="對方的").press("Space")
    await chosen_with_keys(his, his.get_by_test_id("settle"))
    await expect(his.get_by_test_id("short-zh-Hant")).to_have_value("七天內入帳。")
    await his.keyboard.press("Control+s")
    await expect(his.get_by_test_id("article-state")).to_have_text("第 3 版")
    entry = await centre.value(
        "select entry from article_versions where article_id = $1 and version = 3", article
    )
    hant = entry["contents"]["zh-Hant"]
    assert (entry["topic"], hant["question"], hant["answer_short"]) == (
        "money",
        "退款何時入帳？",
        "七天內入帳。",
    )
    await chosen_with_keys(his, his.get_by_test_id("tab-versions"))
    await chosen_with_keys(his, his.get_by_test_id("version-1"))
    await expect(his.get_by_test_id("changes").locator("ins").first).to_be_visible()
    await picture(his, "knowledge-versions")
    assert await faults_of(his) == []
    await chosen_with_keys(his, his.get_by_test_id("restore"))
    await expect(his.get_by_test_id("question-zh-Hant")).to_have_value("退款什麼時候會入帳？")


async def test_text_that_was_not_saved_is_offered_again(centre: Centre, browser: Browser) -> None:
    page = await open_knowledge(browser, centre)
    await page.get_by_test_id("article-row").get_by_role("link").first.press("Enter")
    field = page.get_by_test_id("short-zh-Hant")
    await field.fill("還沒寫完")

    async def kept() -> bool:
        texts: list[str] = await page.evaluate("Object.values(localStorage)")
        return any("還沒寫完" in text for text in texts)

    await eventually(kept, what="the text kept in the browser")
    page.on("dialog", lambda dialog: dialog.accept())
    await page.reload()
    await expect(page.get_by_test_id("recovered")).to_be_visible()
    await chosen_with_keys(page, page.get_by_test_id("take-up"))
    await expect(field).to_have_value("還沒寫完")


async def test_a_gap_is_closed_by_a_wording_a_draft_or_a_dismissal(centre: Centre, browser: Browser) -> None:
    for question in ("錢錢什麼時候回來", "錢錢什麼時候回來", "可以帶鸚鵡嗎", "哈囉你好嗎"):
        await asked(centre, question)
    page = await open_knowledge(browser, centre, part="/gaps")
    rows = page.get_by_test_id("row")
    await expect(rows).to_have_count(3)
    await expect(rows.first).to_contain_text("沒有答案，2 次")
    await chosen_with_keys(page, rows.first.get_by_test_id("open-row"))
    async with page.expect_response(lambda answer: "q=" in answer.url and "status=published" in answer.url):
        await page.get_by_test_id("chooser-search").fill("退款多久入帳")
    article = page.get_by_test_id("chooser-article").filter(has_text="退款什麼時候會入帳？")
    await chosen_with_keys(page, article)
    await expect(article).to_have_attribute("aria-pressed", "true")
    await picture(page, "knowledge-gap")
    assert await faults_of(page) == []
    await chosen_with_keys(page, page.get_by_test_id("gap-wording"))
    await expect(rows).to_have_count(2)
    wording = await centre.value("select text from article_phrases where kind = 'learned'")
    assert wording == "錢錢什麼時候回來"
    article_id = await centre.value("select article_id from article_phrases where kind = 'learned'")

    await chosen_with_keys(page, rows.filter(has_text="哈囉").get_by_test_id("open-row"))
    await chosen_with_keys(page, page.get_by_test_id("gap-dismiss"))
    await expect(rows).to_have_count(1)
    await chosen_with_keys(page, rows.get_by_test_id("open-row"))
    await chosen_with_keys(page, page.get_by_test_id("gap-draft"))
    await expect(page.get_by_test_id("question-zh-Hant")).to_have_value("可以帶鸚鵡嗎")
    await page.goto(f"{centre.base_url}/console/knowledge/articles/{article_id}")
    learned = page.get_by_test_id("learned")
    await expect(learned).to_contain_text("錢錢什麼時候回來")
    await chosen_with_keys(page, learned.get_by_test_id("take-back"))
    await expect(learned).to_have_count(0)
    assert await centre.value("select count(*) from article_phrases where kind = 'learned'") == 0
