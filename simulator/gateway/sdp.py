"""Session descriptions of one audio stream (RFC 8866, WebRTC's profile of it in RFC 8829): written and read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

PCMU = 0  # payload type of G.711 mu-law (RFC 3551), which every browser speaks
FINGERPRINT = re.compile(r"^a=fingerprint:sha-256 ([0-9A-Fa-f:]+)\s*$", re.MULTILINE | re.IGNORECASE)


class BadDescriptionError(ValueError):
    """The browser's session description lacks something; the message names it."""


@dataclass(frozen=True, slots=True)
class RemoteParameters:
    """What the browser's answer says: how to prove oneself to it, who it is, and its part in the DTLS handshake."""

    username: str
    password: str
    fingerprint: str
    setup: str


def write_offer(
    *, username: str, password: str, fingerprint: str, candidates: Sequence[str], ssrc: int
) -> str:
    """An offer of G.711 in both directions; the browser is asked to choose who begins the DTLS handshake."""
    lines = [
        "v=0",
        "o=- 1 1 IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0",
        "a=msid-semantic: WMS gateway",
        f"m=audio 9 UDP/TLS/RTP/SAVPF {PCMU}",
        "c=IN IP4 0.0.0.0",
        "a=mid:0",
        "a=sendrecv",
        "a=rtcp-mux",
        f"a=rtpmap:{PCMU} PCMU/8000",
        "a=ptime:20",
        "a=setup:actpass",
        f"a=fingerprint:sha-256 {fingerprint}",
        f"a=ice-ufrag:{username}",
        f"a=ice-pwd:{password}",
        "a=msid:gateway audio",
        f"a=ssrc:{ssrc} cname:gateway",
        *(f"a=candidate:{candidate}" for candidate in candidates),
        "a=end-of-candidates",
    ]
    return "\r\n".join(lines) + "\r\n"


def read_answer(text: str) -> RemoteParameters:
    """What is needed of the browser's answer; raises BadDescriptionError naming the line that is missing."""
    fingerprint = FINGERPRINT.search(text)
    if fingerprint is None:
        raise BadDescriptionError("a=fingerprint:sha-256 is missing from the session description")
    media = re.search(r"^m=audio \d+ \S+ (.*)$", text, re.MULTILINE)
    if media is None or str(PCMU) not in media[1].split():
        raise BadDescriptionError("m=audio: the browser does not take PCMU")
    return RemoteParameters(
        username=_value(text, "ice-ufrag"),
        password=_value(text, "ice-pwd"),
        fingerprint=fingerprint[1].upper(),
        setup=_value(text, "setup"),
    )


def _value(text: str, name: str) -> str:
    found = re.search(rf"^a={name}:(\S+)\s*$", text, re.MULTILINE)
    if found is None:
        raise BadDescriptionError(f"a={name} is missing from the session description")
    return found[1]
