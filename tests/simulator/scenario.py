"""One whole call against the scripted product: menu, waiting, an agent, recording, hold, a text, a survey, the end.

The scripted product is not robust; what it is for is to see that the network does what a fault says, and survives.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any

import httpx

from simulator import Simulator
from tests.simulator.conftest import CALLER, NUMBER
from tests.simulator.product import BASE, Product, Reply
from tests.simulator.test_conference_life import AGENT_FORM, ROOM

SCRIPT: dict[str, Reply] = {
    "/voice": '<Gather action="/menu" input="dtmf speech" numDigits="1" actionOnEmptyResult="true">'
    '<Say language="zh-TW">帳單請按一</Say></Gather>',
    "/menu": '<Enqueue action="/left" waitUrl="/wait">parking</Enqueue>',
    "/wait": '<Say language="zh-TW">請稍候</Say><Pause length="5"/>',
    "/left": "",
    "/fallback": "<Say>please call later</Say>",
    "/hold": "<Say>on hold</Say>",
    "/text-status": 204,
    "/csat": "<Say>thanks</Say>",
    "/after-conf": '<Gather action="/csat" numDigits="1" actionOnEmptyResult="true"><Say>rate us</Say></Gather>',
}
RECORD = {
    "RecordingStatusCallback": f"{BASE}/rec",
    "RecordingStatusCallbackEvent": "in-progress completed absent",
}


async def post(
    sim: Simulator, rest: httpx.AsyncClient, path: str, form: Mapping[str, object]
) -> dict[str, Any]:
    """A REST command; what a fault refuses is tried once more, but never a creation. Slow ones take their time."""
    answer = await _slowly(sim, rest, path, form)
    if answer.status_code >= 400 and "Participants.json" not in path:
        answer = await _slowly(sim, rest, path, form)
    found: dict[str, Any] = answer.json()
    return found


async def _slowly(
    sim: Simulator, rest: httpx.AsyncClient, path: str, form: Mapping[str, object]
) -> httpx.Response:
    request = asyncio.ensure_future(rest.post(path, data=dict(form)))
    await sim.until(request.done, 30, f"the answer to {path}")
    return request.result()


async def whole_call(sim: Simulator, product: Product, rest: httpx.AsyncClient) -> None:
    """Run it to the end, whatever goes wrong; at the end everybody has hung up and time has passed."""
    product.script |= SCRIPT
    agent = sim.client("agent_x")
    customer = await sim.phone(CALLER).call(NUMBER)
    with contextlib.suppress(AssertionError, RuntimeError):
        await customer.collecting(timeout=30)
        customer.say("帳單")
        await customer.queued(timeout=30)
        made = await post(sim, rest, "/Conferences/itx-1/Participants.json", AGENT_FORM)
        leg = await agent.rings(timeout=60)
        leg.accept()
        await leg.in_conference(timeout=30)
        await post(sim, rest, f"/Calls/{customer.sid}.json", {"Twiml": ROOM})
        await customer.in_conference(timeout=30)
        await post(sim, rest, f"/Calls/{customer.sid}/Recordings.json", RECORD)
        customer.say("我的帳單不對")
        await sim.advance(5)
        room = made.get("conference_sid", leg.call.participant and leg.call.participant.conference.sid)
        path = f"/Conferences/{room}/Participants/customer.json"
        await post(sim, rest, path, {"Hold": "true", "HoldUrl": f"{BASE}/hold"})
        recording = f"/Calls/{customer.sid}/Recordings/Twilio.CURRENT.json"
        await post(sim, rest, recording, {"Status": "paused"})
        await sim.advance(5)
        await post(sim, rest, recording, {"Status": "in-progress"})
        await post(sim, rest, path, {"Hold": "false"})
        text = {"From": NUMBER, "To": CALLER, "Body": "您的退款單號", "StatusCallback": f"{BASE}/text-status"}
        await post(sim, rest, "/Messages.json", text)
        await sim.advance(5)
        leg.hangup()
        await sim.advance(5)
    for call in list(sim.calls.values()):
        sim.people.hang_up(call)
    await sim.advance(40)
