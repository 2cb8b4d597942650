"""Short-lived addresses of a sound: signed for one session, so that a player can fetch parts of it by itself.

Who may hear a recording is decided, and audited, when the address is made. The key is the session's own
(RFC 2104 HMAC over SHA-256): the address is worth nothing in another browser and ends with the session.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.core.auth import Principal
from app.core.errors import PermissionDenied

GOOD_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen, and until when."""

    url: str
    expires_at: datetime


def address(principal: Principal, recording_id: UUID, now: datetime) -> Address:
    """A fresh address for this session."""
    expires_at = (now + GOOD_FOR).replace(microsecond=0)
    until = int(expires_at.timestamp())
    signature = _signature(principal, recording_id, until)
    url = f"/api/v1/recordings/{recording_id}/audio?until={until}&signature={signature}"
    return Address(url, expires_at)


def check(principal: Principal, recording_id: UUID, until: int, signature: str, now: datetime) -> None:
    """Raises PermissionDenied for an address that is over, or was made for another recording or session."""
    right = hmac.compare_digest(_signature(principal, recording_id, until), signature)
    if not right or until < now.timestamp():
        raise PermissionDenied("this address is over; ask for a new one: POST /recordings/{id}/listen")


def _signature(principal: Principal, recording_id: UUID, until: int) -> str:
    words = f"{recording_id}|{until}".encode()
    return hmac.new(principal.session_hash, words, hashlib.sha256).hexdigest()
