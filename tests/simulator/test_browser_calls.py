"""A browser phone dials out through its TwiML application, and streams are said to be no part of the network."""

import httpx

from simulator import Simulator
from simulator.journal import EntryKind
from tests.simulator.conftest import APPLICATION, NUMBER
from tests.simulator.product import BASE, Product

ROOM = (
    f'<Dial answerOnBridge="true"><Conference statusCallback="{BASE}/conf" statusCallbackEvent="join" '
    'participantLabel="agent">itx-2</Conference></Dial>'
)


async def test_click_to_call_reaches_the_application_with_what_the_page_said(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    product.script["/app-voice"] = ROOM
    agent = sim.client("agent_7")
    call = agent.call("+886933000111", taskId="42")
    await call.in_conference()
    (fields,) = product.of("/app-voice")
    assert (fields["From"], fields["To"], fields["Called"]) == ("client:agent_7", "+886933000111", "")
    assert (fields["Direction"], fields["CallStatus"]) == ("inbound", "ringing")
    assert (fields["ApplicationSid"], fields["taskId"]) == (APPLICATION, "42")
    form = {"From": NUMBER, "To": "+886933000111", "Label": "customer", "EarlyMedia": "true"}
    await rest.post("/Conferences/itx-2/Participants.json", data=form)
    await call.hears("(ringing)")
    customer = await sim.phone("+886933000111").rings()
    customer.accept()
    await customer.in_conference()
    assert sim.hears(call, customer)
    assert sim.hears(customer, call)
    assert [frame["type"] for frame in agent.frames] == ["connecting", "connected", "peers", "peers"]


async def test_streams_are_journalled_and_the_call_goes_on(sim: Simulator, product: Product) -> None:
    product.script["/app-voice"] = (
        '<Start><Stream name="s" url="wss://x.example/a"/></Start><Say>after it</Say>'
        '<Stop><Stream name="s"/></Stop><Say>and on</Say>'
    )
    call = sim.client("agent_7").call("+886933000111")
    await call.hears("after it")
    await call.hears("and on")
    said = [e.title for e in sim.journal.of(call.sid, EntryKind.ERROR)]
    assert said == [f"unsupported: <Stream> in <{verb}> is not simulated" for verb in ("Start", "Stop")]
