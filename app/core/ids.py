"""Identifiers: time-ordered UUIDs (version 7, RFC 9562 section 5.7), so that indexes grow at their right edge."""

import os
import secrets
import time
from uuid import UUID

_MASK_62 = (1 << 62) - 1


def new_id() -> UUID:
    """A new UUID version 7: 48 bits of Unix milliseconds, 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    value = (milliseconds & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76
    value |= (random >> 62 & 0xFFF) << 64
    value |= 0b10 << 62
    value |= random & _MASK_62
    return UUID(int=value)


def new_secret() -> str:
    """An unguessable URL-safe token of 256 random bits, for sessions and tickets."""
    return secrets.token_urlsafe(32)
