"""The browser phone's token: of this agent, of our account and key, good for an hour, a new one each time."""

from collections.abc import AsyncIterator
from typing import Any

import jwt
import pytest
from pydantic import ValidationError

from app.core.clock import utc_now
from app.core.settings import Settings
from app.web.pages import content_security_policy
from tests.support.app import Person, RunningApp, running_app

ACCOUNT, KEY, APPLICATION = "AC" + "a" * 32, "SK" + "b" * 32, "AP" + "c" * 32
SECRET = "secret-of-the-tests-secret-of-the-tests"
SIGNS: dict[str, Any] = {
    "twilio_api_key_sid": KEY,
    "twilio_api_key_secret": SECRET,
    "twilio_twiml_app_sid": APPLICATION,
}
PLACES: dict[str, Any] = {"softphone_edges": ["tokyo", "singapore"], "softphone_gateway": "127.0.0.1:8443"}


@pytest.fixture
async def web(dsn: str) -> AsyncIterator[RunningApp]:
    async with running_app(dsn, **SIGNS, **PLACES) as running:
        yield running


async def token_of(person: Person) -> tuple[dict[str, Any], dict[str, Any]]:
    """The answer, and what its token says once its signature is checked."""
    answer: dict[str, Any] = await person.command("POST", "/session/softphone-token")
    claims = jwt.decode(answer["token"], SECRET, algorithms=["HS256"], issuer=KEY)
    return answer, claims


async def test_the_token_lets_this_agent_be_rung_and_nobody_else(web: RunningApp) -> None:
    mei, john = await web.person("mei"), await web.person("john")
    answer, claims = await token_of(mei)
    assert (answer["backend"], answer["identity"], answer["url"]) == ("twilio", "phone_mei", None)
    assert claims["sub"] == ACCOUNT
    assert claims["grants"] == {
        "identity": "phone_mei",
        "voice": {"incoming": {"allow": True}, "outgoing": {"application_sid": APPLICATION}},
    }
    assert (await token_of(john))[1]["grants"]["identity"] == "phone_john"


async def test_the_token_is_good_for_an_hour_and_each_is_a_new_one(web: RunningApp) -> None:
    mei = await web.person("mei")
    answer, claims = await token_of(mei)
    assert 3_500 < claims["exp"] - utc_now().timestamp() <= 3_601
    assert (await token_of(mei))[0]["expires_at"] > answer["expires_at"]


async def test_the_token_says_where_the_sdk_enters_the_network(web: RunningApp) -> None:
    answer, _ = await token_of(await web.person("mei"))
    assert (answer["edges"], answer["gateway"]) == (["tokyo", "singapore"], "127.0.0.1:8443")


def test_pages_may_reach_the_gateway_only_where_there_is_one() -> None:
    with_gateway, without = (
        content_security_policy(Settings(_env_file=None, **changes)) for changes in (PLACES, {})
    )
    assert "wss://127.0.0.1:8443" in with_gateway
    assert with_gateway.replace(" wss://127.0.0.1:8443", "") == without


@pytest.mark.parametrize(
    ("name", "value"),
    [("softphone_edges", "tokyo, 1.2.3.4"), ("softphone_gateway", "https://gateway.example.com")],
)
def test_a_place_that_cannot_be_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=name):
        Settings(_env_file=None, **{name: value})  # type: ignore[arg-type]


async def test_without_an_api_key_it_says_what_to_set(dsn: str) -> None:
    async with running_app(dsn) as web:
        answer = await (await web.person("mei")).call("POST", "/session/softphone-token")
    assert answer.status_code == 503
    assert "SWITCHBOARD_TWILIO_API_KEY_SID" in answer.text


async def test_nobody_gets_a_token_without_signing_in(web: RunningApp) -> None:
    answer = await web.client().post(
        "/api/v1/session/softphone-token", headers={"X-Requested-With": "switchboard"}
    )
    assert answer.status_code == 401
