"""What a person does on the console and simulator pages, in their words. Used by browser tests and pictures."""

from dataclasses import dataclass

from playwright.async_api import Browser, Page, expect

from app.demo.summary import PASSWORD
from tests.support.centre import Centre

SHOP_TIME_ZONE = "Asia/Taipei"  # where the demo centre and its agents are
WAIT_MS = 20_000  # for a fact to appear on a busy machine
expect.set_options(timeout=WAIT_MS)


@dataclass
class Console:
    """An agent's browser."""

    page: Page

    async def start_shift(self) -> None:
        """Through the start-of-shift checks to Available."""
        await self.page.get_by_test_id("start-shift").click()
        await expect(self.page.get_by_test_id("presence")).to_be_visible()

    async def hang_up(self) -> None:
        """End the call."""
        await self.page.get_by_test_id("call-end").click()


async def open_console(
    browser: Browser,
    centre: Centre,
    login: str,
    *,
    locale: str = "zh-TW",
    dark: bool = False,
    init_script: str | None = None,
) -> Console:
    """Sign in with a demo login; `init_script` runs in each page before anything of ours."""
    context = await browser.new_context(
        locale=locale,
        timezone_id=SHOP_TIME_ZONE,
        viewport={"width": 1440, "height": 900},
        color_scheme="dark" if dark else "light",
        permissions=["microphone"],
        reduced_motion="reduce",
    )
    if init_script is not None:
        await context.add_init_script(init_script)
    page = await context.new_page()
    await page.goto(f"{centre.base_url}/console")
    await page.get_by_test_id("login").fill(login)
    await page.get_by_test_id("password").fill(PASSWORD)
    await page.get_by_test_id("sign-in").click()
    await expect(page.get_by_test_id("start-shift")).to_be_visible()
    return Console(page)


@dataclass
class PhonePage:
    """A customer's telephone."""

    page: Page

    async def dial(self) -> None:
        """Call the chosen number as the chosen caller."""
        await self.page.get_by_test_id("dial").click()

    async def hears(self, words: str) -> None:
        """Wait until the caption says it."""
        caption = self.page.get_by_test_id("caption").filter(has_text=words)
        await expect(caption.first).to_be_visible()

    async def press(self, key: str) -> None:
        """One key of the keypad."""
        await self.page.get_by_test_id(f"key-{key}").click()

    async def say(self, words: str) -> None:
        """Answer in words."""
        await self.page.get_by_test_id("speech-input").fill(words)
        await self.page.get_by_test_id("speech-send").click()

    async def hang_up(self) -> None:
        """Put the telephone down."""
        await self.page.get_by_test_id("hang-up").click()


async def open_phone(browser: Browser, centre: Centre, *, locale: str = "zh-TW") -> PhonePage:
    """The simulator page with its directory loaded."""
    context = await browser.new_context(locale=locale, viewport={"width": 1280, "height": 900})
    page = await context.new_page()
    await page.goto(f"{centre.base_url}/simulator")
    await expect(page.get_by_test_id("dial")).to_be_visible()
    return PhonePage(page)
