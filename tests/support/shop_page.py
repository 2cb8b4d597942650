"""A shop's page at an origin of its own, with the chat widget, under a policy that forbids all that it can."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from app.channels.chat import keys
from tests.support.centre import Centre, free_port, served

PAGE = """<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>電子鍋</title>
<meta name="viewport" content="width=device-width"><h1>六人份電子鍋</h1><p>NT$1,480 <a href="#cart">加入購物車</a>
<script src="{desk}/widget.js" data-key="{key}" async></script></html>"""


@dataclass
class ShopPage:
    """Where the page is, and the widget key it uses."""

    url: str
    key: str


def policy(desk: str) -> str:
    """The directives that docs/chat.md asks of a site, and nothing beside."""
    socket = desk.replace("http", "ws", 1)
    return (
        f"default-src 'none'; script-src {desk}; connect-src {desk} {socket}; img-src {desk}; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


@contextlib.asynccontextmanager
async def shop_page(centre: Centre, *, lang: str = "zh-TW", **columns: Any) -> AsyncIterator[ShopPage]:
    """Serve the page; its key lets visitors wait in the queue `columns["queue_id"]`, or in any of the centre's."""
    port = free_port()
    key = keys.new_key()
    queue_id = columns.pop("queue_id", None) or await centre.value(
        "select id from queues order by name limit 1"
    )
    origin = f"http://127.0.0.1:{port}"
    async with centre.database.transaction() as tx:
        await keys.create(tx, key, {"name": "Shop", "origins": [origin], "queue_id": queue_id, **columns})

    async def page(_: Request) -> Response:
        html = PAGE.format(lang=lang, desk=centre.base_url, key=key)
        return HTMLResponse(html, headers={"Content-Security-Policy": policy(centre.base_url)})

    async with served(Starlette(routes=[Route("/", page)]), port):
        yield ShopPage(f"{origin}/", key)
