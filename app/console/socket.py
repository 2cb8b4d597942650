"""`/ws/agent`: the agent's socket. News out, heartbeats and stream requests in; commands go by REST.

The first frame must be `hello` with a single-use ticket (no token ever travels in an address), and the handshake's
Origin must be ours (OWASP ASVS 5.0, 4.4.2 and 4.4.3).
"""

import asyncio
import contextlib
from typing import Literal
from uuid import UUID

import orjson
import structlog
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import TypeAdapter, ValidationError

from app.agents import connections, sessions
from app.console import snapshot as snapshots
from app.console.socket_schemas import (
    AgentTypes,
    Beat,
    ClientMessage,
    Heartbeat,
    Hello,
    OfferSeen,
    Result,
    Snapshot,
    SocketError,
    StreamPosition,
    Unwatch,
    Watch,
    Welcome,
)
from app.console.streams import agent_stream, check_may_follow
from app.core import clock, streams
from app.core.auth import Permission, Principal
from app.core.bus import Bus
from app.core.db import DATABASE_AWAY, Database
from app.core.errors import AppError, InvalidInput, NotSignedIn, Unavailable
from app.core.ids import new_id
from app.core.schemas import Schema
from app.core.settings import Settings
from app.realtime import typing
from app.realtime.hub import Connection, Hub
from app.routing import offers

log = structlog.get_logger()
router = APIRouter()

HELLO_SECONDS = 5
MAX_FRAME_BYTES = 16 * 1024
MAX_STREAMS = 20  # followed at once by one socket
BAD_HELLO, SIGNED_OUT, BAD_ORIGIN, TOO_LATE, TRY_AGAIN = 4400, 4401, 4403, 4408, 1013
LOST_AFTER_BEATS = 3  # a socket that misses this many heartbeats is half-open

_messages: TypeAdapter[ClientMessage] = TypeAdapter(ClientMessage)


class _Sender:
    """What the hub writes to."""

    def __init__(self, socket: WebSocket):
        self._socket = socket

    async def send_bytes_as_text(self, data: bytes) -> None:
        """One text frame."""
        await self._socket.send_text(data.decode())

    async def close(self, code: int, reason: str) -> None:
        """Close; a socket that is gone already is fine."""
        with contextlib.suppress(RuntimeError):
            await self._socket.close(code, reason)


@router.websocket("/ws/agent")
async def agent_socket(socket: WebSocket) -> None:
    """Messages in both directions are the unions `ClientMessage` and `ServerMessage` of the OpenAPI document."""
    settings: Settings = socket.app.state.settings
    if socket.headers.get("origin") not in settings.origins:
        await socket.close(BAD_ORIGIN, "this origin may not connect")
        return
    await socket.accept()
    session = _AgentSocket(
        socket, settings, socket.app.state.database, socket.app.state.hub, socket.app.state.node
    )
    try:
        await session.run()
    except WebSocketDisconnect:
        return


