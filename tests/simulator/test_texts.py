"""Texts over the network: in by webhook, out by REST, told step by step, stopped by STOP, and in WhatsApp's window."""

import asyncio
import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulator import Knobs, Simulator, SteppedClock
from simulator.app import create_app
from simulator.faults import FaultEffect, FaultRule
from simulator.texts import Handset
from tests.simulator.conftest import ACCOUNT, CALLER, NUMBER, make_config
from tests.simulator.openapi import as_openapi_request, document
from tests.simulator.product import BASE, TOKEN, Product

RECORDED = Path(__file__).parents[1] / "channels" / "messaging" / "webhooks.json"
PICTURE = ("image/png", b"\x89PNG picture")


@pytest.fixture
def product(product: Product) -> Product:
    """The peer takes texts."""
    product.script |= {"/text": "", "/text-status": 204}
    return product


@pytest.fixture
async def checked(rest: httpx.AsyncClient) -> httpx.AsyncClient:
    """A client whose requests and answers are checked by Twilio's own document."""

    async def check(request: httpx.Request) -> None:
        document().validate_request(as_openapi_request(request))

    rest.event_hooks["request"].append(check)
    return rest


async def send(
    rest: httpx.AsyncClient, form: Mapping[str, str] | None = None, *, status: int = 201
) -> dict[str, Any]:
    """A text by REST; fails unless answered like this."""
    fields = {"From": NUMBER, "To": CALLER, "Body": "您好", "StatusCallback": f"{BASE}/text-status"}
    fields |= form or {}
    answer = await rest.post("/Messages.json", data={k: v for k, v in fields.items() if v})
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def told(product: Product, sid: str) -> list[str]:
    """Statuses told of a message, in order."""
    return [fields["MessageStatus"] for fields in product.of("/text-status") if fields["MessageSid"] == sid]


async def test_a_text_comes_in_with_the_fields_of_recorded_traffic(sim: Simulator, product: Product) -> None:
    sim.phone(CALLER).writes(NUMBER, "你好 🙂")
    sim.phone(CALLER).writes(NUMBER, "你好", whatsapp=True)
    await sim.advance(2)
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    sms, whatsapp = product.of("/text")
    assert sms.keys() == recorded["38-sms-inbound"]["params"].keys()
    assert whatsapp.keys() <= recorded["41-whatsapp-inbound-text"]["params"].keys()
    assert {"ProfileName", "WaId", "MessageType"} <= whatsapp.keys()
    assert (sms["Body"], sms["From"], sms["To"]) == ("你好 🙂", CALLER, NUMBER)
    assert (whatsapp["From"], whatsapp["To"]) == (f"whatsapp:{CALLER}", f"whatsapp:{NUMBER}")
    assert all(request.signed for request in product.received)


