"""Identifiers: time-ordered UUIDs (version 7, RFC 9562 section 5.7), so that indexes grow at their right edge.

Those of one process only ever grow (section 6.2, method 2): lines written at the same instant keep their order.
"""

import secrets
import threading
import time
from uuid import UUID

_RANDOM_BITS = 74
_LOW_BITS = 62
_LARGEST_STEP = 1 << 32  # the next id within one millisecond cannot be guessed from the last


class _Last:
    """The newest id's parts; a class so that they can change without `global`."""

    lock = threading.Lock()
    milliseconds = 0
    random = 0


def new_id() -> UUID:
    """A new UUID version 7: 48 bits of Unix milliseconds, 74 random bits."""
    now = time.time_ns() // 1_000_000
    with _Last.lock:
        if now > _Last.milliseconds:
            # the highest bit stays free, so that the steps of one millisecond cannot overflow
            _Last.milliseconds, _Last.random = now, secrets.randbits(_RANDOM_BITS - 1)
        else:
            _Last.random += 1 + secrets.randbelow(_LARGEST_STEP)
        milliseconds, random = _Last.milliseconds, _Last.random
    value = milliseconds << 80
    value |= 0x7 << 76
    value |= (random >> _LOW_BITS) << 64
    value |= 0b10 << 62
    value |= random & ((1 << _LOW_BITS) - 1)
    return UUID(int=value)


def new_secret() -> str:
    """An unguessable URL-safe token of 256 random bits, for sessions and tickets."""
    return secrets.token_urlsafe(32)
