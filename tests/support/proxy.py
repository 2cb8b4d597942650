"""A TCP proxy between a client and the service that can swallow an answer: the work is done, nobody hears of it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

CHUNK = 65536  # bytes


@dataclass
class Proxy:
    """Forwards bytes to `upstream_port`. Arm it with `swallow` to cut the next answer of one path."""

    upstream_port: int
    port: int = 0
    swallowed: bytes = b""
    _path: bytes | None = None
    _then: Callable[[], None] | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def swallow(self, path: str, then: Callable[[], None]) -> None:
        """Hold back the next answer to a request for `path`, call `then`, and cut the connection."""
        self._path, self._then = path.encode(), then

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.upstream_port)
        except OSError:
            writer.close()
            return
        armed = asyncio.Event()
        pipes = [
            asyncio.ensure_future(self._requests(reader, up_writer, armed)),
            asyncio.ensure_future(self._answers(up_reader, writer, armed)),
        ]
        try:
            await asyncio.wait(pipes, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pipe in pipes:
                pipe.cancel()
            for end in (writer, up_writer):
                with contextlib.suppress(OSError):
                    end.close()

    async def _requests(
        self, reader: asyncio.StreamReader, up_writer: asyncio.StreamWriter, armed: asyncio.Event
    ) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(CHUNK):
                if self._path is not None and self._path in chunk.split(b"\r\n", 1)[0]:
                    armed.set()
                up_writer.write(chunk)
                await up_writer.drain()

    async def _answers(
        self, up_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, armed: asyncio.Event
    ) -> None:
        with contextlib.suppress(OSError):
            while chunk := await up_reader.read(CHUNK):
                if armed.is_set():
                    self.swallowed, self._path = await _whole(up_reader, chunk), None
                    if self._then is not None:
                        self._then()
                    return
                writer.write(chunk)
                await writer.drain()


async def _whole(reader: asyncio.StreamReader, start: bytes) -> bytes:
    """The answer to its last byte: a server may write its head and its body apart."""
    answer = start
    while b"\r\n\r\n" not in answer:
        answer += await reader.read(CHUNK)
    head, _, body = answer.partition(b"\r\n\r\n")
    named = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    missing = (int(named[0].split(b":")[1]) if named else 0) - len(body)
    return answer + await reader.readexactly(missing) if missing > 0 else answer


@contextlib.asynccontextmanager
async def proxy_to(upstream_port: int) -> AsyncIterator[Proxy]:
    """A proxy on a free loopback port for the length of the block."""
    proxy = Proxy(upstream_port)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        proxy._tasks.add(task)
        try:
            await proxy._serve(reader, writer)
        except asyncio.CancelledError:
            return
        finally:
            proxy._tasks.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        for task in list(proxy._tasks):
            task.cancel()
        await asyncio.gather(*proxy._tasks, return_exceptions=True)
