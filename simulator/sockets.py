"""The two websockets: the journal for the phone page, and the agent's softphone."""

import asyncio
import contextlib
from collections import deque
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from simulator.access_tokens import TokenError, read_access_token
from simulator.calls import Call, CallStatus
from simulator.clock import TimerHandle
from simulator.journal import Entry
from simulator.network import Simulator
from simulator.people import NotLiveError, UnknownNumberError

BAD_FRAME = 31100  # Twilio voice SDK: general malformed request
NO_SUCH_CALL = 31404  # Twilio voice SDK: not found
POLICY_VIOLATION = 1008  # websocket close code
REGISTER_SECONDS = 10.0  # real s for the first frame
OUTBOX_SIZE = 500  # frames a slow softphone may be behind


async def events_socket(sim: Simulator, socket: WebSocket) -> None:
    """First the backlog of ?call= (or everything) with a number greater than ?after=, then each new line; slow
    readers lose the oldest lines."""
    call_sid = socket.query_params.get("call")
    after_text = socket.query_params.get("after", "")
    after = int(after_text) if after_text.isdecimal() else 0

    def wanted(entry: Entry) -> bool:
        return entry.n > after and (call_sid is None or entry.call_sid == call_sid)

    await socket.accept()
    backlog, listener = sim.journal.listen(wanted)
    gone = asyncio.create_task(_until_gone(socket))
    try:
        for entry in backlog:
            await socket.send_json(entry.as_json())
        while not gone.done():
            following = asyncio.create_task(listener.next())
            await asyncio.wait({following, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not following.done():
                following.cancel()
                break
            await socket.send_json(following.result().as_json())
    except WebSocketDisconnect:
        pass
    finally:
        sim.journal.leave(listener)
        gone.cancel()


async def _until_gone(socket: WebSocket) -> None:
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            await socket.receive_text()


class Softphone:
    """One registered socket of a client. Frames are queued, so that telling it never blocks the network."""

    def __init__(self) -> None:
        self._outbox: deque[dict[str, Any]] = deque(maxlen=OUTBOX_SIZE)
        self._ready = asyncio.Event()

    def notify(self, frame: dict[str, Any]) -> None:
        """Queue a frame."""
        self._outbox.append(frame)
        self._ready.set()

    async def pump(self, socket: WebSocket) -> None:
        """Send queued frames until cancelled."""
        while True:
            while self._outbox:
                await socket.send_json(self._outbox.popleft())
            self._ready.clear()
            await self._ready.wait()


class ClientSockets:
    """All softphone sockets; a leg outlives the loss of its last socket by the grace time only."""

    def __init__(self, sim: Simulator) -> None:
        self._sim = sim
        self._grace: dict[str, TimerHandle] = {}

    async def serve(self, socket: WebSocket) -> None:
        """One softphone from connect to disconnect."""
        await socket.accept()
        try:
            identity = await self._register(socket)
        except (WebSocketDisconnect, TimeoutError):
            return
        if identity is None:
            await socket.close(POLICY_VIOLATION)
            return
        phone = Softphone()
        self._attach(identity, phone)
        pump = asyncio.create_task(phone.pump(socket))
        try:
            while True:
                self._take(identity, phone, await socket.receive_json())
        except (WebSocketDisconnect, ValueError):
            pass
        finally:
            pump.cancel()
            self._detach(identity, phone)

    async def _register(self, socket: WebSocket) -> str | None:
        async with asyncio.timeout(REGISTER_SECONDS):
            try:
                frame = await socket.receive_json()
            except ValueError:
                frame = {}
        try:
            if not isinstance(frame, dict) or frame.get("type") != "register":
                raise TokenError(BAD_FRAME, "the first frame must be {type: register, token}")
            return read_access_token(self._sim.config, frame.get("token")).identity
        except TokenError as error:
            await socket.send_json({"type": "error", "code": error.code, "message": str(error)})
            return None

    def _attach(self, identity: str, phone: Softphone) -> None:
        self._sim.endpoints.register(identity, phone)
        grace = self._grace.pop(identity, None)
        if grace:
            grace.cancel()
        phone.notify({"type": "registered", "identity": identity})
        for call in self._legs(identity):
            if call.status is CallStatus.RINGING:
                fields = {"from": call.from_, "params": call.custom}
                phone.notify({"type": "incoming", "call_sid": call.sid, **fields})
            elif call.status is CallStatus.IN_PROGRESS:
                phone.notify({"type": "connected", "call_sid": call.sid})

    def _detach(self, identity: str, phone: Softphone) -> None:
        self._sim.endpoints.unregister(identity, phone)
        if self._sim.endpoints.devices(f"client:{identity}") or identity in self._grace:
            return

        def drop() -> None:
            self._grace.pop(identity, None)
            for call in self._legs(identity):
                self._sim.hang_up(call, by="network")

        self._grace[identity] = self._sim.clock.call_later(self._sim.config.knobs.client_grace, drop)

    def _legs(self, identity: str) -> list[Call]:
        return [c for c in self._sim.calls.values() if c.live and c.address == f"client:{identity}"]

    def _take(self, identity: str, phone: Softphone, frame: object) -> None:
        if frame == "ping" or (isinstance(frame, dict) and frame.get("type") == "ping"):
            phone.notify({"type": "pong"})
            return
        try:
            self._act(identity, frame)
        except TokenError as error:
            phone.notify({"type": "error", "code": error.code, "message": str(error)})
        except (ValueError, NotLiveError) as error:
            phone.notify({"type": "error", "code": BAD_FRAME, "message": str(error)})

    def _connect(self, identity: str, params: object) -> None:
        if not isinstance(params, dict) or not all(isinstance(value, str) for value in params.values()):
            raise TokenError(BAD_FRAME, "params: must be an object of texts")
        try:
            self._sim.people.connect(identity, params)
        except UnknownNumberError as error:
            raise TokenError(NO_SUCH_CALL, f"there is no TwiML application ({error})") from None

    def _act(self, identity: str, frame: object) -> None:
        if not isinstance(frame, dict):
            raise TokenError(BAD_FRAME, "a frame must be a JSON object")
        if frame.get("type") == "connect":
            self._connect(identity, frame.get("params", {}))
            return
        call = next((c for c in self._legs(identity) if c.sid == frame.get("call_sid")), None)
        if call is None:
            raise TokenError(NO_SUCH_CALL, "call_sid: there is no such live call of this client")
        people = self._sim.people
        match frame.get("type"):
            case "accept":
                people.answer(call)
            case "reject":
                people.reject(call)
            case "hangup":
                people.hang_up(call)
            case "digits":
                people.press(call, str(frame.get("digits", "")))
            case "say":
                people.say(call, str(frame.get("text", "")))
            case "mute":
                people.mute(call, bool(frame.get("on")))
            case other:
                raise TokenError(BAD_FRAME, f"type: {other!r} is not a frame of this protocol")
