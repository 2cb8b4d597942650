"""How often one address may do something. Kept in memory of this process for the length of the window, never stored."""

import ipaddress
import time
from collections import OrderedDict, deque
from collections.abc import Callable

MAX_KEYS = 20_000  # addresses remembered; beyond it the one not seen longest is forgotten


class Limiter:
    """At most `limit` times in `seconds`, for each key. Asking a full one does not fill it further."""

    def __init__(self, limit: int, seconds: float, *, clock: Callable[[], float] = time.monotonic):
        self._limit = limit
        self._seconds = seconds
        self._clock = clock
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def take(self, key: str) -> float:
        """Use one; 0 when it was free, else the seconds until the next one is."""
        now = self._clock()
        times = self._seen.pop(key, None) or deque()
        while times and times[0] <= now - self._seconds:
            times.popleft()
        self._seen[key] = times
        if len(self._seen) > MAX_KEYS:
            self._seen.popitem(last=False)
        if len(times) >= self._limit:
            return times[0] + self._seconds - now
        times.append(now)
        return 0.0


def address_key(host: str | None) -> str:
    """Whom an address stands for: itself, or the /64 network that one customer of IPv6 has."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
