"""The control API and the websockets, over real loopback sockets at high speed."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import jwt
import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect

from simulator import Knobs, RealClock, Simulator
from simulator.app import create_app
from tests.simulator.conftest import ACCOUNT, API_KEY, CALLER, NUMBER, SECRET, make_config
from tests.simulator.product import TOKEN, Product

SPEED = 50.0
GRACE = 100.0  # virtual s: two real seconds, enough to reconnect on a busy machine
PATIENCE = 10.0  # real s
LEG = {"From": NUMBER, "To": "client:agent_x?itx=1", "Label": "agent-1", "Timeout": "600"}


class Served:
    """The network behind a loopback port."""

    def __init__(self, sim: Simulator, port: int) -> None:
        self.sim = sim
        self.http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", auth=(ACCOUNT, TOKEN))
        self._ws = f"ws://127.0.0.1:{port}"

    def socket(self, path: str) -> connect:
        """A websocket to a path."""
        return connect(self._ws + path, proxy=None)

    async def ring_agent(self) -> str:
        """Let the product dial the agent into a conference; gives the CallSid."""
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Conferences/room/Participants.json"
        made = await self.http.post(path, data=LEG)
        return str(made.json()["call_sid"])


@pytest.fixture
async def served(product: Product) -> AsyncIterator[Served]:
    """A server on a free port; virtual time runs fifty times as fast."""
    sim = Simulator(make_config(Knobs(client_grace=GRACE)), RealClock(SPEED), product.transport, seed=3)
    config = uvicorn.Config(create_app(sim), log_level="critical", ws="websockets-sansio")
    server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    served = Served(sim, listening.getsockname()[1])
    yield served
    await served.http.aclose()
    server.should_exit = True
    await task
    listening.close()
    await sim.close()


def token(identity: str = "agent_x", **changes: Any) -> str:
    """An access token as the product would mint it."""
    now = int(time.time())
    grants = {"identity": identity, "voice": {"incoming": {"allow": True}}}
    claims = {"jti": "x", "iss": API_KEY, "sub": ACCOUNT, "exp": now + 600, "grants": grants} | changes
    return jwt.encode(claims, SECRET, algorithm="HS256", headers={"cty": "twilio-fpa;v=1"})


async def frame(ws: ClientConnection, kind: str) -> dict[str, Any]:
    """The next frame of a kind."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found: dict[str, Any] = json.loads(await ws.recv())
            if found["type"] == kind:
                return found


async def register(ws: ClientConnection, access_token: str | None = None) -> None:
    """Register a softphone."""
    await ws.send(json.dumps({"type": "register", "token": access_token or token()}))


async def send(ws: ClientConnection, kind: str, call_sid: str, **fields: Any) -> None:
    """A client frame."""
    await ws.send(json.dumps({"type": kind, "call_sid": call_sid, **fields}))


async def test_directory_lists_numbers_and_callers(served: Served) -> None:
    body = (await served.http.get("/sim/directory")).json()
    assert body["numbers"] == [{"number": NUMBER, "label": "main"}]
    assert [caller["number"] for caller in body["callers"]] == [CALLER, None]


async def test_phone_page_can_call_press_and_hang_up(served: Served, product: Product) -> None:
    product.script |= {
        "/voice": '<Gather action="/key" numDigits="1" timeout="600"><Say>請按一</Say></Gather>',
        "/key": "<Pause/>",
    }
    made = await served.http.post("/sim/calls", json={"from": CALLER, "to": NUMBER})
    sid = made.json()["call_sid"]
    assert made.status_code == 201
    async with served.socket(f"/sim/events?call={sid}") as ws:
        async with asyncio.timeout(PATIENCE):
            while True:
                entry = json.loads(await ws.recv())
                if entry["kind"] == "hears":
                    break
        assert entry["detail"] == {
            "text": "請按一",
            "language": "en-US",
            "interruptible": True,
            "speaker": None,
        }
        state = (await served.http.get(f"/sim/calls/{sid}")).json()
        assert state["collecting"] == {"input": "dtmf", "numDigits": 1}
        await served.http.post(f"/sim/calls/{sid}/press", json={"digits": "1"})
        await served.http.post(f"/sim/calls/{sid}/hangup")
        async with asyncio.timeout(PATIENCE):
            while entry["title"] != "completed":
                entry = json.loads(await ws.recv())
    over = await served.http.post(f"/sim/calls/{sid}/press", json={"digits": "1"})
    assert (over.status_code, "over" in over.json()["error"]) == (409, True)
    async with (
        served.socket(f"/sim/events?call={sid}&after={entry['n'] - 1}") as again,
        asyncio.timeout(PATIENCE),
    ):
        assert json.loads(await again.recv())["n"] >= entry["n"]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"from": "0912", "to": NUMBER}, 422, "from"),
        ({"from": CALLER, "to": "nobody"}, 422, "to"),
        ({"from": CALLER, "to": "+886999999999"}, 404, "to"),
        ([], 422, None),
    ],
)
async def test_bad_call_is_refused_by_name(
    served: Served, body: object, status: int, field: str | None
) -> None:
    answer = await served.http.post("/sim/calls", json=body)
    assert (answer.status_code, answer.json().get("field")) == (status, field)


