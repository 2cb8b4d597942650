"""The doctor finds every way in which a Twilio account may be set up wrongly, says what mends it, shows no secret.

The account is the phone simulator's, our public address the product itself; both in this process."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from app.commands.doctor.command import as_json, as_text, read_ours
from app.commands.doctor.examine import Ours, examine
from app.commands.doctor.findings import Finding, State
from app.core.clock import utc_now
from app.core.settings import Settings
from app.main import create_app
from simulator import Application, Number, Simulator, SimulatorConfig, SteppedClock
from simulator.app import create_app as create_network
from tests.simulator.openapi import check_answer

BASE = "https://cc.example.com"
HOOKS = f"{BASE}/webhooks/twilio/voice"
TEXTS = f"{BASE}/webhooks/twilio/messaging/inbound"
ACCOUNT, KEY, APPLICATION = "AC" + "0" * 31 + "1", "SK" + "0" * 31 + "2", "AP" + "0" * 31 + "3"
TOKEN, SECRET = "hidden-token", "hidden-secret"
NUMBER, OTHER = "+886255501000", "+886255502000"
ELSEWHERE = "https://bin.example.net/sorry"
GOOD = Number(NUMBER, "main", f"{HOOKS}/inbound", ELSEWHERE, f"{HOOKS}/call-status", message_url=TEXTS)
CONFIG = SimulatorConfig(
    account_sid=ACCOUNT,
    auth_token=TOKEN,
    api_key_sid=KEY,
    api_key_secret=SECRET,
    numbers=(GOOD,),
    applications=(Application(APPLICATION, "browser", f"{HOOKS}/inbound"),),
)
SETTINGS = {
    "public_base_url": BASE,
    "twilio_api_base_url": "http://127.0.0.1:9",
    "twilio_account_sid": ACCOUNT,
    "twilio_auth_token": TOKEN,
    "twilio_api_key_sid": KEY,
    "twilio_api_key_secret": SECRET,
}


class Carried(httpx.AsyncBaseTransport):
    """Brings requests to an application in this process, and may change what it answers; without one nobody answers."""

    def __init__(self, app: Any, change: Callable[[httpx.Response], None] | None = None) -> None:
        self._inner = httpx.ASGITransport(app) if app else None
        self._change = change
        self.asked: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self._inner is None:
            raise httpx.ConnectError("nobody there", request=request)
        response = await self._inner.handle_async_request(request)
        response.request = request
        if "/2010-04-01/" in request.url.path:
            await check_answer(response)
        if self._change:
            self._change(response)
        return response


@dataclass
class Surgery:
    """An account and a service to be examined, both in order until a test spoils them."""

    config: SimulatorConfig = CONFIG
    settings: dict[str, Any] | None = None
    service: dict[str, Any] | None = None  # the settings of the running service, when they differ
    ours: Ours = Ours([NUMBER], [NUMBER])  # noqa: RUF009 - frozen
    carrier: Carried | None = None
    public: Carried | None = None

    async def findings(self) -> dict[str, Finding]:
        """What the doctor finds, by check."""
        settings = Settings(_env_file=None, **{**SETTINGS, **(self.settings or {})})
        running = Settings(_env_file=None, **{**SETTINGS, **(self.settings or {}), **(self.service or {})})
        network = Simulator(self.config, SteppedClock(), seed=1)
        carrier = self.carrier or Carried(create_network(network))
        public = self.public or Carried(create_app(running, "postgresql://unused", with_worker=False))
        found = await examine(settings, self.ours, carrier=carrier, public=public)
        await network.close()
        told = as_text(found) + as_json(found)
        assert "hidden" not in told
        assert len({f.check for f in found}) == len(found), "each check is named once"
        return {f.check: f for f in found}


def number(**changes: Any) -> SimulatorConfig:
    """The account with its number set up otherwise."""
    return replace(CONFIG, numbers=(replace(GOOD, **changes),))


async def test_nothing_is_wrong_with_an_account_set_up_as_the_documentation_says() -> None:
    found = await Surgery().findings()
    assert {f.check: f.says for f in found.values() if f.state is not State.OK} == {}
    assert {
        "settings.account_sid",
        "settings.auth_token",
        "settings.api_key",
        "settings.softphone",
        "settings.public_url",
        "account.credentials",
        "account.status",
        "key.credentials",
        "application",
        f"number.{NUMBER}.voice_url",
        f"number.{NUMBER}.status_callback",
        f"number.{NUMBER}.fallback",
        f"messages.{NUMBER}",
        "countries.TW",
        "address.reached",
        "address.signature",
    } == found.keys()


SPOILED: dict[str, tuple[Surgery, str, State, str]] = {
    "no account sid": (
        Surgery(settings={"twilio_account_sid": ""}),
        "settings.account_sid",
        State.FAILED,
        "not set",
    ),
    "a sid of something else": (
        Surgery(settings={"twilio_account_sid": KEY}),
        "settings.account_sid",
        State.FAILED,
        "not AC",
    ),
    "no token": (Surgery(settings={"twilio_auth_token": ""}), "settings.auth_token", State.FAILED, "not set"),
    "no key": (Surgery(settings={"twilio_api_key_sid": ""}), "settings.api_key", State.FAILED, "KEY_SID"),
    "no secret": (
        Surgery(settings={"twilio_api_key_secret": ""}),
        "settings.api_key",
        State.FAILED,
        "SECRET",
    ),
    "the demo's phones": (
        Surgery(settings={"softphone": "demo", "softphone_url": "ws://127.0.0.1:9"}),
        "settings.softphone",
        State.FAILED,
        "demo",
    ),
    "a gateway for tests": (
        Surgery(settings={"softphone_gateway": "127.0.0.1:9"}),
        "settings.softphone",
        State.FAILED,
        "another host",
    ),
    "an address of this machine only": (
        Surgery(settings={"public_base_url": "http://127.0.0.1:8000"}),
        "settings.public_url",
        State.FAILED,
        "cannot reach",
    ),
    "a wrong token": (
        Surgery(settings={"twilio_auth_token": "hidden-other"}),
        "account.credentials",
        State.FAILED,
        "refuses",
    ),
    "nobody at Twilio": (
        Surgery(carrier=Carried(None)),
        "account.credentials",
        State.FAILED,
        "does not answer",
    ),
    "a suspended account": (
        Surgery(replace(CONFIG, account_status="suspended")),
        "account.status",
        State.FAILED,
        "suspended",
    ),
    "a trial account": (
        Surgery(replace(CONFIG, account_type="Trial")),
        "account.status",
        State.WARNING,
        "trial",
    ),
    "a key of another account": (
        Surgery(settings={"twilio_api_key_sid": "SK" + "9" * 32}),
        "key.credentials",
        State.FAILED,
        "no key of this account",
    ),
    "a wrong secret": (
        Surgery(settings={"twilio_api_key_secret": "hidden-other"}),
        "key.credentials",
        State.FAILED,
        "not the secret",
    ),
    "no such TwiML app": (
        Surgery(settings={"twilio_twiml_app_sid": "AP" + "9" * 32}),
        "application",
        State.FAILED,
        "no TwiML app",
    ),
    "a number of nobody": (
        Surgery(ours=Ours([OTHER], [])),
        f"number.{OTHER}",
        State.FAILED,
        "not a number of this",
    ),
    "a number nobody knows here": (
        Surgery(ours=Ours([OTHER], [])),
        f"number.{NUMBER}",
        State.WARNING,
        "not know it",
    ),
    "no number at all": (Surgery(ours=Ours([], [])), "numbers", State.FAILED, "no number"),
    "another webhook": (
        Surgery(number(voice_url="https://demo.twilio.com/welcome")),
        f"number.{NUMBER}.voice_url",
        State.FAILED,
        "demo.twilio.com",
    ),
    "a webhook by GET": (
        Surgery(number(voice_method="GET")),
        f"number.{NUMBER}.voice_url",
        State.FAILED,
        "GET",
    ),
    "no status callback": (
        Surgery(number(status_callback=None)),
        f"number.{NUMBER}.status_callback",
        State.FAILED,
        "nothing is called",
    ),
    "a status callback by GET": (
        Surgery(number(status_callback_method="GET")),
        f"number.{NUMBER}.status_callback",
        State.FAILED,
        "GET",
    ),
    "no fallback": (
        Surgery(number(voice_fallback_url=None)),
        f"number.{NUMBER}.fallback",
        State.WARNING,
        "cut off",
    ),
    "a fallback to ourselves": (
        Surgery(number(voice_fallback_url=f"{HOOKS}/inbound")),
        f"number.{NUMBER}.fallback",
        State.WARNING,
        "this service too",
    ),
    "a trunk before the webhook": (
        Surgery(number(trunk_sid="TK" + "1" * 32)),
        f"number.{NUMBER}",
        State.FAILED,
        "SIP trunk",
    ),
    "an application before the webhook": (
        Surgery(number(voice_application_sid=APPLICATION)),
        f"number.{NUMBER}",
        State.FAILED,
        "TwiML app",
    ),
    "messages elsewhere": (
        Surgery(number(message_url="https://demo.twilio.com/sms")),
        f"messages.{NUMBER}",
        State.FAILED,
        "demo.twilio.com",
    ),
    "messages by GET": (Surgery(number(message_method="GET")), f"messages.{NUMBER}", State.FAILED, "GET"),
    "messages led by an application": (
        Surgery(number(sms_application_sid=APPLICATION)),
        f"messages.{NUMBER}",
        State.FAILED,
        "TwiML app",
    ),
    "a number without messages": (
        Surgery(number(message_url=None)),
        f"messages.{NUMBER}",
        State.FAILED,
        "cannot take",
    ),
    "messages of nobody's number": (
        Surgery(ours=Ours([NUMBER], [OTHER])),
        f"messages.{OTHER}",
        State.FAILED,
        "not a",
    ),
    "a WhatsApp sender": (
        Surgery(ours=Ours([NUMBER], [f"whatsapp:{NUMBER}"])),
        f"messages.whatsapp:{NUMBER}",
        State.SKIPPED,
        "console only",
    ),
    "a country that may not be called": (
        Surgery(replace(CONFIG, blocked_countries=("JP",)), {"dial_countries": "TW,JP"}),
        "countries.JP",
        State.FAILED,
        "nobody call JP",
    ),
    "every country": (Surgery(settings={"dial_countries": "*"}), "countries", State.SKIPPED, "every country"),
    "no database": (Surgery(ours=Ours(None, [])), "database", State.SKIPPED, "could not be read"),
    "a service that is not there": (
        Surgery(public=Carried(None)),
        "address.reached",
        State.FAILED,
        "not answer",
    ),
    "a service with another token": (
        Surgery(service={"twilio_auth_token": "hidden-other"}),
        "address.signature",
        State.FAILED,
        "refused",
    ),
    "a service with another address": (
        Surgery(service={"public_base_url": "https://old.example.com"}),
        "address.signature",
        State.FAILED,
        "refused",
    ),
}


@pytest.mark.parametrize("name", SPOILED)
async def test_what_is_wrong_is_found_and_what_mends_it_is_said(name: str) -> None:
    surgery, check, state, words = SPOILED[name]
    found = (await surgery.findings())[check]
    assert found.state is state
    assert words in found.says
    assert found.mend


async def test_a_proxy_that_redirects_or_answers_for_us_is_found() -> None:
    async def elsewhere(scope: Any, receive: Any, send: Any) -> None:
        status, headers = (301, [(b"location", b"/x")]) if scope["path"] == "/healthz" else (200, [])
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    assert "redirects" in (await Surgery(public=Carried(elsewhere)).findings())["address.reached"].says

    async def kind(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    found = (await Surgery(public=Carried(kind)).findings())["address.signature"]
    assert (found.state, "200" in found.says) == (State.FAILED, True)


@pytest.mark.parametrize(("off_s", "state"), [(0, State.OK), (300, State.FAILED)])
async def test_a_clock_that_is_off_is_found(off_s: int, state: State) -> None:
    def date(response: httpx.Response) -> None:
        response.headers["date"] = format_datetime(
            utc_now().fromtimestamp(utc_now().timestamp() - off_s, utc_now().tzinfo)
        )

    network = Simulator(CONFIG, SteppedClock(), seed=1)
    found = await Surgery(carrier=Carried(create_network(network), date)).findings()
    assert found["machine.clock"].state is state
    await network.close()


async def test_the_doctor_changes_nothing_and_sends_the_token_to_twilio_only() -> None:
    network = Simulator(CONFIG, SteppedClock(), seed=1)
    carrier = Carried(create_network(network))
    settings = Settings(_env_file=None, **SETTINGS)  # type: ignore[arg-type]
    public = Carried(create_app(settings, "postgresql://unused", with_worker=False))
    await Surgery(carrier=carrier, public=public).findings()
    assert {request.method for request in carrier.asked} == {"GET"}
    assert not [request for request in public.asked if "authorization" in request.headers]
    await network.close()


async def test_numbers_are_those_of_the_database(demo_dsn: str) -> None:
    ours = await read_ours(Settings(_env_file=None, database_url=demo_dsn))
    assert ours.numbers
    assert all(number.startswith("+") for number in ours.numbers)


@pytest.mark.parametrize("url", [None, "postgresql://nobody:hidden@127.0.0.1:9/none"])
async def test_without_a_database_the_numbers_are_unknown(url: str | None) -> None:
    assert await read_ours(Settings(_env_file=None, database_url=url)) == Ours(None, [])


async def test_the_text_says_what_to_do_below_what_is_wrong() -> None:
    found = await Surgery(number(voice_method="GET")).findings()
    lines = as_text(list(found.values())).splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("✗"))
    assert lines[at + 1].startswith(
        f"    → Twilio Console > Phone numbers > Manage > Active numbers > {NUMBER}"
    )
    assert lines[-1].startswith("1 of ")


async def test_many_numbers_are_read_page_by_page() -> None:
    many = tuple(replace(GOOD, number=f"+8862555{n:05}") for n in range(450))
    found = await Surgery(replace(CONFIG, numbers=many), ours=Ours([many[-1].number], [])).findings()
    assert found[f"number.{many[-1].number}.voice_url"].state is State.OK
