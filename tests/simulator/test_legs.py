"""Outbound legs: what each kind of endpoint does, and which callbacks follow."""

import httpx
import pytest

from simulator import Knobs, Simulator, SteppedClock
from simulator.app import create_app
from simulator.endpoints import Policy
from tests.simulator.conftest import ACCOUNT, NUMBER, make_config
from tests.simulator.product import BASE, TOKEN, Product

EVENTS = "initiated ringing answered completed"
PHONE = "+886933333333"


def leg_form(to: str, **more: str) -> dict[str, str]:
    """A call that says hello, with all callbacks."""
    return {
        "From": NUMBER,
        "To": to,
        "Twiml": "<Response><Say>hello</Say></Response>",
        "StatusCallback": f"{BASE}/leg",
        "StatusCallbackEvent": EVENTS,
        "Timeout": "15",
    } | more


@pytest.mark.parametrize(
    ("policy", "statuses", "sip"),
    [
        (Policy.ANSWER, ["initiated", "ringing", "in-progress", "completed"], None),
        (Policy.BUSY, ["initiated", "ringing", "busy"], "486"),
        (Policy.REJECT, ["initiated", "ringing", "busy"], "486"),
        (Policy.NO_ANSWER, ["initiated", "ringing", "no-answer"], "487"),
        (Policy.OFFLINE, ["initiated", "failed"], "480"),
    ],
)
async def test_scripted_endpoint(
    sim: Simulator,
    product: Product,
    rest: httpx.AsyncClient,
    policy: Policy,
    statuses: list[str],
    sip: str | None,
) -> None:
    sim.endpoints.set(PHONE, policy)
    await rest.post("/Calls.json", data=leg_form(PHONE))
    await sim.advance(30)
    assert product.events("/leg") == statuses
    last = product.of("/leg")[-1]
    assert last.get("SipResponseCode") == sip
    assert last["SequenceNumber"] == str(len(statuses) - 1)
    assert last["CallbackSource"] == "call-progress-events"


async def test_client_nobody_registered_is_offline(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    await rest.post("/Calls.json", data=leg_form("client:nobody"))
    await sim.advance(3)
    assert product.events("/leg")[-1] == "failed"


async def test_ring_time_is_the_timeout_plus_five_seconds(sim: Simulator, rest: httpx.AsyncClient) -> None:
    agent = sim.client("agent_x")
    await rest.post("/Calls.json", data=leg_form("client:agent_x"))
    leg = await agent.rings()
    await sim.advance(19)
    assert leg.status == "ringing"
    await sim.advance(2)
    assert leg.status == "no-answer"
    assert leg.accept() is False
    assert [frame["type"] for frame in agent.frames] == ["incoming", "canceled", "disconnected"]


@pytest.mark.parametrize("status", ["completed", "canceled"])
async def test_rest_can_cancel_a_ringing_leg(
    sim: Simulator, product: Product, rest: httpx.AsyncClient, status: str
) -> None:
    agent = sim.client("agent_x")
    await rest.post("/Calls.json", data=leg_form("client:agent_x"))
    leg = await agent.rings()
    answer = await rest.post(f"/Calls/{leg.sid}.json", data={"Status": status})
    assert answer.json()["status"] == "canceled"
    await sim.advance(2)
    assert product.events("/leg") == ["initiated", "ringing", "canceled"]


async def test_cancel_does_nothing_once_answered(sim: Simulator, rest: httpx.AsyncClient) -> None:
    agent = sim.client("agent_x")
    await rest.post("/Calls.json", data=leg_form("client:agent_x"))
    leg = await agent.rings()
    leg.accept()
    await leg.connected()
    answer = await rest.post(f"/Calls/{leg.sid}.json", data={"Status": "canceled"})
    assert answer.json()["status"] == "in-progress"
    await leg.hears("hello")


async def test_participant_leg_that_fails_leaves_as_add_failed(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    form = {
        "From": NUMBER,
        "To": "client:nobody",
        "Label": "agent-1",
        "ConferenceStatusCallback": f"{BASE}/conf",
        "ConferenceStatusCallbackEvent": "start end join leave",
    }
    made = (await rest.post("/Conferences/r/Participants.json", data=form)).json()
    await sim.advance(3)
    assert product.of("/conf")[0]["ReasonParticipantLeft"] == "participant_add_failed"
    path = f"/Conferences/{made['conference_sid']}/Participants/agent-1.json"
    assert (await rest.get(path)).status_code == 404
    assert sim.oracles() == []


async def test_agent_with_two_live_legs_is_a_violation(sim: Simulator, rest: httpx.AsyncClient) -> None:
    sim.endpoints.set("client:agent_x", Policy.ANSWER, after=0.5)
    twiml = '<Response><Pause length="20"/></Response>'
    for _ in range(2):
        await rest.post("/Calls.json", data=leg_form("client:agent_x", Twiml=twiml))
    await sim.advance(5)
    assert "O3" in {v.oracle for v in sim.oracles()}


async def test_account_limit_queues_further_creates(product: Product) -> None:
    sim = Simulator(make_config(Knobs(creates_per_second=1.0)), SteppedClock(), product.transport, seed=1)
    sim.endpoints.set(PHONE, Policy.ANSWER)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(sim)),
        base_url=f"http://sim/2010-04-01/Accounts/{ACCOUNT}",
        auth=(ACCOUNT, TOKEN),
    ) as rest:
        queued = [(await rest.post("/Calls.json", data=leg_form(PHONE))).json() for _ in range(3)]
    assert [(c["status"], c["queue_time"]) for c in queued] == [
        ("queued", "0"),
        ("queued", "1000"),
        ("queued", "2000"),
    ]
    await sim.advance(10)
    await sim.close()


async def test_time_limit_ends_a_call(sim: Simulator, rest: httpx.AsyncClient) -> None:
    sim.endpoints.set(PHONE, Policy.ANSWER)
    twiml = '<Response><Pause length="600"/></Response>'
    made = (await rest.post("/Calls.json", data=leg_form(PHONE, Twiml=twiml, TimeLimit="30"))).json()
    await sim.advance(40)
    fetched = (await rest.get(f"/Calls/{made['sid']}.json")).json()
    assert (fetched["status"], fetched["duration"]) == ("completed", "30")
