"""Whether the service says the truth about itself, and to whom."""

from collections.abc import AsyncIterator

import pytest

from tests.support.app import RunningApp, running_app


@pytest.fixture
async def web(dsn: str) -> AsyncIterator[RunningApp]:
    """The application without a worker: nobody holds the router's lease."""
    async with running_app(dsn) as running:
        yield running


async def test_it_is_alive_but_not_ready_without_a_router(web: RunningApp) -> None:
    client = web.client()
    await web.app.state.bus.is_listening.wait()
    assert (await client.get("/healthz")).text == "ok"
    ready = await client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json() == {"database": True, "migrations": True, "router": False, "bus": True}


async def test_metrics_are_not_for_those_whom_a_proxy_brings(web: RunningApp) -> None:
    client = web.client()
    assert "python_info" in (await client.get("/metrics")).text
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
        assert (await client.get("/metrics", headers={header: "203.0.113.7"})).status_code == 404


async def test_metrics_may_have_a_token(dsn: str) -> None:
    async with running_app(dsn, metrics_token="sesame") as web:
        client = web.client()
        assert (await client.get("/metrics")).status_code == 404
        assert (await client.get("/metrics", headers={"Authorization": "Bearer wrong"})).status_code == 404
        good = {"Authorization": "Bearer sesame", "X-Forwarded-For": "203.0.113.7"}
        assert (await client.get("/metrics", headers=good)).status_code == 200
