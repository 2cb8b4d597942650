"""`/ws/visitor`: the visitor's socket. The first frame is `hello` with a ticket, and the handshake's Origin must be one
of the widget key's (OWASP ASVS 5.0, 4.4.2 and 4.4.3). What travels is in `socket_schemas.py`."""

import asyncio
import contextlib
import random
import time

import orjson
import structlog
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import TypeAdapter, ValidationError

from app.channels.chat import keys, reading, visitors
from app.channels.chat.desk import Desk
from app.channels.chat.live import VisitorConnection
from app.channels.chat.schemas import ChatUpdates, Signals
from app.channels.chat.socket_schemas import (
    VisitorBeat,
    VisitorClientMessage,
    VisitorEnds,
    VisitorError,
    VisitorHas,
    VisitorHasRead,
    VisitorHeartbeat,
    VisitorHello,
    VisitorPage,
    VisitorResult,
    VisitorSays,
    VisitorStarts,
    VisitorState,
    VisitorTypes,
    VisitorUpdates,
    VisitorWelcome,
)
from app.channels.chat.visitors import Visitor
from app.core import clock
from app.core.db import DATABASE_AWAY, Reader
from app.core.errors import AppError, InvalidInput, NotSignedIn, PermissionDenied, Unavailable
from app.core.ids import new_id
from app.core.schemas import Schema

log = structlog.get_logger()
router = APIRouter()

HELLO_SECONDS = 5
HEARTBEAT_SECONDS = 20
LOST_AFTER_BEATS = 3
MAX_FRAME_BYTES = 32 * 1024
MAX_SOCKETS = 12  # of one visitor
RETRY_SECONDS = 0.5  # until the tables are read again when the database is away
BAD_HELLO, SESSION_OVER, REFUSED, TOO_LATE, TRY_AGAIN = 4400, 4401, 4403, 4408, 1013

_frames: TypeAdapter[VisitorClientMessage] = TypeAdapter(VisitorClientMessage)


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


@router.websocket("/ws/visitor")
async def visitor_socket(socket: WebSocket) -> None:
    """Messages in both directions are `VisitorClientMessage` and `VisitorServerMessage` of the OpenAPI document."""
    desk: Desk = socket.app.state.chat
    try:
        async with desk.database.read() as reader:
            key = await keys.get(reader, socket.query_params.get("key", ""))
        key.check_origin(socket.headers.get("origin"))
    except AppError as error:
        await socket.close(REFUSED, error.detail[:100])
        return
    except DATABASE_AWAY:
        await socket.accept()
        await socket.close(TRY_AGAIN, "try again")
        return
    await socket.accept()
    try:
        await VisitorSocket(socket, desk, key.key).run()
    except WebSocketDisconnect:
        return


