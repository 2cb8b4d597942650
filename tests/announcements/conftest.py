"""A running application with a supervisor, and the job that transcodes when the test says so."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.announcements.uploads import Transcoder
from tests.support.app import Person, RunningApp, running_app
from tests.support.centre import COMMAND_HEADERS

Upload = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def web(dsn: str, tmp_path: Path) -> AsyncIterator[RunningApp]:
    """The application: no worker; its files in a folder of the test's."""
    async with running_app(dsn, home=tmp_path) as running:
        yield running


@pytest.fixture
async def boss(web: RunningApp) -> Person:
    """A signed-in supervisor."""
    return await web.person("boss", role="supervisor")


@pytest.fixture
def transcoder(web: RunningApp) -> Transcoder:
    """The job's handler."""
    return Transcoder(web.database, web.app.state.files)


async def sent(boss: Person, announcement_id: str, data: bytes, locale: str | None = None) -> str:
    """Upload a file; returns its id."""
    file_id = str(uuid4())
    params = {
        "file_id": file_id,
        "announcement_id": announcement_id,
        **({"locale": locale} if locale else {}),
    }
    answer = await boss.http.post(
        "/api/v1/announcement-files", params=params, content=data, headers=COMMAND_HEADERS
    )
    assert (answer.status_code, answer.json()["state"]) == (202, "waiting"), answer.text
    return file_id


@pytest.fixture
def upload(boss: Person, transcoder: Transcoder) -> Upload:
    """Upload a file and let the job run; returns the upload."""

    async def run(announcement_id: str, data: bytes, locale: str | None = None) -> dict[str, Any]:
        file_id = await sent(boss, announcement_id, data, locale)
        await transcoder.run({"file_id": file_id})
        found: dict[str, Any] = await boss.command("GET", f"/announcement-files/{file_id}")
        return found

    return run


async def made(boss: Person, name: str = "Welcome", **texts: str) -> str:
    """A new announcement; returns its id."""
    body = {
        "announcement_id": str(uuid4()),
        "name": name,
        "texts": {k.replace("_", "-"): v for k, v in texts.items()},
    }
    found = await boss.command("POST", "/announcements", body)
    return str(UUID(found["announcement_id"]))
