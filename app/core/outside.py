"""Asks web services whose addresses people of the company write down: public addresses only, resolved once and held to.

An address that leads into our own network would let its author read what only we may reach (server-side request
forgery, OWASP). So the name is resolved here, every address it has must be public, and the connection goes to the
address that was checked: a name that answers otherwise a moment later changes nothing. No redirect is followed, no
proxy asked, no cookie kept, and an answer is read up to a limit.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any, Final

import httpx
import orjson

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], Awaitable[list[Address]]]

MAX_ANSWER_BYTES: Final = 64 * 1024
_PORTS: Final = frozenset({80, 443})  # and what is not reserved for other services, from 1024 on
# They carry an IPv4 address inside, which may be a private one: 6to4, Teredo, NAT64 (RFC 3056, 4380, 6052, 8215).
_CARRIERS: Final = tuple(
    ipaddress.ip_network(n) for n in ("2002::/16", "2001::/32", "64:ff9b::/96", "64:ff9b:1::/48")
)


class RefusedAddress(Exception):
    """The address may not be asked, now or ever."""


class BadAnswer(Exception):
    """It answered, but not what can be used. The message is a word for logs."""


async def resolve(host: str, port: int) -> list[Address]:
    """The addresses of a name. Raises OSError when it has none."""
    loop = asyncio.get_running_loop()
    infos = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(info[4][0]) for info in infos]


def is_public(address: Address) -> bool:
    """Whether everybody on the internet means the same by it."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    if mapped is not None:
        return is_public(mapped)
    if any(address.version == net.version and address in net for net in _CARRIERS):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


class Outside:
    """A client for such addresses. `networks`: private ones that may be asked all the same; `resolver` and `transport`
    are replaced in tests."""

    def __init__(
        self,
        networks: Sequence[str] = (),
        *,
        resolver: Resolver = resolve,
        transport: httpx.AsyncBaseTransport | None = None,
    ):
        self._networks = [ipaddress.ip_network(network) for network in networks]
        self._resolver = resolver
        self._transport = transport

    async def ask_json(
        self, method: str, url: str, *, body: dict[str, str] | None, key: str, seconds: float
    ) -> Any:
        """The JSON answer. `key` is sent as Idempotency-Key, since a request may be repeated.

        Raises RefusedAddress, BadAnswer, TimeoutError after `seconds`, or httpx.HTTPError."""
        async with asyncio.timeout(seconds):
            pinned, host = await self._pinned(url)
            headers = {"Host": host, "Accept": "application/json", "Idempotency-Key": key}
            async with httpx.AsyncClient(
                timeout=httpx.Timeout(seconds),
                follow_redirects=False,
                trust_env=False,
                transport=self._transport,
            ) as client:
                request = client.build_request(
                    method,
                    pinned,
                    headers=headers,
                    json=body if method == "POST" else None,
                    extensions={"sni_hostname": httpx.URL(url).host},
                )
                return _parsed(await _read(client, request))

    async def _pinned(self, url: str) -> tuple[httpx.URL, str]:
        """The address with a checked number in place of the name, and the name for the Host header."""
        try:
            parts = httpx.URL(url)
        except (httpx.InvalidURL, ValueError):
            raise RefusedAddress("no address") from None
        if parts.scheme not in ("http", "https") or not parts.host or parts.userinfo:
            raise RefusedAddress("no address of a web service")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        if port not in _PORTS and port < 1024:
            raise RefusedAddress("a port of another service")
        try:
            found = await self._resolver(parts.host, port)
        except (OSError, UnicodeError):
            raise BadAnswer("name not found") from None
        if not found or not all(self._may_ask(address) for address in found):
            raise RefusedAddress("not a public address")
        return parts.copy_with(host=str(found[0])), parts.netloc.decode("ascii")

    def _may_ask(self, address: Address) -> bool:
        known = any(address.version == net.version and address in net for net in self._networks)
        return known or is_public(address)


async def _read(client: httpx.AsyncClient, request: httpx.Request) -> bytes:
    response = await client.send(request, stream=True)
    try:
        if not response.is_success:
            raise BadAnswer(f"answered {response.status_code}")
        data = bytearray()
        async for chunk in response.aiter_bytes():
            data += chunk
            if len(data) > MAX_ANSWER_BYTES:
                raise BadAnswer("too large")
        return bytes(data)
    finally:
        await response.aclose()


def _parsed(data: bytes) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        raise BadAnswer("no JSON") from None
