"""Numbers and TwiML applications over REST."""

from typing import Any

from simulator.account import number_sid
from simulator.config import Application, Number
from simulator.network import Simulator
from simulator.rest.paging import page
from simulator.rest.render import base_uri
from simulator.rest.request import RestAnswer, RestRequest
from simulator.rest.validation import RestError, Values
from simulator.webhook_fields import API_VERSION, rfc2822

NUMBER_FIELDS = {
    "FriendlyName": "label",
    "VoiceUrl": "voice_url",
    "VoiceFallbackUrl": "voice_fallback_url",
    "StatusCallback": "status_callback",
}
APPLICATION_FIELDS = NUMBER_FIELDS | {"FriendlyName": "name"}


def _changes(form: Values, names: dict[str, str]) -> dict[str, Any]:
    found = {attribute: form.text(name) or None for name, attribute in names.items() if name in form}
    for name in ("voice_url", "label", "name"):
        if name in found and not found[name]:
            raise RestError(400, 20001, f"{name}: a value is required")
    return found


def _common(sim: Simulator, item: Number | Application) -> dict[str, Any]:
    created = rfc2822(sim.account.created)
    return {
        "account_sid": sim.config.account_sid,
        "api_version": API_VERSION,
        "date_created": created,
        "date_updated": created,
        "sms_fallback_method": "POST",
        "sms_fallback_url": None,
        "sms_method": "POST",
        "sms_url": None,
        "status_callback": item.status_callback,
        "status_callback_method": "POST",
        "voice_caller_id_lookup": False,
        "voice_fallback_method": "POST",
        "voice_fallback_url": item.voice_fallback_url,
        "voice_method": "POST",
        "voice_url": item.voice_url,
    }


def _render_number(sim: Simulator, number: Number) -> dict[str, Any]:
    sid = number_sid(number.number)
    return _common(sim, number) | {
        "address_requirements": "none",
        "address_sid": None,
        "beta": False,
        "bundle_sid": None,
        "capabilities": {"voice": True, "sms": False, "mms": False, "fax": False},
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "emergency_status": "Inactive",
        "friendly_name": number.label,
        "identity_sid": None,
        "origin": "twilio",
        "phone_number": number.number,
        "sid": sid,
        "sms_application_sid": None,
        "status": "in-use",
        "trunk_sid": None,
        "uri": f"{base_uri(sim)}/IncomingPhoneNumbers/{sid}.json",
        "voice_application_sid": None,
        "voice_receive_mode": "voice",
    }


def _render_application(sim: Simulator, application: Application) -> dict[str, Any]:
    return _common(sim, application) | {
        "friendly_name": application.name,
        "message_status_callback": None,
        "public_application_connect_enabled": False,
        "sid": application.sid,
        "sms_status_callback": None,
        "uri": f"{base_uri(sim)}/Applications/{application.sid}.json",
    }


async def list_numbers(sim: Simulator, request: RestRequest) -> RestAnswer:
    """Our numbers, filtered by number or name."""
    query = request.query
    items = [
        _render_number(sim, number)
        for number in sim.account.numbers.values()
        if query.text("PhoneNumber") in (None, number.number)
        and query.text("FriendlyName") in (None, number.label)
    ]
    path = f"{base_uri(sim)}/IncomingPhoneNumbers.json"
    return RestAnswer(200, page(path, "incoming_phone_numbers", items, query))


def _number(sim: Simulator, request: RestRequest) -> Number:
    number = sim.account.numbers.get(request.path["Sid"])
    if number is None:
        raise RestError(404, 20404, f"The number {request.path['Sid']} was not found")
    return number


async def fetch_number(sim: Simulator, request: RestRequest) -> RestAnswer:
    """One of our numbers."""
    return RestAnswer(200, _render_number(sim, _number(sim, request)))


async def update_number(sim: Simulator, request: RestRequest) -> RestAnswer:
    """Point a number's webhooks elsewhere; calls in progress are not touched."""
    _number(sim, request)
    number = sim.account.change_number(request.path["Sid"], **_changes(request.form, NUMBER_FIELDS))
    return RestAnswer(200, _render_number(sim, number))


async def list_applications(sim: Simulator, request: RestRequest) -> RestAnswer:
    """Our TwiML applications."""
    wanted = request.query.text("FriendlyName")
    found = [a for a in sim.account.applications.values() if wanted in (None, a.name)]
    items = [_render_application(sim, application) for application in found]
    return RestAnswer(200, page(f"{base_uri(sim)}/Applications.json", "applications", items, request.query))


def _application(sim: Simulator, request: RestRequest) -> Application:
    application = sim.account.application(request.path["Sid"])
    if application is None:
        raise RestError(404, 20404, f"The application {request.path['Sid']} was not found")
    return application


async def fetch_application(sim: Simulator, request: RestRequest) -> RestAnswer:
    """One TwiML application."""
    return RestAnswer(200, _render_application(sim, _application(sim, request)))


async def update_application(sim: Simulator, request: RestRequest) -> RestAnswer:
    """Point an application's webhooks elsewhere."""
    _application(sim, request)
    changes = _changes(request.form, APPLICATION_FIELDS)
    return RestAnswer(
        200, _render_application(sim, sim.account.change_application(request.path["Sid"], **changes))
    )
