"""The pages: strict content security policy, fresh pages, and cookies that scripts cannot read."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from app.web.pages import content_security_policy, page_routes
from app.web.widget import widget_routes
from tests.support.app import PASSWORD, RunningApp, app_settings, running_app
from tests.support.centre import COMMAND_HEADERS


@pytest.fixture
async def web(dsn: str) -> AsyncIterator[RunningApp]:
    """The running application."""
    async with running_app(dsn) as running:
        yield running


PANEL = "/static/widget/panel-1a2b3c4d.js"


@pytest.fixture
async def elsewhere(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the pages alone, with a small widget built into a folder of this test's own."""
    folder = tmp_path / "widget"
    folder.mkdir()
    (folder / "panel-1a2b3c4d.js").write_text("export const mount = 1;")
    (folder / "loader.js").write_text(f'import("{PANEL}")')
    settings = app_settings(8000, "postgresql://nowhere.invalid/x")
    app = Starlette(routes=[*widget_routes(tmp_path), *page_routes(settings, tmp_path)])
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://desk.invalid"
    ) as client:
        yield client


def test_the_policy_allows_our_own_scripts_only() -> None:
    policy = content_security_policy(app_settings(8000, "postgresql://nowhere.invalid/x"))
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["script-src"] == rules["default-src"] == rules["style-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["object-src"] == rules["base-uri"] == "'none'"
    assert "unsafe" not in policy
    assert "*" not in rules["connect-src"].replace("*.twilio.com", "")


async def test_every_answer_forbids_guessing_its_type(web: RunningApp) -> None:
    client = web.client()
    for path in (
        "/",
        "/console",
        "/console/settings",
        "/simulator",
        "/static/none.js",
        "/media/hold-music.wav",
        "/none",
    ):
        assert (await client.get(path)).headers["x-content-type-options"] == "nosniff", path


async def test_the_api_can_be_read_about_without_scripts(web: RunningApp) -> None:
    page = await web.client().get("/api/docs")
    assert page.status_code == 200
    for words in (
        "POST /api/v1/offers/{offer_id}/accept",
        "Say yes.",
        'id="ServerMessage"',
        "offer.accepting",
    ):
        assert words in page.text
    assert "<script" not in page.text
    assert "http://" not in page.text
    assert "script-src" not in page.headers["content-security-policy"].replace("default-src 'none'", "")


async def test_files_outside_the_folder_are_not_served(web: RunningApp) -> None:
    client = web.client()
    for path in ("/static/..%2f__init__.py", "/media/../pages.py", "/static/%2e%2e/pages.py", "/media/%00"):
        assert (await client.get(path)).status_code in (400, 404), path


async def test_without_a_simulator_there_is_no_address_of_one(web: RunningApp) -> None:
    assert (await web.client().get("/simulator/config.json")).status_code == 404


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(web: RunningApp) -> None:
    await web.person("mei")
    body = {"login": "mei", "password": PASSWORD}
    answer = await web.client().post("/api/v1/session", json=body, headers=COMMAND_HEADERS)
    flags = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/"} <= flags
    assert not any(flag.startswith("domain") for flag in flags)
    assert answer.headers["cache-control"] == "no-store"


async def test_over_https_the_cookie_is_bound_to_the_host(dsn: str) -> None:
    async with running_app(dsn, public_base_url="https://cc.example.com") as web:
        web.base_url = f"http://127.0.0.1:{web.settings.port}"
        await web.add_account("mei")
        body = {"login": "mei", "password": PASSWORD}
        answer = await web.client().post("/api/v1/session", json=body, headers=COMMAND_HEADERS)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-switchboard=")
        assert "Secure" in cookie
        assert "max-age" in answer.headers["strict-transport-security"]


async def test_the_widget_may_be_loaded_by_the_pages_of_other_sites(elsewhere: httpx.AsyncClient) -> None:
    loader = await elsewhere.get("/widget.js")
    assert loader.status_code == 200
    assert loader.headers["content-type"].startswith("text/javascript")
    assert loader.headers["cache-control"] == "public, max-age=300"
    assert PANEL in loader.text
    panel = await elsewhere.get(PANEL)
    assert "immutable" in panel.headers["cache-control"]
    for answer in (loader, panel):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


async def test_an_old_loader_is_led_to_the_panel_of_today(elsewhere: httpx.AsyncClient) -> None:
    answer = await elsewhere.get("/widget-panel.js")
    assert (answer.status_code, answer.headers["location"]) == (307, PANEL)
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_what_is_not_the_widget_s_is_for_our_own_pages_only(elsewhere: httpx.AsyncClient) -> None:
    for path in ("/console", "/static/console/index.html", "/static/none.js"):
        assert "access-control-allow-origin" not in (await elsewhere.get(path)).headers, path
