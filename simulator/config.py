"""What the network consists of: account, numbers, callers, and knobs for behaviour not known for certain."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

E164 = re.compile(r"^\+[1-9]\d{5,14}$")
SID = re.compile(r"^[A-Z]{2}[0-9a-fA-F]{32}$")


# What a file may say of a number; REST changes the rest, and tests set what is no part of a file.
NUMBER_FIELDS = {
    "number",
    "label",
    "voice_url",
    "voice_fallback_url",
    "status_callback",
    "message_url",
    "message_fallback_url",
}
SET_IN_CODE = {"blocked_countries", "account_status", "account_type"}


class ConfigError(ValueError):
    """The configuration is malformed; `field` names where."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(f"{where}: {message}")
        self.field = where


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the account and the webhooks configured on it."""

    number: str
    label: str
    voice_url: str
    voice_fallback_url: str | None = None
    status_callback: str | None = None
    message_url: str | None = None  # a message comes in, by SMS or WhatsApp; without it the number takes none
    message_fallback_url: str | None = None
    voice_method: str = "POST"
    status_callback_method: str = "POST"
    # Kept and shown as the account has them; calls and messages are not led by them here.
    message_method: str = "POST"
    trunk_sid: str | None = None
    voice_application_sid: str | None = None
    sms_application_sid: str | None = None


@dataclass(frozen=True, slots=True)
class Application:
    """A TwiML application: what a browser phone reaches when it dials out."""

    sid: str
    name: str
    voice_url: str
    voice_fallback_url: str | None = None
    status_callback: str | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """A person of the demo directory. `number` is None when the caller withholds it."""

    label: str
    number: str | None
    language: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop's web page with the chat widget. `goods`: names and prices in whole Taiwan dollars."""

    name: str
    desk_url: str
    widget_key: str
    goods: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Knobs:
    """Settings for what Twilio's documentation leaves open, and for timing. Seconds are virtual."""

    latency_min: float = 0.02  # s before a webhook reaches the peer
    latency_max: float = 0.4  # s
    http_timeout: float = 15.0  # real s: Twilio's hard limit for all call-related requests
    redirects_per_second: int = 100  # documents fetched without time passing before a loop is cut
    wait_music_length: float = 10.0  # s, length of a Play whose audio does not say
    drop_early_keys: bool = True  # keys pressed before a Gather starts are lost
    dial_action_on_hangup: bool = True  # the Dial action is sent when the caller hangs up in a conference
    conference_starts_with: int = 2  # participants needed for conference-start
    reject_status: str = "busy"  # final status of a leg whose client rejects
    offline_status: str = "failed"  # final status of a leg to a client that is not registered
    failed_leg_event: bool = True  # participant-leave (participant_add_failed) for a leg that never joined
    fallback_covers_actions: bool = True  # a failed action URL goes to the call's fallback too
    callback_before_answer: bool = False  # the first callback of a new leg overtakes the REST answer
    queue_action_delay: float = 0.0  # s a queue's action lags behind the redirect that ended the waiting
    record_silence_sends_action: bool = False  # a Record that heard only silence still sends its action
    idempotency_header: str = "on-retry"  # when I-Twilio-Idempotency-Token is shown: never, on-retry, always
    client_grace: float = 10.0  # s a client leg survives the loss of its socket
    creates_per_second: float = 0.0  # account limit for new outbound calls; 0 = unlimited (Twilio: 1)
    calls_at_once: int = 0  # live calls of the account; 0 = unlimited (more: error 10004)
    rest_per_second: float = 0.0  # REST requests; 0 = unlimited (more: 429, 20429)
    longest_create_queue: float = 86_400.0  # s a new call may wait under the rate limit (more: 22005)
    network_obeys_stop: bool = True  # STOP by SMS: the network itself refuses further messages (21610)
    withheld_number: str = "+266696687"  # what From shows for a caller who withholds the number


KNOB_CHOICES = {
    "reject_status": ("busy", "no-answer", "failed"),
    "offline_status": ("failed", "no-answer", "busy"),
    "idempotency_header": ("never", "on-retry", "always"),
}


