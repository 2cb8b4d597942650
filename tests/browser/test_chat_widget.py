"""A customer on a shop's page of another origin, and the agent who answers: the chat widget, end to end."""

import re

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.support.centre import Centre
from tests.support.pages import open_console
from tests.support.shop_page import ShopPage, shop_page

pytestmark = pytest.mark.browser

BLOCK_STORAGE = """
Object.defineProperty(window, "localStorage", { get() { throw new DOMException("denied", "SecurityError"); } });
"""


class Widget:
    """What a visitor does, in their words."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, line: ConsoleMessage) -> None:
        if line.type == "error":
            self.complaints.append(line.text)

    @property
    def launcher(self) -> Locator:
        return self.page.locator("button.launcher")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    async def open(self) -> None:
        await self.launcher.click()
        await expect(self.dialog).to_be_visible()

    async def write(self, words: str) -> None:
        field = self.dialog.get_by_role("textbox")
        await field.fill(words)
        await field.press("Enter")


async def visit(context: BrowserContext, shop: ShopPage) -> Widget:
    page = await context.new_page()
    widget = Widget(page)
    await page.goto(shop.url)
    await expect(widget.launcher).to_be_visible()
    return widget


async def test_a_question_in_simplified_is_answered_by_the_article_in_traditional_without_an_agent(
    centre: Centre, browser: Browser
) -> None:
    before = await centre.value("select count(*) from contacts")
    async with shop_page(centre) as shop:
        widget = await visit(await browser.new_context(), shop)
        await widget.open()
        await widget.dialog.get_by_role("textbox").fill("退货的运费谁付")
        answer = widget.dialog.get_by_role("button", name="退貨的運費由誰負擔")
        await answer.click()
        await expect(widget.dialog.get_by_role("heading", name="退貨的運費由誰負擔")).to_be_focused()
        await widget.dialog.get_by_role("button", name="有", exact=True).click()
        await expect(widget.dialog.get_by_text("很高興能幫上忙")).to_be_visible()
        await widget.page.keyboard.press("Escape")
        await expect(widget.dialog).to_be_hidden()
        await expect(widget.launcher).to_be_focused()
        assert await centre.value("select count(*) from contacts") == before
        assert widget.complaints == []


async def test_a_chat_is_handed_over_answered_and_rated(centre: Centre, browser: Browser) -> None:
    console = await open_console(browser, centre, "mei")
    await console.start_shift()
    async with shop_page(centre, queue_id=await queue_of(centre, "mei")) as shop:
        widget = await visit(await browser.new_context(), shop)
        await widget.open()
        await widget.write("我想換貨，鍋子有刮痕")
        await expect(widget.log.get_by_text("我想換貨，鍋子有刮痕")).to_be_visible()
        await console.page.get_by_test_id("offer-accept").click()
        await expect(console.page.get_by_text("我想換貨，鍋子有刮痕").first).to_be_visible()
        reply = console.page.get_by_test_id("reply-input")
        await reply.fill("您好，請拍張照片給我")
        await reply.press("Enter")
        await expect(widget.log.get_by_text("您好，請拍張照片給我")).to_be_visible()
        await widget.write("好的 https://shop.example/p/1")
        await expect(widget.log.get_by_role("link", name="https://shop.example/p/1")).to_be_visible()
        await expect(console.page.get_by_text("好的 https://shop.example/p/1").first).to_be_visible()
        assert widget.complaints == []


async def test_what_was_written_is_there_after_a_reload_and_in_a_second_tab(
    centre: Centre, browser: Browser
) -> None:
    async with shop_page(centre) as shop:
        context = await browser.new_context()
        widget = await visit(context, shop)
        await widget.open()
        await widget.write("請問有人在嗎")
        await expect(widget.log.get_by_text("已傳送")).to_be_visible()
        second = await visit(context, shop)
        await second.open()
        await expect(second.log.get_by_text("請問有人在嗎")).to_have_count(1)
        await second.write("我在另一個分頁")
        await expect(widget.log.get_by_text("我在另一個分頁")).to_be_visible()
        await widget.page.reload()
        await widget.open()
        await expect(widget.log.locator("li.visitor .bubble")).to_have_text(
            ["請問有人在嗎", "我在另一個分頁"]
        )


async def test_written_while_the_line_is_cut_is_sent_once_when_it_is_back(
    centre: Centre, browser: Browser
) -> None:
    async with shop_page(centre) as shop:
        context = await browser.new_context()
        widget = await visit(context, shop)
        await widget.open()
        await widget.write("第一句")
        await expect(widget.log.get_by_text("已傳送")).to_be_visible()
        await context.set_offline(True)
        await widget.write("斷線時寫的")
        await expect(widget.log.get_by_text("傳送中")).to_be_visible()
        await context.set_offline(False)
        await expect(widget.log.get_by_text("傳送中")).to_be_hidden()
        await expect(widget.log.locator("li.visitor .bubble")).to_have_text(["第一句", "斷線時寫的"])
        assert await centre.value("select count(*) from messages where body = '斷線時寫的'") == 1


async def test_it_works_with_storage_blocked_and_sets_no_cookie(centre: Centre, browser: Browser) -> None:
    async with shop_page(centre, lang="en") as shop:
        context = await browser.new_context()
        await context.add_init_script(BLOCK_STORAGE)
        widget = await visit(context, shop)
        await widget.open()
        await widget.write("Is anybody there?")
        await expect(widget.log.get_by_text(re.compile("Sent"))).to_be_visible()
        assert await context.cookies() == []
        assert widget.complaints == []


async def test_the_enter_of_an_input_method_sends_nothing(centre: Centre, browser: Browser) -> None:
    async with shop_page(centre) as shop:
        widget = await visit(await browser.new_context(), shop)
        await widget.open()
        field = widget.dialog.get_by_role("textbox")
        await field.fill("退貨")
        await field.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "keyCode": 229})
        await expect(field).to_have_value("退貨")
        await expect(widget.log).to_be_hidden()


async def test_it_is_as_wide_as_a_telephone(centre: Centre, browser: Browser) -> None:
    async with shop_page(centre) as shop:
        context = await browser.new_context(
            viewport={"width": 390, "height": 780}, color_scheme="dark", reduced_motion="reduce"
        )
        widget = await visit(context, shop)
        await widget.open()
        box = await widget.dialog.bounding_box()
        assert box == {"x": 0, "y": 0, "width": 390, "height": 780}


async def queue_of(centre: Centre, login: str) -> object:
    """A queue this agent serves."""
    return await centre.value(
        "select q.queue_id from agent_queues q join agents a on a.id = q.agent_id where a.login = $1 limit 1",
        login,
    )
