"""Whether the settings can be right, before anybody is asked."""

import re
from urllib.parse import urlsplit

from app.commands.doctor.findings import Finding, failed, ok, warning
from app.core.settings import Settings

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
CONSOLE = "Twilio Console > Account > API keys & tokens"


def check_settings(settings: Settings) -> list[Finding]:
    """One finding for each setting that Twilio's part needs."""
    return [_account(settings), _token(settings), _key(settings), _softphone(settings), _public(settings)]


def is_complete(findings: list[Finding]) -> bool:
    """Whether the account can be asked at all."""
    wanted = {"settings.account_sid", "settings.auth_token"}
    return all(f.state != "failed" for f in findings if f.check in wanted)


def _sid(value: str, kind: str) -> bool:
    return re.fullmatch(rf"{kind}[0-9a-fA-F]{{32}}", value) is not None


def _account(settings: Settings) -> Finding:
    if _sid(settings.twilio_account_sid, "AC"):
        return ok("settings.account_sid", "SWITCHBOARD_TWILIO_ACCOUNT_SID is an account SID")
    says = "is not set" if not settings.twilio_account_sid else "is not AC and 32 hexadecimal digits"
    mend = "Twilio Console > Account Dashboard > Account SID: copy it into the setting"
    return failed("settings.account_sid", f"SWITCHBOARD_TWILIO_ACCOUNT_SID {says}", mend)


def _token(settings: Settings) -> Finding:
    if settings.twilio_auth_token.get_secret_value():
        return ok("settings.auth_token", "SWITCHBOARD_TWILIO_AUTH_TOKEN is set")
    mend = f"{CONSOLE} > Live credentials > Auth token: copy it into the setting"
    return failed("settings.auth_token", "SWITCHBOARD_TWILIO_AUTH_TOKEN is not set", mend)


def _key(settings: Settings) -> Finding:
    name, mend = "settings.api_key", f"{CONSOLE} > Create API key (type Standard): copy SID and secret"
    if not _sid(settings.twilio_api_key_sid, "SK"):
        return failed(name, "SWITCHBOARD_TWILIO_API_KEY_SID is not SK and 32 hexadecimal digits", mend)
    if not settings.twilio_api_key_secret.get_secret_value():
        return failed(name, "SWITCHBOARD_TWILIO_API_KEY_SECRET is not set", mend)
    return ok(name, "an API key for the browser phones is set")


def _softphone(settings: Settings) -> Finding:
    name = "settings.softphone"
    if settings.softphone == "demo":
        return failed(name, "SWITCHBOARD_SOFTPHONE is demo", "unset it: the browser phones then use Twilio")
    if settings.softphone_gateway:
        says = "SWITCHBOARD_SOFTPHONE_GATEWAY sends the browser phones to another host than Twilio"
        return failed(name, says, "unset it: it is for tests")
    return ok(name, "the browser phones use Twilio")


def _public(settings: Settings) -> Finding:
    url = settings.public_base_url
    parts = urlsplit(url)
    mend = "set SWITCHBOARD_PUBLIC_BASE_URL to the https address of the proxy in front of the service"
    if parts.scheme != "https" or parts.hostname in LOOPBACK:
        return failed("settings.public_url", f"Twilio cannot reach {url}", mend)
    if parts.path:
        return warning("settings.public_url", f"{url} has a path; the console expects none", mend)
    return ok("settings.public_url", f"the public address is {url}")