class VisitorSocket:
    """One socket from hello to close."""

    def __init__(self, socket: WebSocket, desk: Desk, widget_key: str):
        self._socket = socket
        self._desk = desk
        self._widget_key = widget_key

    async def run(self) -> None:
        """Admit, then serve until the client is gone."""
        hello = await self._hello()
        visitor = await self._admit(hello) if hello is not None else None
        if hello is None or visitor is None:
            return
        connection = VisitorConnection(new_id(), visitor.id, self._widget_key, _Sender(self._socket))
        self._desk.hub.add(connection)
        try:
            await self._serve(connection, hello)
        finally:
            self._desk.hub.remove(connection)

    async def _hello(self) -> VisitorHello | None:
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                frame = await self._receive()
            if isinstance(frame, VisitorHello):
                return frame
            refused = _Refused(frame.id, InvalidInput.of("type", "the first frame must be hello"))
        except TimeoutError:
            await self._socket.close(TOO_LATE, "no hello in time")
            return None
        except _Refused as error:
            refused = error
        await self._turn_away(refused.reply_to, refused.error, BAD_HELLO)
        return None

    async def _admit(self, hello: VisitorHello) -> Visitor | None:
        try:
            async with self._desk.database.transaction() as tx:
                visitor = await visitors.redeem_ticket(tx, hello.ticket)
                if visitor.widget_key != self._widget_key:
                    raise NotSignedIn("this ticket is for another site's widget")
                await visitors.check_not_blocked(tx, visitor)
            if self._desk.hub.of_visitor(visitor.id) >= MAX_SOCKETS:
                raise PermissionDenied("too many tabs; close one")
            return visitor
        except PermissionDenied as error:
            await self._turn_away(hello.id, error, REFUSED)
        except AppError as error:
            await self._turn_away(hello.id, error, SESSION_OVER)
        except DATABASE_AWAY:
            away = Unavailable("not available right now; try again", retry_after_seconds=2)
            await self._turn_away(hello.id, away, TRY_AGAIN)
        return None

    async def _turn_away(self, reply_to: int | None, error: AppError, code: int) -> None:
        await self._socket.send_text(_error(reply_to, error).model_dump_json())
        await self._socket.close(code, error.detail[:100])

    async def _serve(self, connection: VisitorConnection, hello: VisitorHello) -> None:
        await self._welcome(connection, hello)
        writer = asyncio.ensure_future(connection.write_until_closed(lambda: self._prepare(connection)))
        reader = asyncio.ensure_future(self._read(connection))
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

    async def _welcome(self, connection: VisitorConnection, hello: VisitorHello) -> None:
        # registered before the tables are read: what is written meanwhile is a hint that leads to another look
        async with self._desk.database.read() as reader:
            found = await self._desk.updates(
                reader, connection.visitor_id, conversation_id=hello.conversation_id, after=hello.after
            )
        if found.mode == "resume":
            connection.cursor = hello.after
        self._desk.hub.took(connection, found)
        connection.look_again()
        self._push(
            connection,
            VisitorWelcome(
                type="welcome",
                reply_to=hello.id,
                visitor_id=connection.visitor_id,
                heartbeat_seconds=HEARTBEAT_SECONDS,
                now=clock.utc_now(),
                updates=found,
            ),
        )
        if found.conversation_id is not None:
            await self._desk.beat([found.conversation_id])

    async def _prepare(self, connection: VisitorConnection) -> None:
        """Look up what this socket has to be told, before the writer goes on."""
        if not (connection.is_moved or connection.is_behind or connection.is_state_old):
            return
        was_moved, was_behind = connection.is_moved, connection.is_behind
        connection.is_moved = connection.is_behind = connection.is_state_old = False
        connection.looked_at = time.monotonic()
        try:
            async with self._desk.database.read() as reader:
                if was_moved or was_behind or connection.conversation_id is None:
                    await self._catch_up(connection, await self._all(connection, reader))
                else:
                    await self._show_state(connection, reader)
        except DATABASE_AWAY as error:
            log.warning("a visitor's conversation cannot be read now", error=type(error).__name__)
            pause = RETRY_SECONDS * (1 + random.random())
            asyncio.get_running_loop().call_later(pause, connection.look_again)

    async def _all(self, connection: VisitorConnection, reader: Reader) -> ChatUpdates:
        return await self._desk.updates(
            reader, connection.visitor_id, conversation_id=connection.conversation_id, after=connection.cursor
        )

    async def _catch_up(self, connection: VisitorConnection, found: ChatUpdates) -> None:
        if found.mode == "reset" and (found.conversation_id or connection.conversation_id) is not None:
            self._desk.hub.took(connection, found)
            self._push(connection, VisitorUpdates(type="updates", updates=found))
            return
        connection.push_events((one.seq, one.model_dump_json().encode()) for one in found.messages)
        self._tell_state(connection, found)

    async def _show_state(self, connection: VisitorConnection, reader: Reader) -> None:
        asking = await self._desk.asking(reader, await visitors.get(reader, connection.visitor_id))
        conversation = await reading.conversation_of(reader, asking)
        if (conversation.id if conversation else None) != connection.conversation_id:
            connection.look_again()
            return
        state = await reading.state_of(reader, asking, conversation)
        if state.version != connection.shown:
            connection.shown, connection.phase = state.version, state.phase
            self._push(connection, VisitorState(type="state", state=state))

    def _tell_state(self, connection: VisitorConnection, found: ChatUpdates) -> None:
        if found.state.version != connection.shown:
            connection.shown, connection.phase = found.state.version, found.state.phase
            self._push(connection, VisitorState(type="state", state=found.state))

    async def _read(self, connection: VisitorConnection) -> None:
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS * LOST_AFTER_BEATS):
                    frame = await self._receive()
                await self._answer(connection, frame)
            except _Refused as refused:
                self._push(connection, _error(refused.reply_to, refused.error))

    async def _answer(self, connection: VisitorConnection, frame: VisitorClientMessage) -> None:
        try:
            await self._handle(connection, frame)
        except AppError as error:
            raise _Refused(frame.id, error) from None
        except DATABASE_AWAY as error:
            log.warning("database unavailable", error=type(error).__name__)
            away = Unavailable("not available right now; try again", retry_after_seconds=2)
            raise _Refused(frame.id, away) from None

    async def _receive(self) -> VisitorClientMessage:
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
            return _frames.validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"]) or "frame"
            raise _Refused(_id_of(text), InvalidInput.of(field, first["msg"])) from None

    async def _handle(self, connection: VisitorConnection, frame: VisitorClientMessage) -> None:
        visitor_id = connection.visitor_id
        match frame:
            case VisitorSays():
                message = await self._desk.write(visitor_id, frame)
                self._push(connection, VisitorResult(type="result", reply_to=frame.id, message=message))
            case VisitorTypes():
                await self._desk.signal(visitor_id, Signals(typing=frame.is_typing))
            case VisitorHas():
                await self._desk.signal(visitor_id, Signals(delivered=frame.seq))
            case VisitorHasRead():
                await self._desk.signal(visitor_id, Signals(read=frame.seq))
            case VisitorPage():
                await self._desk.signal(visitor_id, Signals(page=frame.page))
            case VisitorStarts() | VisitorEnds():
                act = self._desk.start if isinstance(frame, VisitorStarts) else self._desk.end
                await act(visitor_id)
                self._push(connection, VisitorResult(type="result", reply_to=frame.id))
            case VisitorBeat():
                self._beat(connection, frame.id)
            case VisitorHello():
                raise InvalidInput.of("type", "hello was said already")

    def _beat(self, connection: VisitorConnection, reply_to: int) -> None:
        answer = VisitorHeartbeat(
            type="heartbeat", reply_to=reply_to, now=clock.utc_now(), last_seq=connection.cursor
        )
        self._push(connection, answer)

    def _push(self, connection: VisitorConnection, message: Schema) -> None:
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


def _error(reply_to: int | None, error: AppError) -> VisitorError:
    return VisitorError(
        type="error",
        reply_to=reply_to,
        code=error.code,
        message=error.detail,
        field=error.errors[0].field if error.errors else None,
        retry_after_seconds=error.retry_after_seconds,
    )
