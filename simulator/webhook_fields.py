"""The form fields of each webhook, in the shapes seen in recorded traffic; blank fields are sent blank."""

from email.utils import formatdate

from simulator.calls import TERMINAL, Call, CallStatus

API_VERSION = "2010-04-01"
# Dialling prefixes the demo and tests use; a longer prefix wins. Others give a blank country.
COUNTRIES = {
    "+1": "US",
    "+266": "LS",
    "+33": "FR",
    "+44": "GB",
    "+49": "DE",
    "+60": "MY",
    "+61": "AU",
    "+65": "SG",
    "+66": "TH",
    "+81": "JP",
    "+82": "KR",
    "+84": "VN",
    "+852": "HK",
    "+853": "MO",
    "+86": "CN",
    "+886": "TW",
    "+91": "IN",
}
US_PLACE = {"City": "SAN FRANCISCO", "State": "CA", "Zip": "94108"}


def rfc2822(t: float) -> str:
    """A moment (seconds since the epoch) as Twilio writes dates, in UTC."""
    return formatdate(t).replace("-0000", "+0000")


def country_of(address: str) -> str:
    """ISO country of a number, blank when unknown."""
    for length in (4, 3, 2):
        if address[:length] in COUNTRIES:
            return COUNTRIES[address[:length]]
    return ""


def _place(prefix: str, address: str) -> dict[str, str]:
    country = country_of(address)
    place = US_PLACE if country == "US" else dict.fromkeys(US_PLACE, "")
    return {f"{prefix}Country": country, **{prefix + name: value for name, value in place.items()}}


def call_fields(account_sid: str, call: Call, status: str | None = None) -> dict[str, str]:
    """The fields every voice webhook carries (sets 01, 02, 08, 13)."""
    fields = {
        "AccountSid": account_sid,
        "ApiVersion": API_VERSION,
        "CallSid": call.sid,
        "CallStatus": status or call.status.value,
        "Called": call.to,
        "Caller": call.from_,
        "Direction": call.direction,
        "From": call.from_,
        "To": call.to,
    }
    for prefixes, address in ((("From", "Caller"), call.from_), (("To", "Called"), call.to)):
        if not address.startswith(("client:", "sip:")):
            for prefix in prefixes:
                fields |= _place(prefix, address)
    if call.parent_sid:
        fields["ParentCallSid"] = call.parent_sid
    return fields


def progress_fields(account_sid: str, call: Call, status: str, t: float) -> dict[str, str]:
    """A call-progress callback (sets 09-12); a final one adds durations: seconds, and billed minutes."""
    fields = call_fields(account_sid, call, status) | {
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(call.sequence),
        "Timestamp": rfc2822(t),
    }
    if status in {s.value for s in TERMINAL}:
        fields["CallDuration"] = str(call.duration)
        fields["Duration"] = str(-(-call.duration // 60))
        if call.sip_code is not None and status != CallStatus.COMPLETED:
            fields["SipResponseCode"] = str(call.sip_code)
    return fields
