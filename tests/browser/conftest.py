"""A real Chromium against the running product. Without a Chromium these tests fail and say how to get one."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

from tests.support.centre import Centre, running_centre
from tests.support.chromium import CHROMIUM_ARGS, find_or_install_chromium

SPEED = 4.0  # simulated seconds per real one: quick, yet a person could still press a key in time


@pytest.fixture
async def centre(demo_dsn: str) -> AsyncIterator[Centre]:
    """The product with a demo centre, at a pace a browser can follow."""
    async with running_centre(demo_dsn, speed=SPEED) as running:
        yield running


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A headless Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_or_install_chromium(), args=CHROMIUM_ARGS
        )
        yield browser
        await browser.close()
