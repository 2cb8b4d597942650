"""Our numbers at Twilio: whether each brings its calls and messages to us."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from app.channels.messaging.webhooks import PREFIX as MESSAGING
from app.channels.voice.urls import PREFIX as VOICE
from app.commands.doctor.findings import Finding, failed, ok, skipped, warning

WHERE = "Twilio Console > Phone numbers > Manage > Active numbers > {number}"
Number = Mapping[str, Any]


def check_numbers(
    base_url: str, wanted: list[str] | None, has: Mapping[str, Number], *, by_message: list[str]
) -> list[Finding]:
    """`wanted`: the numbers of our database (None: it could not be read, so every number of the account is looked at);
    `has`: those of the account; `by_message`: our addresses for messages."""
    findings: list[Finding] = []
    if wanted is not None and not wanted:
        mend = 'docs/operations.md, "First set-up"'
        findings.append(failed("numbers", "no number is in the database: nobody's call finds a flow", mend))
    for number in sorted(has if wanted is None else wanted):
        findings += _voice(base_url, number, has.get(number))
    if wanted is not None:
        findings += _unknown_here(base_url, wanted, has)
    for address in sorted(by_message):
        findings.append(_messages(base_url, address, has))
    return findings


def _voice(base_url: str, number: str, at_twilio: Number | None) -> list[Finding]:
    name, where = f"number.{number}", WHERE.format(number=number)
    if at_twilio is None:
        mend = "Twilio Console > Phone numbers > Buy a number (or port it), or take it out of `phone_numbers`"
        return [failed(name, f"{number} is not a number of this account", mend)]
    if not (at_twilio.get("capabilities") or {}).get("voice"):
        return [failed(name, f"{number} cannot take calls", "choose a number with the capability Voice")]
    if leader := _led_elsewhere(at_twilio, "voice_application_sid"):
        mend = f"{where} > Voice configuration: Configure with Webhook, TwiML Bin, Function, Studio Flow"
        return [failed(name, f"calls to {number} go to {leader}, not to its webhook", mend)]
    hooks = f"{base_url}{VOICE}"
    return [
        _hook(f"{name}.voice_url", at_twilio, "voice_url", "voice_method", f"{hooks}/inbound",
              f"{where} > Voice configuration > A call comes in"),
        _hook(f"{name}.status_callback", at_twilio, "status_callback", "status_callback_method",
              f"{hooks}/call-status", f"{where} > Voice configuration > Call status changes"),
        _fallback(name, at_twilio, base_url, where),
    ]  # fmt: skip


def _led_elsewhere(number: Number, application: str) -> str | None:
    """A trunk or an application goes before the number's own webhook (Twilio: IncomingPhoneNumber resource)."""
    if number.get("trunk_sid"):
        return f"the SIP trunk {number['trunk_sid']}"
    return f"the TwiML app {number[application]}" if number.get(application) else None


def _hook(name: str, number: Number, url: str, method: str, expected: str, where: str) -> Finding:
    found = str(number.get(url) or "")
    set_it = f"{where}: Webhook, {expected}, HTTP POST"
    if found.partition("#")[0] != expected:  # the part after # only says how often Twilio tries
        return failed(name, f"{found or 'nothing'} is called; it must be {expected}", set_it)
    if number.get(method) != "POST":
        return failed(name, f"it is called with {number.get(method)}; it must be POST", set_it)
    return ok(name, f"{expected} is called with POST")


def _fallback(name: str, number: Number, base_url: str, where: str) -> Finding:
    url = str(number.get("voice_fallback_url") or "")
    check, mend = (
        f"{name}.fallback",
        f"{where} > Voice configuration > Primary handler fails: a TwiML Bin of yours",
    )
    if not url:
        return warning(check, "nothing answers when the service is down: callers are cut off", mend)
    if urlsplit(url).netloc == urlsplit(base_url).netloc:
        return warning(check, "the fallback is this service too: it is down when it is needed", mend)
    return ok(check, "another host answers when the service is down")


def _unknown_here(base_url: str, wanted: list[str], has: Mapping[str, Number]) -> list[Finding]:
    """Numbers that bring their calls to us and find no flow."""
    strays = [
        n for n in sorted(has) if n not in wanted and str(has[n].get("voice_url") or "").startswith(base_url)
    ]
    mend = "put it into `phone_numbers` (docs/operations.md), or send its calls elsewhere"
    return [warning(f"number.{n}", f"{n} calls this service, which does not know it", mend) for n in strays]


def _messages(base_url: str, address: str, has: Mapping[str, Number]) -> Finding:
    expected = f"{base_url}{MESSAGING}/inbound"
    if address.startswith("whatsapp:"):
        mend = f"Twilio Console > Messaging > Senders > WhatsApp senders > {address}: Webhook, {expected}, HTTP POST"
        return skipped(f"messages.{address}", "Twilio shows WhatsApp senders in its console only", mend)
    name, number = f"messages.{address}", has.get(address)
    where = WHERE.format(number=address) + " > Messaging configuration > A message comes in"
    if number is None:
        mend = "buy it, or take it out of `messaging_addresses`"
        return failed(name, f"{address} is not a number of this account", mend)
    if leader := _led_elsewhere({**number, "trunk_sid": None}, "sms_application_sid"):
        return failed(
            name, f"messages to {address} go to {leader}", f"{where}: Webhook, {expected}, HTTP POST"
        )
    if not (number.get("capabilities") or {}).get("sms"):
        return failed(name, f"{address} cannot take messages", "choose a number with the capability SMS")
    return _hook(name, number, "sms_url", "sms_method", expected, where)
