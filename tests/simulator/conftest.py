"""A network on a stepped clock, the scripted product as its peer, and a REST client."""

from collections.abc import AsyncIterator

import httpx
import pytest

from simulator import Application, Caller, Knobs, Number, Simulator, SimulatorConfig, SteppedClock
from simulator.app import create_app
from tests.simulator.openapi import check_answer
from tests.simulator.product import BASE, TOKEN, Product

ACCOUNT = "AC" + "0" * 31 + "1"
API_KEY = "SK" + "0" * 31 + "2"
SECRET = "an-api-key-secret-of-at-least-32-bytes"
APPLICATION = "AP" + "0" * 31 + "3"
NUMBER = "+886255501000"
CALLER = "+886912345678"


def make_config(knobs: Knobs | None = None) -> SimulatorConfig:
    """One number whose webhooks go to the scripted product."""
    return SimulatorConfig(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        api_key_sid=API_KEY,
        api_key_secret=SECRET,
        numbers=(
            Number(NUMBER, "main", f"{BASE}/voice", f"{BASE}/fallback", f"{BASE}/status", f"{BASE}/text"),
        ),
        callers=(Caller("Mei", CALLER, "zh-Hant"), Caller("withheld", None)),
        applications=(Application(APPLICATION, "browser", f"{BASE}/app-voice"),),
        knobs=knobs or Knobs(),
    )


@pytest.fixture
def product() -> Product:
    """The peer; tests fill its script."""
    product = Product()
    product.script |= {"/status": 204, "/conf": 204, "/leg": 204, "/rec": 204, "/after-conf": ""}
    return product


@pytest.fixture
async def sim(product: Product) -> AsyncIterator[Simulator]:
    """The network, on a clock tests move."""
    simulator = Simulator(make_config(), SteppedClock(), product.transport, seed=7)
    yield simulator
    await simulator.close()


@pytest.fixture
async def rest(sim: Simulator) -> AsyncIterator[httpx.AsyncClient]:
    """REST client with the account's credentials, rooted at the account; checks every answer."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(sim)),
        base_url=f"http://sim/2010-04-01/Accounts/{ACCOUNT}",
        auth=(ACCOUNT, TOKEN),
        event_hooks={"response": [check_answer]},
    ) as client:
        yield client
