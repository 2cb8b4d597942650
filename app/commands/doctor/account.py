"""Reads what the doctor needs of the Twilio account. Every request has a timeout, and none changes anything.

Source: Twilio's OpenAPI documents twilio_api_v2010 and twilio_voice_v1 (2026-04-14).
"""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self

import httpx

from app.channels.twilio.client import API_PREFIX, TIMEOUT
from app.core.settings import Settings

MAX_PAGES = 40
PAGE_SIZE = 200
REST_HOST, VOICE_HOST = "https://api.twilio.com", "https://voice.twilio.com"


class NoAnswer(Exception):
    """Nobody answered, or not in JSON; the message says what happened, without secrets."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body, and the time by the carrier's clock when it answered."""

    status: int
    body: dict[str, Any]
    at: datetime | None


class AccountReader:
    """Asks with the account's token, or with the API key that signs the browser phones' tokens."""

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None):
        self._settings = settings
        self._base = settings.twilio_api_base_url
        # dialling permissions live on another host of Twilio's; whatever stands in for the one stands in for both
        self._voice_base = VOICE_HOST if self._base == REST_HOST else self._base
        self._prefix = f"{API_PREFIX}/{settings.twilio_account_sid}"
        self._http = httpx.AsyncClient(timeout=TIMEOUT, transport=transport, follow_redirects=False)

    async def __aenter__(self) -> Self:
        """The reader itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def account(self) -> Answer:
        """The account."""
        return await self._get(f"{self._base}{self._prefix}.json")

    async def key(self) -> Answer:
        """The API key as the account knows it."""
        return await self._get(f"{self._base}{self._prefix}/Keys/{self._settings.twilio_api_key_sid}.json")

    async def as_key(self) -> Answer:
        """Something that the API key itself may see: whether its secret is right."""
        secret = self._settings.twilio_api_key_secret.get_secret_value()
        url = f"{self._base}{self._prefix}/IncomingPhoneNumbers.json?PageSize=1"
        return await self._get(url, (self._settings.twilio_api_key_sid, secret))

    async def application(self) -> Answer:
        """The TwiML application of the browser phones."""
        sid = self._settings.twilio_twiml_app_sid
        return await self._get(f"{self._base}{self._prefix}/Applications/{sid}.json")

    async def country(self, code: str) -> Answer:
        """Whether numbers of a country may be called."""
        return await self._get(f"{self._voice_base}/v1/DialingPermissions/Countries/{code}")

    async def numbers(self) -> dict[str, dict[str, Any]]:
        """All numbers of the account, by number. Raises NoAnswer."""
        found: dict[str, dict[str, Any]] = {}
        path: str | None = f"{self._prefix}/IncomingPhoneNumbers.json?PageSize={PAGE_SIZE}"
        for _ in range(MAX_PAGES):
            if path is None:
                break
            # a path of the same host, so that the credentials go nowhere else
            answer = await self._get(self._base + path)
            if answer.status != 200:
                raise NoAnswer(f"the list of numbers was refused ({answer.status})")
            found |= {number["phone_number"]: number for number in answer.body["incoming_phone_numbers"]}
            path = answer.body.get("next_page_uri")
        return found

    async def _get(self, url: str, auth: tuple[str, str] | None = None) -> Answer:
        token = self._settings.twilio_auth_token.get_secret_value()
        try:
            response = await self._http.get(url, auth=auth or (self._settings.twilio_account_sid, token))
        except httpx.HTTPError as error:
            raise NoAnswer(type(error).__name__) from error
        try:
            body = response.json()
        except ValueError:
            raise NoAnswer(f"an answer that is no JSON ({response.status_code})") from None
        if not isinstance(body, dict):
            raise NoAnswer(f"an answer of an unknown shape ({response.status_code})")
        return Answer(response.status_code, body, _date(response.headers.get("date")))


def _date(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
