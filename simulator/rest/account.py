"""The account itself, its key, its numbers and TwiML applications over REST."""

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
METHOD_FIELDS = {
    "VoiceMethod": "voice_method",
    "StatusCallbackMethod": "status_callback_method",
    "SmsMethod": "message_method",
}
LEADING_FIELDS = {
    "SmsUrl": "message_url",
    "TrunkSid": "trunk_sid",
    "VoiceApplicationSid": "voice_application_sid",
    "SmsApplicationSid": "sms_application_sid",
}


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


def _of_number(number: Number) -> dict[str, Any]:
    """What a number has and an application has not."""
    return {
        "sms_application_sid": number.sms_application_sid,
        "sms_fallback_url": number.message_fallback_url,
        "sms_method": number.message_method,
        "sms_url": number.message_url,
        "status_callback_method": number.status_callback_method,
        "trunk_sid": number.trunk_sid,
        "voice_application_sid": number.voice_application_sid,
        "voice_method": number.voice_method,
    }


def _render_number(sim: Simulator, number: Number) -> dict[str, Any]:
    sid = number_sid(number.number)
    return (
        _common(sim, number)
        | _of_number(number)
        | {
            "address_requirements": "none",
            "address_sid": None,
            "beta": False,
            "bundle_sid": None,
            "capabilities": {
                "voice": True,
                "sms": number.message_url is not None,
                "mms": False,
                "fax": False,
            },
            "emergency_address_sid": None,
            "emergency_address_status": "unregistered",
            "emergency_status": "Inactive",
            "friendly_name": number.label,
            "identity_sid": None,
            "origin": "twilio",
            "phone_number": number.number,
            "sid": sid,
            "status": "in-use",
            "uri": f"{base_uri(sim)}/IncomingPhoneNumbers/{sid}.json",
            "voice_receive_mode": "voice",
        }
    )


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
    changes = _changes(request.form, NUMBER_FIELDS | LEADING_FIELDS)
    methods = {
        name: request.form.text(field) for field, name in METHOD_FIELDS.items() if field in request.form
    }
    number = sim.account.change_number(request.path["Sid"], **changes, **methods)
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


async def fetch_account(sim: Simulator, request: RestRequest) -> RestAnswer:
    """The account. Its token is shown to nobody here."""
    created = rfc2822(sim.account.created)
    body = {
        "auth_token": None,
        "date_created": created,
        "date_updated": created,
        "friendly_name": "Simulated account",
        "owner_account_sid": sim.config.account_sid,
        "sid": sim.config.account_sid,
        "status": sim.config.account_status,
        "subresource_uris": {"calls": f"{base_uri(sim)}/Calls.json"},
        "type": sim.config.account_type,
        "uri": f"{base_uri(sim)}.json",
    }
    return RestAnswer(200, body)


async def fetch_key(sim: Simulator, request: RestRequest) -> RestAnswer:
    """The API key, without its secret."""
    if request.path["Sid"] != sim.config.api_key_sid:
        raise RestError(404, 20404, f"The key {request.path['Sid']} was not found")
    created = rfc2822(sim.account.created)
    key = {"sid": sim.config.api_key_sid, "friendly_name": "browser phones"}
    return RestAnswer(200, key | {"date_created": created, "date_updated": created})


def dialing_permission(sim: Simulator, country: str) -> dict[str, Any]:
    """Whether a country may be called, as Voice v1 DialingPermissions/Countries shows it."""
    url = f"https://voice.twilio.com/v1/DialingPermissions/Countries/{country}"
    return {
        "iso_code": country,
        "name": country,
        "continent": None,
        "country_codes": [],
        "low_risk_numbers_enabled": country not in sim.config.blocked_countries,
        "high_risk_special_numbers_enabled": False,
        "high_risk_tollfraud_numbers_enabled": False,
        "url": url,
        "links": {"highrisk_special_prefixes": f"{url}/HighRiskSpecialPrefixes"},
    }
