"""A carrier of messages: it keeps what it is told to send, and customers write through it to the product."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from twilio.request_validator import RequestValidator

from app.demo.summary import MAIN_NUMBER
from tests.support.centre import Centre, free_port, served
from tests.support.waiting import eventually


def _sid() -> str:
    return f"SM{uuid4().hex}"


@dataclass
class TextCarrier:
    """Twilio's messages, as far as the product uses them. `refusing` is the error of the next ones."""

    url: str = ""
    sent: list[dict[str, str]] = field(default_factory=list)
    refusing: int | None = None

    async def messages(self, request: Request) -> JSONResponse:
        """Create, or list what was sent to somebody."""
        if request.method == "GET":
            to = request.query_params["To"]
            return JSONResponse({"messages": [one for one in self.sent if one["to"] == to]})
        form = await request.form()
        if self.refusing is not None:
            return JSONResponse({"code": self.refusing, "message": "no"}, 400)
        made = {"sid": _sid(), "status": "queued", "date_created": ""}
        for ours, theirs in (
            ("to", "To"),
            ("from", "From"),
            ("body", "Body"),
            ("callback", "StatusCallback"),
        ):
            made[ours] = str(form[theirs])
        self.sent.append(made)
        return JSONResponse(made, 201)

    async def writes(self, centre: Centre, body: str, from_: str, to: str = MAIN_NUMBER) -> None:
        """A customer's message reaches the product."""
        sid = _sid()
        fields = {
            "MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "SmsStatus": "received", "NumMedia": "0",
            "NumSegments": "1", "Body": body, "From": from_, "To": to,
        }  # fmt: skip
        await self._post(centre, f"{centre.base_url}/webhooks/twilio/messaging/inbound", fields)

    async def reports(self, centre: Centre, message: dict[str, str], status: str) -> None:
        """News of a message that was sent."""
        fields = {
            "MessageSid": message["sid"], "SmsSid": message["sid"], "MessageStatus": status, "SmsStatus": status,
            "From": message["from"], "To": message["to"],
        }  # fmt: skip
        await self._post(centre, message["callback"], fields)

    async def _post(self, centre: Centre, url: str, fields: dict[str, str]) -> None:
        form = {**fields, "AccountSid": centre.settings.twilio_account_sid, "ApiVersion": "2010-04-01"}
        token = centre.settings.twilio_auth_token.get_secret_value()
        signature = RequestValidator(token).compute_signature(url, form)
        async with httpx.AsyncClient(timeout=15) as http:
            answer = await http.post(url, data=form, headers={"X-Twilio-Signature": signature})
        assert answer.status_code in (200, 204), answer.text

    async def got(self, count: int) -> None:
        """Wait until it has been given so many messages."""

        async def there() -> bool:
            return len(self.sent) >= count

        await eventually(there, what=f"{count} messages at the carrier")


@asynccontextmanager
async def text_carrier() -> AsyncIterator[TextCarrier]:
    """A carrier on a port of its own."""
    carrier, port = TextCarrier(), free_port()
    carrier.url = f"http://127.0.0.1:{port}"
    route = Route("/2010-04-01/Accounts/{account}/Messages.json", carrier.messages, methods=["GET", "POST"])
    async with served(Starlette(routes=[route]), port):
        yield carrier