async def test_a_picture_is_fetched_with_the_accounts_credentials_only(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    sim.phone(CALLER).writes(NUMBER, "", files=(PICTURE,))
    await sim.advance(2)
    [fields] = product.of("/text")
    assert (fields["NumMedia"], fields["MediaContentType0"], fields["MessageSid"][:2]) == (
        "1",
        "image/png",
        "MM",
    )
    path = fields["MediaUrl0"].removeprefix("https://api.twilio.com")
    rest.event_hooks["response"].clear()
    answer = await rest.get(f"http://sim{path}")
    assert (answer.content, answer.headers["content-type"]) == (PICTURE[1], "image/png")
    assert (await rest.get(f"http://sim{path}", auth=httpx.BasicAuth(ACCOUNT, "wrong"))).status_code == 401
    assert (await rest.get(f"http://sim{path[:-1]}x")).status_code == 404


async def test_a_text_goes_out_and_every_step_is_told(
    sim: Simulator, product: Product, checked: httpx.AsyncClient
) -> None:
    made = await send(checked)
    assert (made["status"], made["direction"], made["num_segments"]) == ("queued", "outbound-api", "1")
    got = await sim.phone(CALLER).gets("您好")
    await sim.advance(2)
    assert (got.sid, told(product, got.sid)) == (made["sid"], ["queued", "sent", "delivered"])
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    known = recorded["39-sms-status-delivered"]["params"].keys()
    assert product.of("/text-status")[-1].keys() <= known
    listed = (await checked.get("/Messages.json", params={"To": CALLER, "From": NUMBER})).json()["messages"]
    assert [(one["sid"], one["status"]) for one in listed] == [(made["sid"], "delivered")]
    assert (await checked.get(f"/Messages/{made['sid']}.json")).json() == listed[0]
    assert (await checked.get(f"/Messages/{made['sid']}/Media.json")).json()["media_list"] == []


@pytest.mark.parametrize(
    ("handset", "last", "code"),
    [
        (Handset.OFF, "undelivered", 30003),
        (Handset.UNKNOWN, "undelivered", 30005),
        (Handset.LANDLINE, "undelivered", 30006),
        (Handset.FILTERED, "undelivered", 30007),
        (Handset.SILENT, "sent", None),
    ],
)
async def test_what_becomes_of_a_text_is_the_handsets(
    sim: Simulator, product: Product, rest: httpx.AsyncClient, handset: Handset, last: str, code: int | None
) -> None:
    sim.texts.behaves(CALLER, handset)
    made = await send(rest)
    await sim.advance(5)
    assert told(product, made["sid"])[-1] == last
    assert product.of("/text-status")[-1].get("ErrorCode") == (str(code) if code else None)
    assert (await rest.get(f"/Messages/{made['sid']}.json")).json()["error_code"] == code


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"From": "+886255509999"}, 21606),
        ({"To": "12345"}, 21211),
        ({"To": f"whatsapp:{CALLER}"}, 21910),
        ({"To": NUMBER}, 21266),
        ({"Body": ""}, 21619),
        ({"Body": "a" * 1601}, 21617),
        ({"To": "+19005550100"}, 21408),
    ],
)
async def test_what_cannot_be_sent_is_refused_with_the_code(
    product: Product, form: dict[str, str], code: int
) -> None:
    config = replace(make_config(), blocked_prefixes=("+1900",))
    sim = Simulator(config, SteppedClock(), product.transport, seed=1)
    rest = httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(sim)),
        base_url=f"http://sim/2010-04-01/Accounts/{ACCOUNT}",
        auth=(ACCOUNT, TOKEN),
    )
    async with rest:
        assert (await send(rest, form, status=400))["code"] == code
    assert sim.texts.by_sid == {}
    await sim.close()


