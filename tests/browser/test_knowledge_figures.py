"""What supervisors learn and settle: figures, synonyms, automatic answers, files; by keyboard."""

import json

import pytest
from playwright.async_api import Browser, expect

from app.faq.usage import SearchAction, SearchResolution
from tests.browser.looking import faults_of, picture
from tests.browser.test_knowledge import asked, chosen_with_keys, open_knowledge
from tests.support.centre import Centre

pytestmark = pytest.mark.browser

REFUND = "退款什麼時候會入帳？"


async def test_every_figure_opens_the_searches_it_counts(centre: Centre, browser: Browser) -> None:
    refund = await centre.value("select article_id from article_contents where question = $1", REFUND)
    await asked(centre, REFUND, SearchAction.ANSWERED, SearchResolution.HELPED, refund)
    await asked(centre, "退款呢", SearchAction.ANSWERED, SearchResolution.NOT_HELPED, refund)
    await asked(centre, "退貨運費", SearchAction.SUGGESTED)
    await asked(centre, "鸚鵡")
    page = await open_knowledge(browser, centre, part="/figures")
    tiles = page.get_by_test_id("totals")
    await expect(tiles).to_contain_text("2 之中 1")
    await expect(tiles).to_contain_text("50%")
    await chosen_with_keys(page, page.get_by_test_id("open-answers_right"))
    await expect(page.get_by_test_id("search")).to_have_count(1)
    await expect(page.get_by_test_id("searches")).to_contain_text(REFUND)
    await picture(page, "knowledge-figures")
    assert await faults_of(page) == []
    await page.keyboard.press("Escape")
    await page.get_by_role("radio", name="管道").press("Space")
    row = page.get_by_test_id("split").get_by_test_id("row")
    await expect(row).to_contain_text("網站對話")
    await chosen_with_keys(page, row.get_by_role("button", name="4"))
    await expect(page.get_by_test_id("search")).to_have_count(4)
    async with page.expect_download() as saved:
        await chosen_with_keys(page, page.get_by_test_id("split-csv"))
    text = (await (await saved.value).path()).read_text(encoding="utf-8-sig")
    assert text.splitlines()[1].startswith("網站對話,4,2,1,1,1,1")


async def test_a_synonym_is_added_and_removed(centre: Centre, browser: Browser) -> None:
    page = await open_knowledge(browser, centre, part="/synonyms")
    await page.get_by_test_id("synonym-term").fill("錢錢")
    await page.get_by_test_id("synonym-replacement").fill("退款")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("row")).to_contain_text("錢錢")
    await picture(page, "knowledge-synonyms")
    assert await faults_of(page) == []
    await chosen_with_keys(page, page.get_by_test_id("synonym-remove"))
    await expect(page.get_by_text("還沒有同義詞。")).to_be_visible()


async def test_automatic_answers_are_switched_by_administrators_and_after_a_question(
    centre: Centre, browser: Browser
) -> None:
    page = await open_knowledge(browser, centre, "sara", "/answering")
    await expect(page.get_by_text("只有管理員能變更。")).to_be_visible()
    await expect(page.get_by_test_id("mode-off")).to_have_count(0)
    page = await open_knowledge(browser, centre, "admin", "/answering")
    await chosen_with_keys(page, page.get_by_test_id("mode-off"))
    await expect(page.get_by_test_id("confirm-mode")).to_be_visible()
    await picture(page, "knowledge-confirm")
    assert await faults_of(page) == []
    await chosen_with_keys(page, page.get_by_test_id("set-mode"))
    await expect(page.get_by_test_id("answering-state")).to_contain_text("不會")
    assert await centre.value("select mode from faq_answering") == "off"


async def test_a_calibration_is_tried_on_a_file_and_taken_over(centre: Centre, browser: Browser) -> None:
    async with centre.database.read() as reader:
        asked_for = await reader.fetch(
            "select p.text, p.article_id from article_phrases p join articles a on a.id = p.article_id "
            "where p.language <> 'en' and a.audience <> 'agents' order by p.text, p.id"
        )
    right = [{"text": row["text"], "article_ids": [str(row["article_id"])]} for row in asked_for][:180]
    wrong = [
        {"text": f"{thing}{n}號的維修時間", "article_ids": []} for n in range(6) for thing in "車船燈琴鐘"
    ]
    lines = [json.dumps(one) for one in [*right, *wrong]]
    page = await open_knowledge(browser, centre, "admin", "/answering")
    picker = page.get_by_test_id("judged-file").locator("input")
    faulty = "question,article_id\n退款,shop-1\n"
    await picker.set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": faulty.encode()})
    await expect(page.get_by_test_id("judged-faults")).to_contain_text("第 2 行，article_id")
    file = "\n".join(lines).encode()
    await picker.set_input_files({"name": "a.jsonl", "mimeType": "text/plain", "buffer": file})
    await expect(page.get_by_test_id("judged-read")).to_contain_text("210")
    await chosen_with_keys(page, page.get_by_test_id("start-run"))
    words = page.get_by_test_id("result-words")
    await expect(words.get_by_test_id("thresholds")).to_be_visible(timeout=60_000)
    await picture(page, "knowledge-calibration")
    assert await faults_of(page) == []
    await chosen_with_keys(page, words.get_by_test_id("take-over"))
    await expect(page.get_by_text("已採用，從下一次搜尋開始生效。")).to_be_visible()
    assert await centre.value("select judged from faq_calibrations where encoder = 'none'") == 210


async def test_a_file_is_checked_before_it_is_taken_in(centre: Centre, browser: Browser) -> None:
    page = await open_knowledge(browser, centre, part="/files")
    async with page.expect_download() as saved:
        await chosen_with_keys(page, page.get_by_test_id("export-csv"))
    exported = (await (await saved.value).path()).read_bytes()
    picker = page.get_by_test_id("import-file").locator("input")
    head = "id,topic,status,question.zh-Hant,answer.zh-Hant\n"
    wrong = head + "a,Bad Topic,published,可以帶鸚鵡嗎？,可以。\n"
    await picker.set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": wrong.encode()})
    await chosen_with_keys(page, page.get_by_test_id("check-file"))
    report = page.get_by_test_id("report")
    await expect(report).to_contain_text("topic")
    await expect(page.get_by_test_id("take-in")).to_be_disabled()
    await picture(page, "knowledge-files")
    assert await faults_of(page) == []
    await picker.set_input_files({"name": "b.csv", "mimeType": "text/csv", "buffer": exported})
    await chosen_with_keys(page, page.get_by_test_id("check-file"))
    await expect(report).to_contain_text("檔案正確。新增 0，修改 0")
    right = head + "a,pets,published,可以帶鸚鵡嗎？,可以。\n"
    await picker.set_input_files({"name": "c.csv", "mimeType": "text/csv", "buffer": right.encode()})
    await chosen_with_keys(page, page.get_by_test_id("check-file"))
    await expect(report).to_contain_text("新增 1")
    assert await centre.value("select count(*) from articles where topic = 'pets'") == 0
    await chosen_with_keys(page, page.get_by_test_id("take-in"))
    await expect(report).to_contain_text("已匯入：新增 1")
    assert await centre.value("select count(*) from articles where topic = 'pets'") == 1
