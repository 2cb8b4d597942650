"""Addresses a leg can have: E.164 numbers, SIP URIs, and clients with custom parameters."""

import re
from urllib.parse import parse_qsl

E164 = re.compile(r"^\+[1-9]\d{5,14}$")
CLIENT = re.compile(r"^client:[A-Za-z0-9_.@+-]{1,121}$")
SIP = re.compile(r"^sips?:[^@\s]+@[^@\s]+$")


def split_address(to: str) -> tuple[str, dict[str, str]]:
    """`client:x?a=1&b=2` is client x with parameters a and b; other addresses have none."""
    if not to.startswith("client:"):
        return to, {}
    address, _, query = to.partition("?")
    return address, dict(parse_qsl(query, keep_blank_values=True))


def is_dialable(to: str) -> bool:
    """Whether the network can ring it."""
    address, _ = split_address(to)
    return any(pattern.match(address) for pattern in (E164, CLIENT, SIP))
