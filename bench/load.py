"""A small HTTP/1.1 load generator: prepared requests over keep-alive connections, closed loop."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: requests per second and latencies in milliseconds."""

    per_second: float
    p50: float
    p99: float
    failed: int


def percentile(values: list[float], share: float) -> float:
    """Nearest rank."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def post(path: str, host: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A whole request, ready to be written."""
    lines = [f"POST {path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


class _Connection(asyncio.Protocol):
    """Sends one prepared request after the other."""

    def __init__(self, requests: Iterator[bytes], latencies: list[float], done: asyncio.Future[None]):
        self._requests, self._latencies, self._done = requests, latencies, done
        self._buffer = b""
        self.failed = 0
        self._transport: asyncio.Transport | None = None
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def _next(self) -> None:
        assert self._transport is not None
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            if not self._done.done():
                self._done.set_result(None)
            return
        self._sent = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._buffer) < end + 4 + length:
            return
        self._latencies.append((time.perf_counter() - self._sent) * 1000)
        if not head.startswith(b"http/1.1 20"):
            self.failed += 1
        self._buffer = b""
        self._next()

    def connection_lost(self, _: Exception | None) -> None:
        if not self._done.done():
            self.failed += 1
            self._done.set_result(None)


async def closed_loop(port: int, requests: list[bytes], *, connections: int) -> Measured:
    """Send all requests over so many connections, each waiting for its answer."""
    loop = asyncio.get_running_loop()
    queue = iter(requests)
    latencies: list[float] = []
    protocols: list[_Connection] = []
    waiting: list[asyncio.Future[None]] = []
    started = time.perf_counter()
    for _ in range(connections):
        done = loop.create_future()
        waiting.append(done)
        _, protocol = await loop.create_connection(
            partial(_Connection, queue, latencies, done), "127.0.0.1", port
        )
        protocols.append(protocol)
    await asyncio.gather(*waiting)
    seconds = time.perf_counter() - started
    return Measured(
        per_second=len(latencies) / seconds,
        p50=percentile(latencies, 0.50),
        p99=percentile(latencies, 0.99),
        failed=sum(p.failed for p in protocols),
    )
