"""The form fields of webhooks about text messages, in the shapes of recorded traffic (sets 38 to 45 of the design's
webhook data): https://www.twilio.com/docs/messaging/guides/webhook-request."""

from typing import TYPE_CHECKING

from simulator.config import SimulatorConfig
from simulator.webhook_fields import API_VERSION, country_of

if TYPE_CHECKING:
    from simulator.texts import TextMessage

WHATSAPP = "whatsapp:"
SEGMENT = {
    True: 160,
    False: 70,
}  # characters of an SMS, by whether all of them are in its 7-bit alphabet (nearly)


def segments(body: str) -> int:
    """How many SMS the words take."""
    return max(1, -(-len(body) // SEGMENT[body.isascii()]))


def media_url(config: SimulatorConfig, message_sid: str, sid: str) -> str:
    """Where a file of a message is fetched."""
    return f"{config.api_base_url}/{API_VERSION}/Accounts/{config.account_sid}/Messages/{message_sid}/Media/{sid}"


def received_fields(config: SimulatorConfig, text: "TextMessage") -> dict[str, str]:
    """A message comes in."""
    fields = {
        "SmsMessageSid": text.sid,
        "NumMedia": str(len(text.files)),
        "SmsSid": text.sid,
        "SmsStatus": "received",
        "Body": text.body,
        "To": text.to,
        "NumSegments": str(segments(text.body)),
        "MessageSid": text.sid,
        "AccountSid": config.account_sid,
        "From": text.from_,
        "ApiVersion": API_VERSION,
    }
    for n, file in enumerate(text.files):
        fields[f"MediaContentType{n}"] = file.content_type
        fields[f"MediaUrl{n}"] = media_url(config, text.sid, file.sid)
    if text.from_.startswith(WHATSAPP):
        digits = text.from_.removeprefix(f"{WHATSAPP}+")
        kind = text.files[0].content_type.partition("/")[0] if text.files else "text"
        return fields | {"ProfileName": digits, "WaId": digits, "MessageType": kind, "ReferralNumMedia": "0"}
    for name, address in (("From", text.from_), ("To", text.to)):
        fields |= {f"{name}Country": country_of(address)}
        fields |= dict.fromkeys((f"{name}City", f"{name}State", f"{name}Zip"), "")
    return fields


def status_fields(config: SimulatorConfig, text: "TextMessage") -> dict[str, str]:
    """How far a message of ours is."""
    fields = {
        "SmsSid": text.sid,
        "SmsStatus": text.status,
        "MessageStatus": text.status,
        "To": text.to,
        "MessageSid": text.sid,
        "AccountSid": config.account_sid,
        "From": text.from_,
        "ApiVersion": API_VERSION,
    }
    return fields | ({"ErrorCode": str(text.error_code)} if text.error_code else {})
