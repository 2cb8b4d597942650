"""Faults of the line between network and peer, as seedable rules; without a rule nothing goes wrong."""

import random
from dataclasses import dataclass, fields
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any


class FaultEffect(StrEnum):
    """What a rule does. The first group is for webhooks, the second for REST requests."""

    DUPLICATE = "duplicate"  # sent `times` more, `delay` s later
    DROP = "drop"  # never sent; a TwiML fetch sees a connection failure
    DELAY = "delay"  # sent `delay` s later
    SWAP = "swap"  # sent after the next one of the same lane
    BAD_SIGNATURE = "bad_signature"
    GARBLE = "garble"  # the peer's answer is replaced by something that is not XML

    ERROR_500 = "error_500"  # refused before anything happened
    ERROR_503 = "error_503"
    ERROR_429 = "error_429"
    SLOW = "slow"  # done, answered `delay` s later
    LOSE_ANSWER = "lose_answer"  # done, but answered 504 only after `delay` s
    CALLBACK_FIRST = "callback_first"  # done, answered only after the first status callback of the new call


WEBHOOK_EFFECTS = frozenset(
    {
        FaultEffect.DUPLICATE,
        FaultEffect.DROP,
        FaultEffect.DELAY,
        FaultEffect.SWAP,
        FaultEffect.BAD_SIGNATURE,
        FaultEffect.GARBLE,
    }
)


@dataclass(slots=True)
class FaultRule:
    """Which messages suffer what.

    `kind` is a glob over webhook kinds (`voice.status`, `voice.conference_status`, `voice.gather` …) or REST
    operations (`CreateCall`, `UpdateParticipant` …). `event` narrows webhooks to one CallStatus or
    StatusCallbackEvent. `nth` picks the nth match only (from 1), `every` each nth; `probability` draws
    from the simulator's seeded generator; `limit` ends the rule after so many applications.
    """

    effect: FaultEffect
    kind: str = "*"
    event: str | None = None
    call_sid: str | None = None
    nth: int | None = None
    every: int | None = None
    probability: float = 1.0
    limit: int | None = None
    delay: float = 0.0  # virtual s
    times: int = 1
    seen: int = 0
    applied: int = 0

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "FaultRule":
        """Build a rule from decoded JSON; raises ValueError naming the field that is wrong."""
        known = {f.name for f in fields(cls)} - {"seen", "applied"}
        for name in data:
            if name not in known:
                raise ValueError(f"{name}: is not a known field (known: {', '.join(sorted(known))})")
        try:
            effect = FaultEffect(data["effect"])
        except (KeyError, ValueError):
            raise ValueError(f"effect: must be one of {', '.join(e.value for e in FaultEffect)}") from None
        for name in ("delay", "probability", "nth", "every", "limit", "times"):
            if name in data and not isinstance(data[name], int | float):
                raise ValueError(f"{name}: must be a number")
        return cls(**{**data, "effect": effect})

    def _fits(self, kind: str, event: str | None, call_sid: str | None) -> bool:
        return (
            fnmatchcase(kind, self.kind)
            and (self.event is None or self.event == event)
            and (self.call_sid is None or self.call_sid == call_sid)
            and (self.limit is None or self.applied < self.limit)
        )

    def hits(self, kind: str, event: str | None, call_sid: str | None, rng: random.Random) -> bool:
        """Whether this message suffers; counts it."""
        if not self._fits(kind, event, call_sid):
            return False
        self.seen += 1
        if self.nth is not None and self.seen != self.nth:
            return False
        if self.every is not None and self.seen % self.every:
            return False
        if self.probability < 1.0 and rng.random() >= self.probability:
            return False
        self.applied += 1
        return True


class Faults:
    """The rules in force."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._rules: list[FaultRule] = []

    def add(self, rule: FaultRule) -> FaultRule:
        """Put a rule in force."""
        self._rules.append(rule)
        return rule

    def clear(self) -> None:
        """Lift all rules."""
        self._rules.clear()

    def for_webhook(self, kind: str, event: str | None, call_sid: str | None) -> list[FaultRule]:
        """The rules this webhook suffers."""
        return self._matching(kind, event, call_sid, webhook=True)

    def for_rest(self, operation: str, call_sid: str | None) -> list[FaultRule]:
        """The rules this REST request suffers."""
        return self._matching(operation, None, call_sid, webhook=False)

    def _matching(
        self, kind: str, event: str | None, call_sid: str | None, *, webhook: bool
    ) -> list[FaultRule]:
        return [
            rule
            for rule in self._rules
            if (rule.effect in WEBHOOK_EFFECTS) is webhook and rule.hits(kind, event, call_sid, self._rng)
        ]