class _AgentSocket:
    """One socket from hello to close."""

    def __init__(self, socket: WebSocket, settings: Settings, database: Database, hub: Hub, node: UUID):
        self._socket = socket
        self._settings = settings
        self._database = database
        self._hub = hub
        self._node = node

    async def run(self) -> None:
        """Admit, then read until the client is gone. Whatever happens, the connection's row is removed."""
        hello = await self._hello()
        principal = await self._admit(hello) if hello is not None else None
        if hello is None or principal is None:
            return
        connection = Connection(new_id(), principal.agent_id, principal.session_hash, _Sender(self._socket))
        async with self._database.transaction() as tx:
            await connections.connected(
                tx, connection_id=connection.id, agent_id=principal.agent_id, node=self._node
            )
        self._hub.add(connection)
        try:
            await self._serve(connection, principal, hello)
        finally:
            self._hub.remove(connection)
            async with self._database.transaction() as tx:
                await connections.disconnected(tx, connection_id=connection.id, agent_id=principal.agent_id)

    async def _hello(self) -> Hello | None:
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                hello = await self._receive()
            if isinstance(hello, Hello):
                return hello
            error = _Refused(hello.id, InvalidInput.of("type", "the first frame must be hello"))
        except TimeoutError:
            await self._socket.close(TOO_LATE, "no hello in time")
            return None
        except _Refused as refused:
            error = refused
        await self._turn_away(error.reply_to, error.error, BAD_HELLO)
        return None

    async def _admit(self, hello: Hello) -> Principal | None:
        try:
            async with self._database.transaction() as tx:
                principal = await sessions.redeem_ticket(tx, self._settings, hello.ticket)
            principal.require(Permission.CONSOLE_USE)
            return principal
        except AppError as error:
            await self._turn_away(hello.id, error, SIGNED_OUT)
        except DATABASE_AWAY as error:
            log.warning("database unavailable", error=type(error).__name__)
            away = Unavailable("the database is not answering; try again")
            await self._turn_away(hello.id, away, TRY_AGAIN)
        return None

    async def _turn_away(self, reply_to: int | None, error: AppError, code: int) -> None:
        await self._socket.send_text(_error(reply_to, error).model_dump_json())
        await self._socket.close(code, error.detail[:100])

    async def _serve(self, connection: Connection, principal: Principal, hello: Hello) -> None:
        await self._welcome(connection, principal, hello)
        writer = asyncio.ensure_future(connection.write(self._database, self._reset))
        reader = asyncio.ensure_future(self._read(connection, principal))
        done, pending = await asyncio.wait({writer, reader}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        for task in done:
            error = task.exception()
            if isinstance(error, TimeoutError):
                await _Sender(self._socket).close(TOO_LATE, "no heartbeat in time")
            elif error is not None and not isinstance(error, WebSocketDisconnect | RuntimeError):
                raise error

    async def _read(self, connection: Connection, principal: Principal) -> None:
        silence = self._settings.agent_heartbeat_seconds * LOST_AFTER_BEATS
        while True:
            try:
                async with asyncio.timeout(silence):
                    message = await self._receive()
                await self._answer(connection, principal, message)
            except _Refused as refused:
                self._push(connection, _error(refused.reply_to, refused.error))

    async def _answer(self, connection: Connection, principal: Principal, message: ClientMessage) -> None:
        try:
            await self._handle(connection, principal, message)
        except AppError as error:
            raise _Refused(message.id, error) from None
        except DATABASE_AWAY as error:
            log.warning("database unavailable", error=type(error).__name__)
            away = Unavailable("the database is not answering; try again")
            raise _Refused(message.id, away) from None

    async def _receive(self) -> ClientMessage:
        """The next frame. Raises _Refused for one that is no message of ours; the socket may go on."""
        frame = await self._socket.receive()
        if frame["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(frame.get("code", 1005), frame.get("reason"))
        text = frame.get("text")
        if text is None:
            raise _Refused(None, InvalidInput.of("frame", "send text, not bytes"))
        if len(text.encode(errors="replace")) > MAX_FRAME_BYTES:
            raise _Refused(None, InvalidInput.of("frame", f"at most {MAX_FRAME_BYTES} bytes"))
        try:
            return _messages.validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"]) or "frame"
            raise _Refused(_id_of(text), InvalidInput.of(field, first["msg"])) from None

    async def _handle(self, connection: Connection, principal: Principal, message: ClientMessage) -> None:
        match message:
            case Beat():
                await self._beat(connection, message)
            case Watch():
                await self._watch(connection, await self._rights_now(principal), message)
            case Unwatch():
                self._hub.unfollow(connection, message.stream)
                self._push(connection, Result(type="result", reply_to=message.id))
            case AgentTypes():
                await self._typing(principal, message)
            case OfferSeen():
                async with self._database.transaction() as tx:
                    await offers.mark_seen(tx, message.offer_id, principal.agent_id)
                self._push(connection, Result(type="result", reply_to=message.id))
            case Hello():
                raise InvalidInput.of("type", "hello was said already")

    async def _typing(self, principal: Principal, message: AgentTypes) -> None:
        """Passed on to the customer of a conversation in hand; of any other one nobody is told."""
        async with self._database.read() as reader:
            conversation_id = await reader.fetchval(
                """select l.conversation_id from contacts c join conversation_contacts l on l.contact_id = c.id
                   where c.id = $1 and c.agent_id = $2 and c.state = 'active' and c.channel = 'chat'""",
                message.contact_id,
                principal.agent_id,
            )
        if conversation_id is not None:
            bus: Bus = self._socket.app.state.bus
            bus.publish([typing.to_customer(conversation_id, is_typing=message.is_typing)])

    async def _rights_now(self, principal: Principal) -> Principal:
        """Rights are looked up again for every command that reads, so that a demotion takes effect at once."""
        async with self._database.read() as reader:
            current = await sessions.resolve(reader, self._settings, principal.session_hash)
        if current is None:
            raise NotSignedIn("the session is over")
        return current

    async def _welcome(self, connection: Connection, principal: Principal, hello: Hello) -> None:
        """Streams that may not be followed (any more) are left out of `streams`, each with an error."""
        own = agent_stream(principal.agent_id)
        wanted = {own: hello.streams.get(own, -1)}
        refused: list[AppError] = []
        for stream, seq in hello.streams.items():
            try:
                check_may_follow(principal, stream)
                if len(wanted) >= MAX_STREAMS and stream not in wanted:
                    raise InvalidInput.of("streams", f"at most {MAX_STREAMS} streams")
                wanted[stream] = seq
            except AppError as error:
                refused.append(error)
        positions = {stream: await self._follow(connection, stream, seq) for stream, seq in wanted.items()}
        self._push(
            connection,
            Welcome(
                type="welcome",
                reply_to=hello.id,
                agent_id=principal.agent_id,
                heartbeat_seconds=self._settings.agent_heartbeat_seconds,
                now=clock.utc_now(),
                build=self._socket.app.state.build,
                streams=positions,
            ),
        )
        for refusal in refused:
            self._push(connection, _error(hello.id, refusal))
        if positions[own].mode == "reset":
            await self._reset(connection, own)

    async def _follow(self, connection: Connection, stream: str, seq: int) -> StreamPosition:
        """Nothing is awaited between following and the caller's answer, so the answer precedes the events."""
        async with self._database.read() as reader:
            missed = await streams.since(reader, stream, seq) if seq >= 0 else None
            position = await streams.position(reader, stream)
        mode: Literal["resume", "reset"] = "reset" if missed is None else "resume"
        start = position if missed is None else seq
        self._hub.follow(connection, stream, start)
        return StreamPosition(seq=start, mode=mode)

    async def _reset(self, connection: Connection, stream: str) -> None:
        """Give a fresh state; for streams other than the agent's own the client loads its page again."""
        if stream != agent_stream(connection.agent_id):
            async with self._database.read() as reader:
                position = await streams.position(reader, stream)
            self._hub.follow(connection, stream, position)
            result = Result(
                type="result", reply_to=0, streams={stream: StreamPosition(seq=position, mode="reset")}
            )
            self._push(connection, result)
            return
        async with self._database.read(snapshot=True) as reader:
            state = await snapshots.snapshot(reader, connection.agent_id)
        self._hub.follow(connection, stream, state.seq)
        self._push(connection, Snapshot(type="snapshot", snapshot=state))

    async def _watch(self, connection: Connection, principal: Principal, message: Watch) -> None:
        check_may_follow(principal, message.stream)
        if len(connection.cursors) >= MAX_STREAMS and message.stream not in connection.cursors:
            raise InvalidInput.of("stream", f"at most {MAX_STREAMS} streams; unwatch one first")
        position = await self._follow(connection, message.stream, message.from_seq)
        self._push(connection, Result(type="result", reply_to=message.id, streams={message.stream: position}))

    async def _beat(self, connection: Connection, message: Beat) -> None:
        now = clock.utc_now()
        answer = Heartbeat(type="heartbeat", reply_to=message.id, now=now, streams=dict(connection.cursors))
        self._push(connection, answer)

    def _push(self, connection: Connection, message: Schema) -> None:
        connection.push_message(message.model_dump_json().encode())


class _Refused(Exception):
    """A frame that gets an error as its answer."""

    def __init__(self, reply_to: int | None, error: AppError):
        super().__init__(error.detail)
        self.reply_to = reply_to
        self.error = error


def _id_of(text: str) -> int | None:
    """The id of a frame that is wrong otherwise, so that the client can tell which of its frames it was."""
    try:
        value = orjson.loads(text)
    except ValueError:
        return None
    found = value.get("id") if isinstance(value, dict) else None
    return found if type(found) is int else None


def _error(reply_to: int | None, error: AppError) -> SocketError:
    return SocketError(type="error", reply_to=reply_to, code=error.code, message=error.detail)
