"""The gateway's websocket, spoken to as the SDK does: tokens, registering, and what becomes of a ring."""

import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import jwt
import pytest
from websockets.asyncio.client import ClientConnection, connect

from simulator import Simulator
from simulator.gateway import Gateway, create_gateway_app
from simulator.phones import PhoneCall
from tests.simulator.conftest import ACCOUNT, API_KEY, NUMBER, SECRET
from tests.support.centre import free_port, served
from tests.support.waiting import eventually

LEG = {"From": NUMBER, "To": "client:agent_7?leg=l1&note=%E4%BD%A0", "Label": "a", "Timeout": "30"}
DAY = 86_400.0  # s; tokens are made when tests are collected, long before the last test runs
ROOM = "/Conferences/room/Participants.json"


def token(seconds: float = DAY, **changes: Any) -> str:
    grants = {"identity": "agent_7", "voice": {"incoming": {"allow": True}}}
    claims = {"iss": API_KEY, "sub": ACCOUNT, "exp": int(time.time() + seconds), "grants": grants, **changes}
    return jwt.encode(claims, SECRET, "HS256")


@dataclass
class Browser:
    """The SDK's side of the websocket."""

    socket: ClientConnection

    async def say(self, kind: str, **payload: Any) -> None:
        await self.socket.send(json.dumps({"type": kind, "version": "1.6", "payload": payload}))

    async def hears(self, kind: str) -> dict[str, Any]:
        """The payload of the next message that is no sign of life; it must be of this kind."""
        while True:
            text = await self.socket.recv()
            if str(text).strip():
                message = json.loads(text)
                assert message["type"] == kind, message
                payload: dict[str, Any] = message["payload"]
                return payload

    async def registers(self) -> None:
        await self.say("listen", token=token())
        await self.hears("connected")
        await self.say("register", media={"audio": True})
        await self.hears("ready")


@contextlib.asynccontextmanager
async def connected(gateway: Gateway) -> AsyncIterator[Browser]:
    port = free_port()
    async with (
        served(create_gateway_app(gateway), port),
        connect(f"ws://127.0.0.1:{port}/signal", open_timeout=30) as socket,
    ):
        yield Browser(socket)


@pytest.fixture
async def browser(sim: Simulator) -> AsyncIterator[Browser]:
    async with connected(Gateway(sim)) as browser:
        yield browser


async def rung(sim: Simulator, rest: httpx.AsyncClient) -> PhoneCall:
    """A leg that rings at the browser."""
    made = await rest.post(ROOM, data=LEG)
    call = sim.calls[made.json()["call_sid"]]
    await sim.advance(1)
    return PhoneCall(sim, call)


async def test_a_good_token_is_answered_with_who_it_is_and_how_long(browser: Browser) -> None:
    await browser.say("listen", token=token())
    said = await browser.hears("connected")
    assert said["token"]["identity"] == "agent_7"
    assert DAY / 2 < said["token"]["ttl"] <= DAY


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        (token(-DAY), 31205),
        (token(iss="SK" + "0" * 32), 31204),
        (token(sub="AC" + "9" * 32), 31204),
        (token(grants={"identity": "agent_7"}), 31204),
        ("nonsense", 31204),
        (None, 31204),
    ],
)
async def test_a_bad_token_is_refused_by_the_number_the_sdk_knows(
    browser: Browser, shown: str | None, code: int
) -> None:
    await browser.say("listen", token=shown)
    assert (await browser.hears("error"))["error"]["code"] == code


async def test_nobody_registers_without_a_token(browser: Browser, sim: Simulator) -> None:
    await browser.say("register", media={"audio": True})
    assert (await browser.hears("error"))["error"]["code"] == 31204
    assert not sim.endpoints.devices("client:agent_7")


async def test_a_registered_browser_is_rung_with_the_parameters_of_the_leg(
    browser: Browser, sim: Simulator, rest: httpx.AsyncClient
) -> None:
    await browser.registers()
    ring = await rung(sim, rest)
    invite = await browser.hears("invite")
    assert invite["callsid"] == invite["parameters"]["CallSid"] == ring.sid
    assert invite["parameters"]["Params"] == "leg=l1&note=%E4%BD%A0"
    assert "a=candidate:" in invite["sdp"]
    assert "UDP/TLS/RTP/SAVPF 0" in invite["sdp"]


async def test_a_ring_can_be_rejected(browser: Browser, sim: Simulator, rest: httpx.AsyncClient) -> None:
    await browser.registers()
    ring = await rung(sim, rest)
    await browser.say("reject", callsid=(await browser.hears("invite"))["callsid"])
    await browser.hears("hangup")
    assert ring.status == "busy"


async def test_a_ring_that_is_taken_back_is_cancelled(
    browser: Browser, sim: Simulator, rest: httpx.AsyncClient
) -> None:
    await browser.registers()
    ring = await rung(sim, rest)
    await browser.hears("invite")
    await rest.post(f"/Calls/{ring.sid}.json", data={"Status": "completed"})
    assert (await browser.hears("cancel"))["callsid"] == ring.sid


async def test_an_answer_without_what_is_needed_names_it_and_the_call_rings_on(
    browser: Browser, sim: Simulator, rest: httpx.AsyncClient
) -> None:
    await browser.registers()
    ring = await rung(sim, rest)
    await browser.say("answer", callsid=(await browser.hears("invite"))["callsid"], sdp="v=0\r\n")
    assert "fingerprint" in (await browser.hears("error"))["error"]["message"]
    assert ring.status == "ringing"


async def test_a_browser_that_unregisters_or_goes_is_not_rung(browser: Browser, sim: Simulator) -> None:
    await browser.registers()
    assert sim.endpoints.devices("client:agent_7")
    await browser.say("register", media={"audio": False})
    await browser.hears("ready")
    assert not sim.endpoints.devices("client:agent_7")
    await browser.registers()
    await browser.socket.close()

    async def gone() -> bool:
        return not sim.endpoints.devices("client:agent_7")

    await eventually(gone, what="the device is unregistered")


async def test_a_token_ends_when_it_says_so(sim: Simulator) -> None:
    async with connected(Gateway(sim, first_token_seconds=0.2)) as browser:
        await browser.say("listen", token=token())
        await browser.hears("connected")
        assert (await browser.hears("error"))["error"]["code"] == 31205
        await browser.say("register", media={"audio": True})
        assert (await browser.hears("error"))["error"]["code"] == 31204


async def test_a_browser_whose_token_ended_is_not_rung_until_it_shows_another(sim: Simulator) -> None:
    gateway = Gateway(sim)
    async with connected(gateway) as browser:
        await browser.registers()
        (phone,) = gateway.phones
        phone.token_ended()
        assert (await browser.hears("error"))["error"]["code"] == 31205
        assert not sim.endpoints.devices("client:agent_7")
        await browser.registers()
        assert sim.endpoints.devices("client:agent_7")


async def test_the_gateway_dials_nobody(browser: Browser) -> None:
    await browser.registers()
    await browser.say("invite", callsid="TJ1", sdp="v=0", twilio={"params": "To=%2B886933000111"})
    assert (await browser.hears("error"))["error"]["code"] == 31002


async def test_what_is_no_message_is_named(browser: Browser) -> None:
    await browser.socket.send('"hello"')
    assert (await browser.hears("error"))["error"]["code"] == 31100
