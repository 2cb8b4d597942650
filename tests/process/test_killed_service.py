"""kill -9 of the service in the worst moments: nothing is lost, nothing happens twice."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from twilio.request_validator import RequestValidator

from app.core.clock import utc_now
from app.core.db import Database
from app.core.settings import Settings
from app.demo.run import service_environment, simulator_config
from app.demo.summary import MAIN_NUMBER, summary
from app.faq.answering import AnsweringMode, set_answering
from simulator import RealClock, Simulator, parse_config
from simulator.app import create_app as create_simulator
from simulator.faults import FaultEffect, FaultRule
from tests.process.service import Service
from tests.routing.invariants import broken
from tests.support.centre import ACCOUNT, Centre, free_port, served
from tests.support.proxy import Proxy, proxy_to
from tests.support.waiting import eventually

pytestmark = pytest.mark.process

SPEED = 8.0  # simulated seconds per real second; a restart must fit into the wait of a caller
INBOUND = "/webhooks/twilio/voice/inbound"


@dataclass
class Killable:
    """The centre of the other tests with the service in a process of its own, behind a proxy."""

    centre: Centre
    service: Service
    proxy: Proxy

    async def restart(self) -> None:
        """Start the service again after a kill."""
        await asyncio.to_thread(self.service.start)


@pytest.fixture
async def killable(demo_dsn: str) -> AsyncIterator[Killable]:
    """The running product in processes, with a demo centre."""
    port, simulator_port = free_port(), free_port()
    async with contextlib.AsyncExitStack() as stack:
        proxy = await stack.enter_async_context(proxy_to(port))
        base = f"http://127.0.0.1:{proxy.port}"
        simulator_url = f"http://127.0.0.1:{simulator_port}"
        settings = Settings(_env_file=None, port=port, simulator_port=simulator_port, public_base_url=base)
        facts = summary(settings, is_new=False)
        config = parse_config(simulator_config(facts, ACCOUNT, base, simulator_url))
        simulator = Simulator(config, RealClock(SPEED), seed=7)
        stack.push_async_callback(simulator.close)
        await stack.enter_async_context(served(create_simulator(simulator), simulator_port))
        service = Service(service_environment(settings, demo_dsn, ACCOUNT, base, simulator_url), port)
        stack.callback(service.close)
        await asyncio.to_thread(service.start)
        database = Database(demo_dsn, pool_size=4)
        await database.open()
        stack.push_async_callback(database.close)
        centre = Centre(FastAPI(), settings, base, simulator, simulator_url, database, facts)
        stack.push_async_callback(centre.close)
        yield Killable(centre, service, proxy)


async def test_a_contact_that_was_ringing_rings_once_after_the_restart(killable: Killable) -> None:
    centre = killable.centre
    mei = await centre.at_work("mei")
    call = await centre.call()
    await call.collecting()
    call.press("0")
    made = await mei.event("offer.made")
    await asyncio.to_thread(killable.service.kill)
    await killable.restart()
    await mei.connect(resume=True)
    # after a slow restart the offer has run out, and the agent says so to get it again
    await mei.command("PUT", "/agents/me/presence", {"presence": "available"})
    await centre.becomes(
        "select count(*) from offers where state = 'pending' and agent_id = $1", 1, mei.agent_id
    )
    offer_id = await centre.value("select id from offers where state = 'pending'")
    await mei.command("POST", f"/offers/{offer_id}/accept")
    contact_id = made["offer"]["contact_id"]
    await centre.becomes("select state from contacts where id = $1", "active", contact_id)
    assert await centre.value("select count(*) from contacts where state <> 'closed'") == 1
    assert await broken(centre.database) == {}


async def test_a_contact_that_waited_is_offered_after_the_restart(killable: Killable) -> None:
    centre = killable.centre
    call = await centre.call()
    await call.collecting()
    call.press("0")
    await centre.becomes("select count(*) from contacts where state = 'queued'", 1)
    queued_at = await centre.value("select queued_at from contacts where state = 'queued'")
    await asyncio.to_thread(killable.service.kill)
    await killable.restart()
    mei = await centre.at_work("mei")
    made = await mei.event("offer.made")
    contact_id = made["offer"]["contact_id"]
    assert await centre.value("select queued_at from contacts where id = $1", contact_id) == queued_at
    assert await centre.value("select count(*) from offers where contact_id = $1", contact_id) == 1
    assert await broken(centre.database) == {}


async def test_an_inbound_call_whose_answer_was_lost_is_one_contact(killable: Killable) -> None:
    """Killed between the commit and the answer; the carrier asks again and hears what it should have heard."""
    centre, proxy = killable.centre, killable.proxy
    fields = {
        "CallSid": "CA" + "5" * 32,
        "AccountSid": ACCOUNT["account_sid"],
        "From": centre.facts.callers[0].number,
        "To": MAIN_NUMBER,
        "CallStatus": "ringing",
        "Direction": "inbound",
        "ApiVersion": "2010-04-01",
    }
    url = f"{centre.base_url}{INBOUND}"
    signature = RequestValidator(ACCOUNT["auth_token"]).compute_signature(url, fields)
    before = await centre.value("select count(*) from contacts")
    killed = asyncio.Event()

    def kill() -> None:
        killable.service.kill()
        killed.set()

    proxy.swallow(INBOUND, kill)
    async with httpx.AsyncClient(timeout=20) as http:
        with pytest.raises(httpx.HTTPError):
            await http.post(url, data=fields, headers={"X-Twilio-Signature": signature})
        assert killed.is_set()
        await killable.restart()
        again = await http.post(url, data=fields, headers={"X-Twilio-Signature": signature})
        third = await http.post(url, data=fields, headers={"X-Twilio-Signature": signature})
    assert again.status_code == third.status_code == 200
    assert again.content == third.content
    first = proxy.swallowed.partition(b"\r\n\r\n")[2]
    assert first == again.content
    assert await centre.value("select count(*) from contacts") == before + 1
    opened = "select count(*) from touchpoints t join voice_calls v using (contact_id) where v.call_sid = $1"
    assert await centre.value(f"{opened} and t.kind = 'contact.opened'", fields["CallSid"]) == 1


@pytest.mark.timeout(400)
async def test_a_text_the_carrier_took_just_before_the_kill_is_not_sent_again(killable: Killable) -> None:
    """Killed after the carrier made the message and before its answer came; its status callbacks are lost, too."""
    centre = killable.centre
    async with centre.database.transaction() as tx:
        await set_answering(tx, AnsweringMode.OFF, now=utc_now())
    mei = await centre.at_work("mei")
    customer = centre.facts.callers[0].number
    centre.simulator.phone(customer).writes(MAIN_NUMBER, "我的包裹")
    offer = (await mei.event("offer.made"))["offer"]
    await mei.command("POST", f"/offers/{offer['offer_id']}/accept")
    killed = asyncio.Event()

    def kill() -> None:
        killable.service.kill()
        killed.set()

    centre.simulator.faults.hooks["kill"] = kill
    centre.simulator.faults.add(FaultRule(FaultEffect.HOOK_AFTER, "CreateMessage", hook="kill", limit=1))
    order = {"client_id": str(uuid4()), "body": "明天送達"}
    await mei.command("POST", f"/contacts/{offer['contact_id']}/messages", order)
    async with asyncio.timeout(20):
        await killed.wait()
    await killable.restart()
    again = await mei.command("POST", f"/contacts/{offer['contact_id']}/messages", order)
    assert again["body"] == "明天送達"
    outbound = "select status from messages where direction = 'outbound'"

    async def is_known() -> bool:
        return bool(await centre.value(outbound) != "pending")

    # a job whose worker was killed is taken over only after a while
    await eventually(is_known, timeout_s=240, what="what became of the message")
    assert await centre.value(outbound) in ("queued", "sent", "delivered")
    thread = centre.simulator.texts.thread(customer)
    assert [one.body for one in thread if one.direction == "outbound-api"] == ["明天送達"]
    assert await broken(centre.database) == {}
