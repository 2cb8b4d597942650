"""Messages over REST: https://www.twilio.com/docs/messaging/api/message-resource."""

from typing import Any

from starlette.responses import Response

from simulator.addresses import E164
from simulator.calls import Callback
from simulator.network import Simulator
from simulator.rest.paging import in_dates, page
from simulator.rest.render import base_uri
from simulator.rest.request import RestAnswer, RestRequest
from simulator.rest.validation import RestError
from simulator.text_fields import segments
from simulator.texts import WHATSAPP, TextMessage
from simulator.webhook_fields import API_VERSION, rfc2822

LONGEST = 1600  # characters


async def create_message(sim: Simulator, request: RestRequest) -> RestAnswer:
    """Send a text; 201 means queued, the status callbacks say what becomes of it."""
    form = request.form
    to, from_, body = form.text("To") or "", form.text("From") or "", form.text("Body") or ""
    media = len(form.all("MediaUrl"))
    _check(sim, to, from_, body, media)
    url = form.text("StatusCallback")
    text = sim.texts.send(from_, to, body, Callback(url, "POST", frozenset()) if url else None, media)
    return RestAnswer(201, render(sim, text), text.sid)


def _check(sim: Simulator, to: str, from_: str, body: str, media: int) -> None:
    number = sim.account.number(from_.removeprefix(WHATSAPP))
    if number is None or number.message_url is None:
        raise RestError(400, 21606, f"From: {from_!r} is not a number of this account that sends messages")
    if not E164.match(to.removeprefix(WHATSAPP)):
        raise RestError(400, 21211, f"To: {to!r} is not a number in E.164, or whatsapp: and one")
    if to.startswith(WHATSAPP) is not from_.startswith(WHATSAPP):
        raise RestError(400, 21910, "From and To: must be of the same channel")
    if to == from_:
        raise RestError(400, 21266, "To and From: must not be the same")
    if any(to.removeprefix(WHATSAPP).startswith(prefix) for prefix in sim.config.blocked_prefixes):
        raise RestError(400, 21408, f"To: the account may not send to {to}: no geographic permission")
    if not body and not media:
        raise RestError(400, 21619, "Body or MediaUrl: is required")
    if len(body) > LONGEST:
        raise RestError(400, 21617, f"Body: is longer than {LONGEST} characters")
    if sim.texts.is_opted_out(to, from_):
        raise RestError(400, 21610, "To: has unsubscribed from messages of this number")


def render(sim: Simulator, text: TextMessage) -> dict[str, Any]:
    """A Message resource."""
    uri = f"{base_uri(sim)}/Messages/{text.sid}"
    return {
        "account_sid": sim.config.account_sid,
        "api_version": API_VERSION,
        "body": text.body,
        "date_created": rfc2822(text.created),
        "date_sent": rfc2822(text.sent) if text.sent is not None else None,
        "date_updated": rfc2822(text.updated),
        "direction": text.direction,
        "error_code": text.error_code,
        "error_message": None,
        "from": text.from_,
        "messaging_service_sid": None,
        "num_media": str(len(text.files)),
        "num_segments": str(segments(text.body)),
        "price": None,
        "price_unit": None,
        "sid": text.sid,
        "status": text.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": text.to,
        "uri": f"{uri}.json",
    }


async def list_messages(sim: Simulator, request: RestRequest) -> RestAnswer:
    """Messages, newest first, filtered."""
    query = request.query
    items = [
        render(sim, text)
        for text in reversed(sim.texts.by_sid.values())
        if query.text("To") in (None, text.to)
        and query.text("From") in (None, text.from_)
        and in_dates(query, "DateSent", text.sent)
    ]
    return RestAnswer(200, page(f"{base_uri(sim)}/Messages.json", "messages", items, query))


async def fetch_message(sim: Simulator, request: RestRequest) -> RestAnswer:
    """One message."""
    return RestAnswer(200, render(sim, _found(sim, request.path["Sid"])))


async def list_media(sim: Simulator, request: RestRequest) -> RestAnswer:
    """The files of a message."""
    text = _found(sim, request.path["MessageSid"])
    items = [_render_file(sim, text, file.sid, file.content_type) for file in text.files]
    uri = f"{base_uri(sim)}/Messages/{text.sid}/Media.json"
    return RestAnswer(200, page(uri, "media_list", items, request.query))


def _render_file(sim: Simulator, text: TextMessage, sid: str, content_type: str) -> dict[str, Any]:
    return {
        "account_sid": sim.config.account_sid,
        "content_type": content_type,
        "date_created": rfc2822(text.created),
        "date_updated": rfc2822(text.created),
        "parent_sid": text.sid,
        "sid": sid,
        "uri": f"{base_uri(sim)}/Messages/{text.sid}/Media/{sid}.json",
    }


def _found(sim: Simulator, sid: str) -> TextMessage:
    text = sim.texts.by_sid.get(sid)
    if text is None:
        raise RestError(404, 20404, f"The message {sid} was not found")
    return text


def media(sim: Simulator, message_sid: str, sid: str) -> Response:
    """A file itself. The live service redirects to its content network once; this one has none."""
    for file in _found(sim, message_sid).files:
        if file.sid == sid:
            return Response(file.data, media_type=file.content_type)
    raise RestError(404, 20404, f"The file {sid} was not found")
