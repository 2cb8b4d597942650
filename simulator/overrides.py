"""Connection overrides in the fragment of a webhook URL (Twilio's page webhooks-connection-overrides).

`#ct=100..10000&rt=100..15000&tt=1..15000&rc=0..5&rp=4xx|5xx|ct|rt|all`: connect and read time limits and the total
(ms), how often to try again, and after what.
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

RETRY_POLICIES = frozenset({"4xx", "5xx", "ct", "rt", "all"})
LIMITS = {"ct": (100, 10_000), "rt": (100, 15_000), "tt": (1, 15_000), "rc": (0, 5)}


@dataclass(frozen=True, slots=True)
class Overrides:
    """How one URL is to be requested. Times in seconds; None = the default of the network."""

    connect: float | None = None
    read: float | None = None
    total: float | None = None
    retries: int | None = None
    after: frozenset[str] = frozenset({"ct"})

    def again(self, outcome: str, status: int) -> bool:
        """Whether to try again after `ct` (no connection), `rt` (no answer in time) or an HTTP status."""
        if outcome in ("ct", "rt"):
            return outcome in self.after or "all" in self.after
        wanted = {4: "4xx", 5: "5xx"}.get(status // 100)
        return wanted is not None and bool({wanted, "all"} & self.after)


def overrides_of(url: str) -> Overrides:
    """Read the fragment; what is malformed or out of range is ignored, as Twilio falls back to defaults."""
    found: dict[str, int] = {}
    after = {"ct"}
    for name, value in parse_qsl(urlsplit(url).fragment):
        if name in LIMITS and value.isdecimal() and LIMITS[name][0] <= int(value) <= LIMITS[name][1]:
            found[name] = int(value)
        elif name == "rp" and set(value.split(",")) <= RETRY_POLICIES:
            after = set(value.split(","))

    def seconds(name: str) -> float | None:
        return found[name] / 1000 if name in found else None

    return Overrides(seconds("ct"), seconds("rt"), seconds("tt"), found.get("rc"), frozenset(after))