def knob_variants() -> dict[str, Knobs]:
    """For everything not known of the live service, the other answer: run a scenario under each of these, too."""
    return {
        "early keys are kept": Knobs(drop_early_keys=False),
        "no Dial action on hang-up": Knobs(dial_action_on_hangup=False),
        "a conference starts with one": Knobs(conference_starts_with=1),
        "a rejected leg is no-answer": Knobs(reject_status="no-answer"),
        "an offline client is no-answer": Knobs(offline_status="no-answer"),
        "no leave event for a leg that failed": Knobs(failed_leg_event=False),
        "no fallback for actions": Knobs(fallback_covers_actions=False),
        "callbacks overtake answers": Knobs(callback_before_answer=True),
        "the queue's action is late": Knobs(queue_action_delay=3.0),
        "silence sends the Record action": Knobs(record_silence_sends_action=True),
        "idempotency tokens always": Knobs(idempotency_header="always"),
        "idempotency tokens never": Knobs(idempotency_header="never"),
        "one new call a second": Knobs(creates_per_second=1.0),
        "the network leaves STOP to us": Knobs(network_obeys_stop=False),
        "slow callbacks": Knobs(latency_min=0.3, latency_max=2.0),
    }


@dataclass(frozen=True, slots=True)
class SimulatorConfig:
    """One account of the simulated network."""

    account_sid: str
    auth_token: str = field(repr=False)
    api_key_sid: str
    api_key_secret: str = field(repr=False)
    numbers: tuple[Number, ...]
    callers: tuple[Caller, ...] = ()
    allow_origins: tuple[str, ...] = ()
    applications: tuple[Application, ...] = ()
    api_base_url: str = "https://api.twilio.com"  # what RecordingUrl and MediaUrl begin with
    auth_token_secondary: str | None = field(default=None, repr=False)  # accepted by REST besides the first
    blocked_prefixes: tuple[str, ...] = ()  # numbers the account may not dial (geographic permissions)
    blocked_countries: tuple[
        str, ...
    ] = ()  # ISO 3166 codes shown as not permitted (Voice v1 DialingPermissions)
    account_status: str = "active"
    account_type: str = "Full"
    knobs: Knobs = Knobs()
    shop: Shop | None = None


