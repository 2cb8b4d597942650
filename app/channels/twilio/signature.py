"""Proves that a webhook is Twilio's, before anything of it is believed or stored.

Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security. The signature covers the exact address that
was called, so it is built from the configured public address and the raw path and query, never from headers a
proxy or an attacker may set.
"""

import base64
import hmac
from typing import TypeAlias
from urllib.parse import parse_qsl

import structlog
from prometheus_client import Counter
from starlette.datastructures import ImmutableMultiDict
from starlette.requests import Request
from twilio.request_validator import RequestValidator

from app.core.errors import AppError
from app.core.settings import Settings

log = structlog.get_logger()

refused = Counter(
    "switchboard_webhooks_refused_total", "Webhooks refused before anything was written", ["reason"]
)

SIGNATURE_HEADER = "x-twilio-signature"
MAX_FIELDS = 200


class WebhookRefused(AppError):
    """The webhook is not from the configured account."""

    code = "webhook_refused"
    status = 403
    title = "Webhook refused"


Form = dict[str, str]
Params: TypeAlias = "dict[str, str] | ImmutableMultiDict[str, str]"


class WebhookVerifier:
    """Checks signatures with the account's token, and with the second one while tokens are being rotated."""

    def __init__(self, settings: Settings):
        tokens = [settings.twilio_auth_token, settings.twilio_auth_token_secondary]
        self._validators = [
            RequestValidator(t.get_secret_value()) for t in tokens if t and t.get_secret_value()
        ]
        self._base_url = settings.public_base_url
        self._account_sid = settings.twilio_account_sid

    async def verified_form(self, request: Request) -> Form:
        """The form's fields, blank ones included (the signature covers them). Raises WebhookRefused."""
        signature = request.headers.getlist(SIGNATURE_HEADER)
        if len(signature) != 1 or not signature[0]:
            raise _refuse("missing_signature", "the header X-Twilio-Signature is missing")
        pairs = self._pairs(await request.body()) if request.method == "POST" else []
        url = self.called_url(request)
        params = _grouped(pairs)
        if not any(_fits(v, url, params, signature[0]) for v in self._validators):
            raise _refuse(
                "wrong_signature",
                "the signature does not fit; check SWITCHBOARD_PUBLIC_BASE_URL and SWITCHBOARD_TWILIO_AUTH_TOKEN",
            )
        form = dict(pairs) if pairs else dict(request.query_params)
        if form.get("AccountSid") != self._account_sid:
            raise _refuse("wrong_account", "the webhook is of another account")
        return form

    def called_url(self, request: Request) -> str:
        """The address Twilio called, byte for byte."""
        path = request.scope["raw_path"].decode("latin-1")
        query = request.scope["query_string"].decode("latin-1")
        return f"{self._base_url}{path}?{query}" if query else f"{self._base_url}{path}"

    def _pairs(self, body: bytes) -> list[tuple[str, str]]:
        try:
            return parse_qsl(
                body.decode("utf-8"), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict"
            )
        except ValueError:
            raise _refuse("bad_form", "the body is not a form in UTF-8") from None


def sign(settings: Settings, url: str, form: Form) -> str:
    """The header X-Twilio-Signature that Twilio would send with this form to this address."""
    validator = RequestValidator(settings.twilio_auth_token.get_secret_value())
    return str(validator.compute_signature(url, form))


def _grouped(pairs: list[tuple[str, str]]) -> Params:
    """A plain dict in the usual case; a multi-dict when a key is repeated, which the validator understands."""
    plain = dict(pairs)
    return plain if len(plain) == len(pairs) else ImmutableMultiDict(pairs)


def _fits(validator: RequestValidator, url: str, params: Params, signature: str) -> bool:
    """The usual case first: the address exactly as configured and no key repeated, which needs one short HMAC
    (address, then the sorted keys and values). Whatever does not fit so goes to the library's validator, which also
    tries the address with and without its port; it alone decides a refusal."""
    if isinstance(params, dict):
        text = url + "".join(key + params[key] for key in sorted(params))
        digest = hmac.digest(validator.token, text.encode(), "sha1")
        if hmac.compare_digest(base64.b64encode(digest), signature.encode()):
            return True
    return bool(validator.validate(url, params, signature))


def _refuse(reason: str, detail: str) -> WebhookRefused:
    refused.labels(reason).inc()
    log.warning("webhook refused", reason=reason)
    return WebhookRefused(detail)
