"""A web service somebody wrote down is asked at a public address only, the one that was checked, and up to a limit."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from ipaddress import ip_address

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from app.core.outside import MAX_ANSWER_BYTES, Address, BadAnswer, Outside, RefusedAddress, is_public
from tests.support.centre import free_port, served

HERE = ["127.0.0.0/8"]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1",
        "ff02::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "2001:db8::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)  # fmt: skip
def test_an_address_of_our_own_network_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_an_address_of_everybody_is(address: str) -> None:
    assert is_public(ip_address(address))


def names(*found: str) -> Callable[[str, int], Awaitable[list[Address]]]:
    """A resolver that knows one answer, whatever is asked."""

    async def resolve(host: str, port: int) -> list[Address]:
        return [ip_address(one) for one in found]

    return resolve


async def ask(outside: Outside, url: str, method: str = "GET", seconds: float = 20.0) -> object:
    """Ask with a body that only a POST sends."""
    return await outside.ask_json(method, url, body={"order": "7"}, key="k-1", seconds=seconds)


@pytest.mark.parametrize("found", [("10.0.0.1",), ("93.184.215.14", "127.0.0.1"), ("::1",), ()])
async def test_a_name_with_one_private_address_is_refused(found: tuple[str, ...]) -> None:
    with pytest.raises(RefusedAddress):
        await ask(Outside(resolver=names(*found)), "https://shop.example.com/")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://shop.example.com/", "file:///etc/passwd", "https:///path", "no address", "https://u:p@shop.example.com/",
        "http://shop.example.com:25/", "http://127.0.0.1/", "http://[::1]/", "http://2130706433/", "http://0x7f.1/",
    ],
)  # fmt: skip
async def test_what_is_no_public_web_service_is_never_asked(url: str) -> None:
    with pytest.raises((RefusedAddress, BadAnswer)):
        await ask(Outside(), url)


@pytest.fixture
async def shop() -> AsyncIterator[str]:
    """A web service on this machine; returns its port as part of an address."""
    asked: list[dict[str, object]] = []

    async def order(request: Request) -> Response:
        body = await request.body()
        asked.append({"body": body.decode(), "host": request.headers["host"]})
        seen = {"host": request.headers["host"], "key": request.headers["idempotency-key"]}
        return JSONResponse({**seen, "body": json.loads(body) if body else None})

    async def away(_: Request) -> Response:
        return RedirectResponse("/order", status_code=302)

    async def large(_: Request) -> Response:
        return PlainTextResponse('"' + "x" * MAX_ANSWER_BYTES + '"')

    async def wrong(_: Request) -> Response:
        return PlainTextResponse("<html>")

    async def broken(_: Request) -> Response:
        return JSONResponse({}, status_code=500)

    port = free_port()
    routes = [
        Route("/order", order, methods=["GET", "POST"]), Route("/away", away), Route("/large", large),
        Route("/wrong", wrong), Route("/broken", broken),
    ]  # fmt: skip
    async with served(Starlette(routes=routes), port):
        yield f"shop.example.com:{port}"


async def test_the_checked_address_is_asked_by_its_name(shop: str) -> None:
    outside = Outside(HERE, resolver=names("127.0.0.1"))
    assert await ask(outside, f"http://{shop}/order") == {"host": shop, "key": "k-1", "body": None}
    posted = await ask(outside, f"http://{shop}/order", "POST")
    assert posted == {"host": shop, "key": "k-1", "body": {"order": "7"}}


@pytest.mark.parametrize("path", ["away", "large", "wrong", "broken", "nowhere"])
async def test_what_is_no_plain_answer_is_a_fault(shop: str, path: str) -> None:
    with pytest.raises(BadAnswer):
        await ask(Outside(HERE, resolver=names("127.0.0.1")), f"http://{shop}/{path}")


async def test_a_private_network_must_be_named_in_the_settings(shop: str) -> None:
    with pytest.raises(RefusedAddress):
        await ask(Outside(["10.0.0.0/8"], resolver=names("127.0.0.1")), f"http://{shop}/order")