def load_config(path: Path) -> SimulatorConfig:
    """Read a JSON configuration file; raises ConfigError naming the field that is wrong."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(str(path), f"cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise ConfigError(str(path), f"is not JSON ({error})") from error
    return parse_config(data)


def parse_config(data: object) -> SimulatorConfig:
    """Build the configuration from decoded JSON; raises ConfigError naming the field that is wrong."""
    root = _object(data, "config")
    _refuse_unknown(root, {f.name for f in fields(SimulatorConfig)} - SET_IN_CODE, "")
    numbers = tuple(_number(item, f"numbers[{i}]") for i, item in enumerate(_list(root, "numbers")))
    if not numbers:
        raise ConfigError("numbers", "needs at least one number")
    if len({n.number for n in numbers}) != len(numbers):
        raise ConfigError("numbers", "the same number is listed twice")
    return SimulatorConfig(
        account_sid=_sid(root, "account_sid", "AC"),
        auth_token=_text(root, "auth_token", ""),
        api_key_sid=_sid(root, "api_key_sid", "SK"),
        api_key_secret=_text(root, "api_key_secret", ""),
        numbers=numbers,
        callers=tuple(_caller(item, f"callers[{i}]") for i, item in enumerate(_list(root, "callers", []))),
        allow_origins=tuple(_origins(root)),
        applications=tuple(
            _application(item, f"applications[{i}]") for i, item in enumerate(_list(root, "applications", []))
        ),
        api_base_url=(_url(root, "api_base_url", "config", optional=True) or "https://api.twilio.com").rstrip(
            "/"
        ),
        auth_token_secondary=_optional_text(root, "auth_token_secondary", ""),
        blocked_prefixes=tuple(_prefixes(root)),
        knobs=_knobs(root.get("knobs", {})),
        shop=_shop(root["shop"]) if root.get("shop") is not None else None,
    )


def _shop(data: object) -> Shop:
    item = _object(data, "shop")
    _refuse_unknown(item, {f.name for f in fields(Shop)}, "shop.")
    goods = []
    for i, entry in enumerate(_list(item, "goods", [])):
        if not (isinstance(entry, list) and len(entry) == 2 and isinstance(entry[1], int)):
            raise ConfigError(f"shop.goods[{i}]", "must be a name and a whole price")
        goods.append((str(entry[0]), entry[1]))
    return Shop(
        name=_text(item, "name", "shop."),
        desk_url=(_url(item, "desk_url", "shop") or "").rstrip("/"),
        widget_key=_text(item, "widget_key", "shop."),
        goods=tuple(goods),
    )


def _number(data: object, where: str) -> Number:
    item = _object(data, where)
    _refuse_unknown(item, NUMBER_FIELDS, where + ".")
    return Number(
        number=_e164(_text(item, "number", where + "."), f"{where}.number"),
        label=_text(item, "label", where + "."),
        voice_url=_url(item, "voice_url", where) or "",
        voice_fallback_url=_url(item, "voice_fallback_url", where, optional=True),
        status_callback=_url(item, "status_callback", where, optional=True),
        message_url=_url(item, "message_url", where, optional=True),
        message_fallback_url=_url(item, "message_fallback_url", where, optional=True),
    )


def _application(data: object, where: str) -> Application:
    item = _object(data, where)
    _refuse_unknown(item, {f.name for f in fields(Application)}, where + ".")
    sid = _text(item, "sid", where + ".")
    if not SID.match(sid) or not sid.startswith("AP"):
        raise ConfigError(f"{where}.sid", "must be AP and 32 hex digits")
    return Application(
        sid=sid,
        name=_text(item, "name", where + "."),
        voice_url=_url(item, "voice_url", where) or "",
        voice_fallback_url=_url(item, "voice_fallback_url", where, optional=True),
        status_callback=_url(item, "status_callback", where, optional=True),
    )


def _prefixes(root: Mapping[str, Any]) -> list[str]:
    prefixes = _list(root, "blocked_prefixes", [])
    for i, prefix in enumerate(prefixes):
        if not isinstance(prefix, str) or not re.match(r"^\+[1-9]\d*$", prefix):
            raise ConfigError(f"blocked_prefixes[{i}]", "must be + and digits, like +1900")
    return prefixes


def _caller(data: object, where: str) -> Caller:
    item = _object(data, where)
    _refuse_unknown(item, {f.name for f in fields(Caller)}, where + ".")
    number = item.get("number")
    return Caller(
        label=_text(item, "label", where + "."),
        number=None if number is None else _e164(number, f"{where}.number"),
        language=_optional_text(item, "language", where),
        note=_optional_text(item, "note", where),
    )


def _knobs(data: object) -> Knobs:
    item = _object(data, "knobs")
    known = {f.name: f.default for f in fields(Knobs)}
    _refuse_unknown(item, set(known), "knobs.")
    for name, value in item.items():
        wanted = float if isinstance(known[name], float) else type(known[name])
        if not isinstance(value, wanted) and not (wanted is float and type(value) is int):
            raise ConfigError(f"knobs.{name}", f"must be of type {wanted.__name__}")
        if value not in KNOB_CHOICES.get(name, (value,)):
            raise ConfigError(f"knobs.{name}", f"must be one of {', '.join(KNOB_CHOICES[name])}")
    return Knobs(**item)


def _object(data: object, where: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise ConfigError(where, "must be an object")
    return data


def _list(data: Mapping[str, Any], name: str, default: list[Any] | None = None) -> list[Any]:
    value = data.get(name, default)
    if not isinstance(value, list):
        raise ConfigError(name, "must be a list")
    return value


def _origins(root: Mapping[str, Any]) -> list[str]:
    origins = _list(root, "allow_origins", [])
    for i, origin in enumerate(origins):
        if not isinstance(origin, str) or not origin:
            raise ConfigError(f"allow_origins[{i}]", "must be an origin like http://127.0.0.1:8000")
    return origins


def _text(data: Mapping[str, Any], name: str, where: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value:
        raise ConfigError(where + name, "must be a text that is not empty")
    return value


def _optional_text(data: Mapping[str, Any], name: str, where: str) -> str | None:
    value = data.get(name)
    if value is not None and not isinstance(value, str):
        raise ConfigError(f"{where}.{name}", "must be a text or null")
    return value


def _sid(data: Mapping[str, Any], name: str, prefix: str) -> str:
    value = _text(data, name, "")
    if not SID.match(value) or not value.startswith(prefix):
        raise ConfigError(name, f"must be {prefix} and 32 hex digits")
    return value


def _e164(value: object, where: str) -> str:
    if not isinstance(value, str) or not E164.match(value):
        raise ConfigError(where, "must be an E.164 number like +886912345678")
    return value


def _url(data: Mapping[str, Any], name: str, where: str, *, optional: bool = False) -> str | None:
    value = data.get(name)
    if value is None and optional:
        return None
    if not isinstance(value, str) or urlsplit(value).scheme not in ("http", "https"):
        raise ConfigError(f"{where}.{name}", "must be an absolute http(s) URL")
    return value


def _refuse_unknown(data: Mapping[str, Any], known: set[str], where: str) -> None:
    for name in data:
        if name not in known:
            raise ConfigError(where + name, f"is not a known field (known: {', '.join(sorted(known))})")
