"""One browser's signalling websocket, as the SDK speaks it: JSON messages {type, version, payload}, and a line feed
every few seconds as a sign of life, without which the SDK connects anew after 15 s."""

import asyncio
import json
import time
from typing import Any
from urllib.parse import urlencode

from starlette.websockets import WebSocket, WebSocketDisconnect

from simulator.access_tokens import EXPIRED_TOKEN, TokenError, read_access_token
from simulator.calls import Call
from simulator.gateway.browser_leg import BrowserLeg
from simulator.gateway.gateway import Gateway
from simulator.gateway.sdp import BadDescriptionError
from simulator.journal import EntryKind
from simulator.people import NotLiveError

VERSION = "1.6"
HEARTBEAT_SECONDS = 4.0  # real s
REGION, HOME = "US_EAST_VIRGINIA", "us1"
# The SDK makes its own errors 20101 and 20104 of these, by these numbers only.
BAD_TOKEN_SIGN, EXPIRED_TOKEN_SIGN = 31204, 31205
DECLINED = 31002  # Twilio voice SDK: connection declined
GOING_AWAY = 1001  # websocket close code
BAD_MESSAGE = 31100  # Twilio voice SDK: malformed request


class BrowserPhone:
    """A registered device of the simulator (see `simulator/endpoints.py:Device`) at the other end of a websocket."""

    def __init__(self, gateway: Gateway, socket: WebSocket) -> None:
        self._gateway = gateway
        self._sim = gateway.sim
        self._socket = socket
        self._legs: dict[str, BrowserLeg] = {}  # by CallSid
        self._frames: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._identity: str | None = None
        self._is_registered = False
        self._expiry: asyncio.TimerHandle | None = None

    def notify(self, frame: dict[str, Any]) -> None:
        """Take a frame of the network; what it means to the browser is worked out in turn."""
        self._frames.put_nowait(frame)

    def token_ended(self) -> None:
        """The access token's time is over: the browser is rung no more until it shows another."""
        self._register(False)
        self._identity = None
        self.notify({"type": "expired"})

    async def serve(self) -> None:
        """From connect to disconnect."""
        await self._socket.accept()
        self._gateway.phones.add(self)
        tasks = [asyncio.create_task(self._pump()), asyncio.create_task(self._beat())]
        try:
            while True:
                text = await self._socket.receive_text()
                if text.strip():  # else the echo of a sign of life
                    await self._take(json.loads(text))
        except (WebSocketDisconnect, ValueError):
            pass
        finally:
            self._gateway.phones.discard(self)
            for task in tasks:
                task.cancel()
            self._gone()

    async def drop(self) -> None:
        """A fault: lose the websocket. The SDK connects anew and comes back for its call."""
        await self._socket.close(GOING_AWAY)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            await self._socket.send_text("\n")

    async def _say(self, kind: str, **payload: Any) -> None:
        await self._socket.send_json({"type": kind, "version": VERSION, "payload": payload})

    async def _refuse(self, code: int, message: str, **payload: Any) -> None:
        await self._say("error", error={"code": code, "message": message}, **payload)

    def _gone(self) -> None:
        self._register(False)
        if self._expiry is not None:
            self._expiry.cancel()
        for leg in self._legs.values():
            self._gateway.lost(leg)

    # ---- from the browser

    async def _take(self, message: object) -> None:
        kind = message.get("type") if isinstance(message, dict) else None
        payload = message.get("payload") if isinstance(message, dict) else None
        if not isinstance(payload, dict):
            await self._refuse(BAD_MESSAGE, "a message must be an object with type and payload")
        elif kind == "listen":
            await self._listen(payload)
        elif self._identity is None:
            await self._refuse(BAD_TOKEN_SIGN, "listen, with an access token, comes first")
        elif kind == "register":
            media = payload.get("media")
            self._register(isinstance(media, dict) and media.get("audio") is True)
            await self._say("ready")
        elif kind == "invite":
            await self._invited(payload)
        else:
            await self._of_a_call(str(kind), payload)

    async def _listen(self, payload: dict[str, Any]) -> None:
        try:
            token = read_access_token(self._sim.config, payload.get("token"))
        except TokenError as error:
            is_old = error.code == EXPIRED_TOKEN
            await self._refuse(EXPIRED_TOKEN_SIGN if is_old else BAD_TOKEN_SIGN, str(error))
            return
        seconds = token.expires_at - time.time()
        if self._gateway.first_token_seconds is not None:
            seconds = min(seconds, self._gateway.first_token_seconds)
            self._gateway.first_token_seconds = None
        self._identity = token.identity
        if self._expiry is not None:
            self._expiry.cancel()
        self._expiry = asyncio.get_running_loop().call_later(seconds, self.token_ended)
        self._sim.journal.add(EntryKind.CALL, "token shown", None, identity=token.identity)
        shown = {"identity": token.identity, "ttl": int(seconds)}
        await self._say("connected", region=REGION, home=HOME, token=shown)

    def _register(self, wanted: bool) -> None:
        if wanted == self._is_registered or self._identity is None:
            return
        self._is_registered = wanted
        change = self._sim.endpoints.register if wanted else self._sim.endpoints.unregister
        change(self._identity, self)

    async def _invited(self, payload: dict[str, Any]) -> None:
        """The browser comes back for a call. It dials no calls: the product's agents do that through the service."""
        leg = self._gateway.take_up(str(payload.get("reconnect")))
        call_sid = payload.get("callsid")
        if leg is None:
            await self._refuse(DECLINED, "there is no such call", callsid=call_sid)
            return
        self._legs[leg.call.sid] = leg
        self._sim.journal.add(EntryKind.CALL, "taken up again", leg.call.sid)
        await self._say("answer", callsid=call_sid, reconnect=leg.token)

    async def _of_a_call(self, kind: str, payload: dict[str, Any]) -> None:
        leg = self._legs.get(str(payload.get("callsid")))
        if leg is None:
            return  # it ended while the message was on its way
        people = self._sim.people
        try:
            match kind:
                case "answer":
                    leg.answered(str(payload.get("sdp")))
                    people.answer(leg.call)
                case "reject":
                    people.reject(leg.call)
                case "hangup":
                    people.hang_up(leg.call)
                case "dtmf":
                    people.press(leg.call, str(payload.get("dtmf")))
        except (BadDescriptionError, NotLiveError, ValueError) as error:
            await self._refuse(BAD_MESSAGE, str(error), callsid=leg.call.sid)

    # ---- from the network

    async def _pump(self) -> None:
        while True:
            frame = await self._frames.get()
            call = self._sim.calls.get(str(frame.get("call_sid")))
            match frame["type"]:
                case "expired":
                    await self._refuse(EXPIRED_TOKEN_SIGN, "the access token has expired")
                case "incoming" if call is not None:
                    await self._invite(call)
                case "connected" | "canceled" | "disconnected" if call is not None:
                    await self._ended(call, str(frame["type"]))

    async def _invite(self, call: Call) -> None:
        leg = self._legs[call.sid] = self._gateway.new_leg(call)
        offer = await leg.offer()
        parameters = {
            "From": call.from_,
            "To": call.address,
            "CallSid": call.sid,
            "AccountSid": self._sim.config.account_sid,
            "Params": urlencode(call.custom),
        }
        await self._say("invite", callsid=call.sid, sdp=offer, parameters=parameters, reconnect=leg.token)

    async def _ended(self, call: Call, how: str) -> None:
        leg = self._legs.get(call.sid)
        if leg is None or (how == "connected" and leg.is_answered):
            return
        del self._legs[call.sid]
        await self._say("hangup" if how == "disconnected" else "cancel", callsid=call.sid)
        await self._gateway.close(leg)
