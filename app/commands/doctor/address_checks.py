"""Our own public address, called as Twilio would call it: reachable, https, and the signature fits."""

import httpx

from app.channels.twilio.client import TIMEOUT
from app.channels.twilio.signature import SIGNATURE_HEADER, sign
from app.channels.voice.urls import CHECK_PATH, PREFIX
from app.commands.doctor.findings import Finding, failed, ok, skipped
from app.core.settings import Settings

PROXY = "the proxy in front of the service must pass every path and query unchanged to it"


async def check_address(
    settings: Settings, transport: httpx.AsyncBaseTransport | None = None
) -> list[Finding]:
    """Whether this service answers there, and takes what this account's token signed and nothing else."""
    async with httpx.AsyncClient(timeout=TIMEOUT, transport=transport, follow_redirects=False) as http:
        reached = await _reached(http, settings)
        if reached.state != "ok":
            return [reached]
        return [reached, await _signature(http, settings)]


async def _reached(http: httpx.AsyncClient, settings: Settings) -> Finding:
    name, url = "address.reached", f"{settings.public_base_url}/healthz"
    try:
        answer = await http.get(url)
    except httpx.HTTPError as error:
        mend = "start the service and its proxy; check the name in DNS, the certificate and the firewall"
        return failed(name, f"{url} does not answer: {type(error).__name__}", mend)
    if answer.is_redirect:
        return failed(
            name, f"{url} redirects; a webhook's fields would be lost", f"name the last address; {PROXY}"
        )
    if answer.status_code != 200:
        return failed(name, f"{url} answers {answer.status_code}", PROXY)
    return ok(name, f"{settings.public_base_url} answers")


async def _signature(http: httpx.AsyncClient, settings: Settings) -> Finding:
    """The query is signed, too, and holds what a careless proxy would write otherwise."""
    name = "address.signature"
    if not settings.twilio_auth_token.get_secret_value():
        return skipped(name, "without a token nothing can be signed")
    url = f"{settings.public_base_url}{PREFIX}/{CHECK_PATH}?leg=a%2Fb&step=1"
    form = {
        "AccountSid": settings.twilio_account_sid,
        "CallSid": "CA" + "0" * 32,
        "CallerName": "王 小姐 +1",
        "Digits": "",
    }
    try:
        signed = await http.post(url, data=form, headers={SIGNATURE_HEADER: sign(settings, url, form)})
        forged = await http.post(url, data=form, headers={SIGNATURE_HEADER: "forged"})
    except httpx.HTTPError as error:
        return failed(name, f"webhooks are not answered: {type(error).__name__}", PROXY)
    if signed.status_code == 204 and forged.status_code == 403:
        return ok(name, "a webhook with our signature is taken, one with another is refused")
    if signed.status_code == 403:
        mend = (
            "start the service with the same SWITCHBOARD_TWILIO_AUTH_TOKEN, …_ACCOUNT_SID and "
            f"SWITCHBOARD_PUBLIC_BASE_URL as this command; {PROXY}"
        )
        return failed(name, "a webhook with the right signature is refused: no call would be answered", mend)
    says = f"a signed webhook is answered with {signed.status_code}, a forged one with {forged.status_code}"
    return failed(name, f"{says}; it must be 204 and 403", f"is it this service that answers there? {PROXY}")