async def test_softphone_accepts_hears_of_peers_and_hangs_up(served: Served) -> None:
    async with served.socket("/sim/client") as ws:
        await register(ws)
        assert (await frame(ws, "registered"))["identity"] == "agent_x"
        sid = await served.ring_agent()
        incoming = await frame(ws, "incoming")
        assert (incoming["call_sid"], incoming["from"], incoming["params"]) == (sid, NUMBER, {"itx": "1"})
        await send(ws, "accept", sid)
        assert (await frame(ws, "connected"))["call_sid"] == sid
        await send(ws, "mute", sid, on=True)
        await send(ws, "digits", sid, digits="12")
        await send(ws, "hangup", sid)
        assert (await frame(ws, "disconnected"))["reason"] == "callee"


async def test_softphone_rejects(served: Served) -> None:
    async with served.socket("/sim/client") as ws:
        await register(ws)
        sid = await served.ring_agent()
        await frame(ws, "incoming")
        await send(ws, "reject", sid)
        assert (await frame(ws, "disconnected"))["reason"] == "busy"


async def test_caller_gone_cancels_the_ringing_softphone(served: Served) -> None:
    async with served.socket("/sim/client") as ws:
        await register(ws)
        sid = await served.ring_agent()
        await frame(ws, "incoming")
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{sid}.json"
        await served.http.post(path, data={"Status": "completed"})
        assert (await frame(ws, "canceled"))["call_sid"] == sid


async def test_lost_socket_ends_the_leg_after_the_grace(served: Served) -> None:
    async with served.socket("/sim/client") as ws:
        await register(ws)
        sid = await served.ring_agent()
        await frame(ws, "incoming")
        await send(ws, "accept", sid)
        await frame(ws, "connected")
    call = served.sim.calls[sid]
    assert call.live
    await served.sim.until(lambda: not call.live, 10 * GRACE, "the leg drops")
    assert call.ended is not None
    assert call.ended_by == "network"


async def test_reconnect_within_the_grace_keeps_the_leg(served: Served) -> None:
    async with served.socket("/sim/client") as ws:
        await register(ws)
        sid = await served.ring_agent()
        await frame(ws, "incoming")
        await send(ws, "accept", sid)
        await frame(ws, "connected")
    async with served.socket("/sim/client") as ws:
        await register(ws)
        assert (await frame(ws, "connected"))["call_sid"] == sid
        await served.sim.clock.sleep(1.2 * GRACE)
        assert served.sim.calls[sid].live


@pytest.mark.parametrize(
    ("make", "code"),  # made in the test: a token made when the tests are collected may be old when they run
    [
        (lambda: token(iss="SK" + "f" * 32), 20101),
        (lambda: token(sub="AC" + "f" * 32), 20101),
        (lambda: token(exp=int(time.time()) - 10), 20104),
        (lambda: token(grants={"identity": "agent_x"}), 20101),
        (lambda: "rubbish", 20101),
    ],
    ids=["other key", "other account", "expired", "no voice grant", "rubbish"],
)
async def test_bad_token_is_refused(served: Served, make: Callable[[], str], code: int) -> None:
    async with served.socket("/sim/client") as ws:
        await register(ws, make())
        assert (await frame(ws, "error"))["code"] == code


async def test_unknown_call_and_frame_are_answered_with_an_error(served: Served) -> None:
    async with served.socket("/sim/client") as ws:
        await register(ws)
        await send(ws, "accept", "CA" + "0" * 32)
        assert (await frame(ws, "error"))["code"] == 31404
        await ws.send(json.dumps({"type": "ping"}))
        assert (await frame(ws, "pong"))["type"] == "pong"


async def test_endpoint_fault_and_oracle_by_http(served: Served) -> None:
    set_ = await served.http.put("/sim/endpoints/client:bot", json={"policy": "answer", "after": 1})
    assert set_.json()["policies"]["client:bot"] == {"policy": "answer", "after": 1.0}
    bad = await served.http.put("/sim/endpoints/client:bot", json={"policy": "dance"})
    assert (bad.status_code, bad.json()["field"]) == (422, "policy")
    assert (await served.http.post("/sim/faults", json={"effect": "drop", "nth": 1})).status_code == 201
    refused = await served.http.post("/sim/faults", json={"effect": "drop", "nht": 1})
    assert (refused.status_code, refused.json()["field"]) == (422, "nht")
    assert (await served.http.delete("/sim/faults")).status_code == 204
    assert (await served.http.get("/sim/oracles")).json() == {"violations": []}
    assert (await served.http.get("/healthz")).json() == {"status": "ok"}


async def test_softphone_dials_out_over_its_socket(served: Served, product: Product) -> None:
    product.script["/app-voice"] = '<Pause length="1"/><Say>hello</Say><Pause length="60"/>'
    async with served.socket("/sim/client") as ws:
        await register(ws)
        await ws.send(json.dumps({"type": "connect", "params": {"To": "+886933000111", "taskId": "7"}}))
        sid = (await frame(ws, "connecting"))["call_sid"]
        assert (await frame(ws, "connected"))["call_sid"] == sid
        await send(ws, "hangup", sid)
        await frame(ws, "disconnected")
        await ws.send(json.dumps({"type": "connect", "params": {"To": 5}}))
        assert "params" in (await frame(ws, "error"))["message"]
    assert product.of("/app-voice")[0]["taskId"] == "7"
