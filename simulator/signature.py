"""X-Twilio-Signature, written from Twilio's security page and not shared with the product under test.

Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, urlsplit, urlunsplit

FormParams = Mapping[str, str | Sequence[str]]
DEFAULT_PORTS = {"http": 80, "https": 443}


def signed_url(url: str) -> str:
    """The part of a URL that is signed: everything but the fragment (which holds connection overrides)."""
    return urlunsplit(urlsplit(url)._replace(fragment=""))


def sign(auth_token: str, url: str, params: FormParams) -> str:
    """Base64 of HMAC-SHA1 over the URL and the sorted parameters; repeated values are distinct and sorted."""
    text = signed_url(url)
    for key in sorted(params):
        value = params[key]
        values = [value] if isinstance(value, str) else sorted(set(value))
        text += "".join(key + item for item in values)
    digest = hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def verify(auth_token: str, url: str, params: FormParams, signature: str, body: str | None = None) -> bool:
    """Whether `signature` fits. A JSON `body` is compared to the URL's bodySHA256 and not signed itself.

    The URL is tried as it is, without any port, and with the scheme's default port, as senders differ.
    """
    if body is not None:
        expected = parse_qs(urlsplit(url).query).get("bodySHA256", [""])[0]
        if not hmac.compare_digest(hashlib.sha256(body.encode()).hexdigest(), expected):
            return False
        params = {}
    return any(hmac.compare_digest(sign(auth_token, form, params), signature) for form in _port_forms(url))


def _port_forms(url: str) -> list[str]:
    parts = urlsplit(url)
    credentials, _, host_port = parts.netloc.rpartition("@")
    host = host_port.partition(":")[0]
    prefix = f"{credentials}@" if credentials else ""
    bare = urlunsplit(parts._replace(netloc=prefix + host))
    with_port = urlunsplit(parts._replace(netloc=f"{prefix}{host}:{DEFAULT_PORTS.get(parts.scheme, 80)}"))
    return [url, bare, with_port]