async def test_stop_is_obeyed_by_the_network_on_sms_only(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    phone = sim.phone(CALLER)
    phone.writes(NUMBER, "Stop.")
    assert (await phone.gets("START")).direction == "outbound-reply"
    assert (await send(rest, status=400))["code"] == 21610
    phone.writes(NUMBER, "hello", whatsapp=True)
    await send(rest, {"To": f"whatsapp:{CALLER}", "From": f"whatsapp:{NUMBER}"})
    phone.writes(NUMBER, "START")
    await send(rest)
    await sim.advance(3)
    bodies = sorted(fields["Body"] for fields in product.of("/text"))  # in any order, as on the way
    assert bodies == ["START", "Stop.", "hello"], "all is told"


async def test_a_network_may_leave_stop_to_the_product(product: Product) -> None:
    sim = Simulator(make_config(Knobs(network_obeys_stop=False)), SteppedClock(), product.transport, seed=1)
    sim.phone(CALLER).writes(NUMBER, "STOP")
    assert not sim.texts.is_opted_out(CALLER, NUMBER)
    await sim.close()


async def test_whatsapp_takes_free_text_for_a_day_and_tells_what_was_read(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    addresses = {"To": f"whatsapp:{CALLER}", "From": f"whatsapp:{NUMBER}"}
    early = await send(rest, addresses)
    await sim.advance(3)
    assert told(product, early["sid"]) == ["queued", "failed"]
    assert product.of("/text-status")[-1]["ErrorCode"] == "63016"
    sim.phone(CALLER).writes(NUMBER, "在嗎", whatsapp=True)
    await sim.advance(24 * 3600 - 10)
    sim.texts.read(sim.texts.by_sid[(await send(rest, addresses))["sid"]])  # not there yet
    text = await sim.phone(CALLER).gets("您好")
    sim.texts.read(text)
    await sim.advance(20)
    assert told(product, text.sid) == ["queued", "sent", "delivered", "read"]
    late = await send(rest, addresses)
    await sim.advance(3)
    assert told(product, late["sid"]) == ["queued", "failed"]


async def test_faults_strike_texts_too(sim: Simulator, product: Product, rest: httpx.AsyncClient) -> None:
    sim.faults.add(FaultRule(FaultEffect.DUPLICATE, "message.*", delay=1))
    sim.faults.add(FaultRule(FaultEffect.DROP, "message.status", event="sent"))
    sim.faults.add(FaultRule(FaultEffect.CALLBACK_FIRST, "CreateMessage"))
    sim.phone(CALLER).writes(NUMBER, "一次")
    made = await _while_time_passes(sim, send(rest))
    await sim.advance(5)
    assert [fields["Body"] for fields in product.of("/text")] == ["一次"] * 2
    assert sorted(told(product, made["sid"])) == ["delivered", "delivered", "queued", "queued", "sent"]


async def _while_time_passes(sim: Simulator, request: Any) -> dict[str, Any]:
    task = asyncio.ensure_future(request)
    await sim.until(task.done, 30, "the answer")
    found: dict[str, Any] = task.result()
    return found


async def test_a_fallback_takes_what_the_number_cannot(product: Product) -> None:
    config = make_config()
    number = replace(config.numbers[0], message_fallback_url=f"{BASE}/text-fallback")
    sim = Simulator(replace(config, numbers=(number,)), SteppedClock(), product.transport, seed=1)
    product.script |= {"/text": 500, "/text-fallback": ""}
    sim.phone(CALLER).writes(NUMBER, "hello")
    await sim.advance(3)
    assert [fields["Body"] for fields in product.of("/text-fallback")] == ["hello"]
    await sim.close()


async def test_the_page_writes_reads_and_switches_handsets_off(sim: Simulator, product: Product) -> None:
    transport = httpx.ASGITransport(create_app(sim))
    async with httpx.AsyncClient(transport=transport, base_url="http://sim") as page:
        files = [{"content_type": PICTURE[0], "data": base64.b64encode(PICTURE[1]).decode()}]
        new = {"from": CALLER, "to": NUMBER, "body": "照片", "channel": "whatsapp", "files": files}
        made = (await page.post("/sim/texts", json=new)).json()
        thread = (await page.get("/sim/texts", params={"address": CALLER})).json()
        assert thread["texts"] == [made]
        assert (made["channel"], made["is_mine"], made["number"]) == ("whatsapp", True, NUMBER)
        picture = await page.get(f"/sim/texts/{made['sid']}/files/{made['files'][0]['sid']}")
        assert picture.content == PICTURE[1]
        assert (await page.put(f"/sim/handsets/{CALLER}", json={"handset": "off"})).status_code == 200
        assert (await page.get("/sim/texts", params={"address": CALLER})).json()["handset"] == "off"
        assert (await page.post(f"/sim/texts/{made['sid']}/read")).status_code == 204
        for change, field in (
            ({"to": "1"}, "to"),
            ({"body": ""}, "body"),
            ({"channel": "fax"}, "channel"),
            ({"files": [{}]}, "files[0]"),
        ):
            refused = await page.post("/sim/texts", json={**new, "files": [], **change})
            assert (refused.status_code, refused.json()["field"]) == (422, field)
        elsewhere = await page.post("/sim/texts", json={**new, "to": "+886255509999"})
        assert (elsewhere.status_code, elsewhere.json()["field"]) == (404, "to")
        wrong = await page.put(f"/sim/handsets/{CALLER}", json={"handset": "lost"})
        assert (wrong.status_code, wrong.json()["field"]) == (422, "handset")
