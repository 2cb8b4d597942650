"""What browser tests look at beside behaviour: pictures for a person, and axe's findings in both themes."""

import os
from pathlib import Path

from playwright.async_api import Page

from tests.browser.test_accessibility import failures

PICTURES = os.environ.get("SWITCHBOARD_TEST_PICTURES")  # a folder to look at what the pages showed


async def picture(page: Page, name: str) -> None:
    """Keep what the page shows, in both themes, when a folder for it is named."""
    if PICTURES:
        for theme in ("light", "dark"):
            await page.emulate_media(color_scheme=theme)
            await page.screenshot(path=Path(PICTURES) / f"{name}-{theme}.png")


async def faults_of(page: Page) -> list[str]:
    """What axe finds on the page as it stands, light and dark."""
    found = []
    for theme in ("light", "dark"):
        await page.emulate_media(color_scheme=theme)
        found += [f"{theme}: {one}" for one in await failures(page)]
    return found
