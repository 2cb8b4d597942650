"""Which requests are the carrier's: published vectors of the signature, and our address behind a proxy."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from pydantic import SecretStr
from starlette.requests import Request

from app.channels.twilio.signature import WebhookRefused, WebhookVerifier
from app.core.settings import Settings
from tests.channels.voice.line import ACCOUNT, sign

DATA = Path(__file__).parents[2] / "simulator" / "data" / "signature-vectors.json"
# One that only the Node library accepts, by trying two spellings of a quote; the others refuse it.
NODE_ONLY = "apostrophe in query (legacy)"
# Our public address names no user and password, so those of addresses that do are not ours.
VECTORS = [
    vector
    for vector in json.loads(DATA.read_text(encoding="utf-8"))["vectors"]
    if "@" not in urlsplit(vector["url"]).netloc
]
BASE = "https://cc.example.com"


def settings(base: str = BASE, token: str = "12345", second: str | None = None) -> Settings:
    """Settings with these tokens, without the rules for addresses."""
    return Settings(_env_file=None).model_copy(
        update={
            "public_base_url": base,
            "twilio_account_sid": ACCOUNT,
            "twilio_auth_token": SecretStr(token),
            "twilio_auth_token_secondary": SecretStr(second) if second else None,
        }
    )


def request(path: str, query: str, body: bytes, headers: list[tuple[str, str]]) -> Request:
    """A POST as an ASGI server hands it on, under a host name of a proxy's own."""
    scope: dict[str, Any] = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": query.encode(),
        "headers": [(n.encode(), v.encode()) for n, v in [("host", "10.0.0.7:8000"), *headers]],
        "scheme": "http", "server": ("10.0.0.7", 8000),
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(scope, receive)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["name"])
async def test_published_vectors(vector: dict[str, Any]) -> None:
    parts = urlsplit(vector["url"])
    verifier = WebhookVerifier(settings(f"{parts.scheme}://{parts.netloc}", vector["auth_token"]))
    is_form = vector["body"] is None  # we have no webhook that takes JSON: a right signature does not help it
    body = urlencode(vector["params"], doseq=True).encode() if is_form else vector["body"].encode()
    webhook = request(parts.path, parts.query, body, [("x-twilio-signature", vector["signature"])])
    with pytest.raises(WebhookRefused) as refused:  # the vectors name no account of ours
        await verifier.verified_form(webhook)
    is_believed = "another account" in str(refused.value.detail)
    assert is_believed is (vector["valid"] and is_form and vector["name"] != NODE_ONLY)


async def test_the_address_comes_from_the_settings_never_from_headers() -> None:
    fields = {"AccountSid": ACCOUNT}
    headers = [
        ("x-twilio-signature", sign(f"{BASE}/hook", fields, "12345")),
        ("x-forwarded-host", "evil.example.com"),
        ("x-forwarded-proto", "http"),
    ]
    form = await WebhookVerifier(settings()).verified_form(
        request("/hook", "", urlencode(fields).encode(), headers)
    )
    assert form == fields


@pytest.mark.parametrize("token", ["12345", "67890"])
async def test_both_tokens_are_good_while_they_are_rotated(token: str) -> None:
    fields = {"AccountSid": ACCOUNT, "Digits": ""}
    signature = sign(f"{BASE}/hook?contact=1", fields, token)
    webhook = request("/hook", "contact=1", urlencode(fields).encode(), [("x-twilio-signature", signature)])
    assert await WebhookVerifier(settings(second="67890")).verified_form(webhook) == fields


async def test_without_any_token_nothing_is_believed() -> None:
    fields = {"AccountSid": ACCOUNT}
    webhook = request(
        "/hook", "", urlencode(fields).encode(), [("x-twilio-signature", sign(f"{BASE}/hook", fields, ""))]
    )
    with pytest.raises(WebhookRefused):
        await WebhookVerifier(settings(token="")).verified_form(webhook)
