"""Requests nobody at the provider sent: an attacker's, each of which the peer must refuse with 403 and forget."""

import hashlib
import json
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx

from simulator.faults import FaultEffect
from simulator.signature import sign, signed_url

FORM = "application/x-www-form-urlencoded; charset=UTF-8"
OTHER_TOKEN = "f" * 32


def forge(effect: FaultEffect, url: str, params: Mapping[str, str], token: str) -> httpx.Request:
    """A forged POST of this webhook. The right `token` is used where the forgery lies elsewhere."""
    clean = signed_url(url)
    form = dict(params)
    signature: str | None = sign(token, clean, form)
    match effect:
        case FaultEffect.FORGE_MISSING:
            signature = None
        case FaultEffect.FORGE_TOKEN:
            signature = sign(OTHER_TOKEN, clean, form)
        case FaultEffect.FORGE_URL:
            signature = sign(token, _other_host(clean), form)
        case FaultEffect.FORGE_TAMPERED:
            form["From"] = "+19005550199"
            form["CallStatus"] = "completed"
        case FaultEffect.FORGE_ACCOUNT:
            form["AccountSid"] = "AC" + "e" * 32
            signature = sign(OTHER_TOKEN, clean, form)
        case FaultEffect.FORGE_JSON:
            return _json(clean, form, token)
        case _:
            raise ValueError(f"{effect}: is not a forgery")
    headers = {"Content-Type": FORM, "User-Agent": "TwilioProxy/1.1"}
    if signature is not None:
        headers["X-Twilio-Signature"] = signature
    return httpx.Request("POST", clean, headers=headers, content=urlencode(form).encode())


def _other_host(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc="other.example.com", scheme="http"))


def _json(url: str, form: Mapping[str, str], token: str) -> httpx.Request:
    """A JSON body whose hash in the (rightly signed) URL is that of another body."""
    wrong = hashlib.sha256(b"{}").hexdigest()
    target = f"{url}{'&' if urlsplit(url).query else '?'}bodySHA256={wrong}"
    headers = {"Content-Type": "application/json", "X-Twilio-Signature": sign(token, target, {})}
    return httpx.Request("POST", target, headers=headers, content=json.dumps(dict(form)).encode())
