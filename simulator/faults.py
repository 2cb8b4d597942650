"""Faults of the line between network and peer, as seedable rules; without a rule nothing goes wrong."""

import random
from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from simulator.journal import EntryKind, Journal


class FaultEffect(StrEnum):
    """What a rule does; see the groups below for what it is applied to."""

    # to webhooks: how they travel
    DUPLICATE = (
        "duplicate"  # sent `times` more, `delay` s later (`fresh_token`: with another idempotency token)
    )
    DROP = "drop"  # never sent; a TwiML fetch sees a connection failure
    DELAY = "delay"  # sent `delay` s later
    SWAP = "swap"  # sent after the next one of the same lane
    TERMINAL_FIRST = "terminal_first"  # a call's or recording's progress arrives last event first
    BAD_SIGNATURE = "bad_signature"
    # to webhooks: what becomes of the peer's answer
    GARBLE = "garble"  # replaced by something that is not XML
    EMPTY = "empty"  # replaced by nothing at all
    ANSWER_500 = "answer_500"  # the peer did it, an error page came back
    ANSWER_404 = "answer_404"
    ANSWER_429 = "answer_429"
    TOO_SLOW = "too_slow"  # the peer did it, the answer came after the time limit
    # to webhooks: their shape (shapes.py)
    SHAPE_NO_GEO = "shape_no_geo"
    SHAPE_BLANK = "shape_blank"
    SHAPE_EXTRA = "shape_extra"
    SHAPE_REPEATED = "shape_repeated"
    SHAPE_CJK = "shape_cjk"
    SHAPE_WITHHELD = "shape_withheld"
    SHAPE_NO_PLUS = "shape_no_plus"
    SHAPE_SIP = "shape_sip"
    SHAPE_NO_CONFIDENCE = "shape_no_confidence"
    SHAPE_SKEW = "shape_skew"
    # beside webhooks: a forged one goes out just before the right one (forgeries.py)
    FORGE_MISSING = "forge_missing"
    FORGE_TOKEN = "forge_token"  # noqa: S105 - the name of a forgery
    FORGE_URL = "forge_url"
    FORGE_TAMPERED = "forge_tampered"
    FORGE_ACCOUNT = "forge_account"
    FORGE_JSON = "forge_json"
    # people, at the moment of a webhook or REST request: `who` is one of WHO
    HANG_UP_BEFORE = "hang_up_before"
    HANG_UP_AFTER = "hang_up_after"
    # whatever a test has put under `hook` in Faults.hooks: kill the peer, slow its database
    HOOK_BEFORE = "hook_before"
    HOOK_AFTER = "hook_after"
    # to REST requests
    ERROR_500 = "error_500"  # refused before anything happened
    ERROR_503 = "error_503"
    ERROR_429 = "error_429"
    ERROR_401 = "error_401"  # as after a change of the token
    ERROR_21220 = "error_21220"  # the call is no longer in progress
    ERROR_20404 = "error_20404"  # the participant or call just left
    SLOW = "slow"  # done, answered `delay` s later
    LOSE_ANSWER = "lose_answer"  # done, but answered 504 only after `delay` s
    CALLBACK_FIRST = "callback_first"  # done, answered only after the first status callback of the new call
    QUEUED = "queued"  # a new call starts only `delay` s later, as under the account's rate limit
    # to recordings
    RECORDING_ABSENT = "recording_absent"  # nothing was recorded
    RECORDING_EMPTY = "recording_empty"  # recorded, of no length
    MEDIA_LATE = "media_late"  # the first `times` fetches of its media answer 404


def _named(*prefixes: str) -> frozenset[FaultEffect]:
    return frozenset(effect for effect in FaultEffect if effect.value.startswith(prefixes))


PERSON_EFFECTS = _named("hang_up_", "hook_")
SHAPE_EFFECTS = _named("shape_")
FORGE_EFFECTS = _named("forge_")
RECORDING_EFFECTS = _named("recording_", "media_")
REST_ONLY = _named("error_", "slow", "lose_answer", "callback_first", "queued")
REST_EFFECTS = REST_ONLY | PERSON_EFFECTS
WEBHOOK_EFFECTS = frozenset(FaultEffect) - REST_ONLY - RECORDING_EFFECTS


COUNTERS = frozenset({"seen", "applied"})
WHO = ("caller", "agent", "outside")  # outside: a telephone that we rang


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
    who: str = "caller"
    hook: str = ""
    fresh_token: bool = True
    seen: int = 0
    applied: int = 0

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "FaultRule":
        """Build a rule from decoded JSON; raises ValueError naming the field that is wrong."""
        known = {f.name for f in fields(cls)} - COUNTERS
        for name in data:
            if name not in known:
                raise ValueError(f"{name}: is not a known field (known: {', '.join(sorted(known))})")
        try:
            effect = FaultEffect(data["effect"])
        except (KeyError, ValueError):
            raise ValueError(f"effect: must be one of {', '.join(e.value for e in FaultEffect)}") from None
        for name in ("delay", "probability", "nth", "every", "limit", "times"):
            if name in data and data[name] is not None and not isinstance(data[name], int | float):
                raise ValueError(f"{name}: must be a number")
        if data.get("who", "caller") not in WHO:
            raise ValueError(f"who: must be one of {', '.join(WHO)}")
        return cls(**{**data, "effect": effect})

    def as_json(self) -> dict[str, Any]:
        """The rule as `from_json` takes it."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in COUNTERS}

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

    def __init__(self, rng: random.Random, journal: Journal | None = None) -> None:
        self._rng = rng
        self._journal = journal
        self._rules: list[FaultRule] = []
        self.hooks: dict[str, Callable[[], None]] = {}
        self.hang_up: Callable[[str, str | None], None] = lambda who, call_sid: None

    @property
    def rules(self) -> list[FaultRule]:
        """The rules in force, oldest first."""
        return list(self._rules)

    def people(self, rules: list[FaultRule], call_sid: str | None, *, after: bool) -> None:
        """Let people (and hooks) of these rules act, before or after the message."""
        for rule in rules:
            if rule.effect is (FaultEffect.HANG_UP_AFTER if after else FaultEffect.HANG_UP_BEFORE):
                self.hang_up(rule.who, call_sid)
            if rule.effect is (FaultEffect.HOOK_AFTER if after else FaultEffect.HOOK_BEFORE):
                self.hooks[rule.hook]()

    def add(self, rule: FaultRule) -> FaultRule:
        """Put a rule in force."""
        self._rules.append(rule)
        if self._journal:
            self._journal.add(EntryKind.INPUT, "fault", rule=rule.as_json())
        return rule

    def clear(self) -> None:
        """Lift all rules."""
        self._rules.clear()
        if self._journal:
            self._journal.add(EntryKind.INPUT, "no faults")

    def for_webhook(self, kind: str, event: str | None, call_sid: str | None) -> list[FaultRule]:
        """The rules this webhook suffers."""
        return self._matching(WEBHOOK_EFFECTS, kind, event, call_sid)

    def for_rest(self, operation: str, call_sid: str | None) -> list[FaultRule]:
        """The rules this REST request suffers."""
        return self._matching(REST_EFFECTS, operation, None, call_sid)

    def for_recording(self, source: str, call_sid: str | None) -> list[FaultRule]:
        """The rules a recording suffers; `kind` of a rule is the recording's source (`RecordVerb` …)."""
        return self._matching(RECORDING_EFFECTS, source, None, call_sid)

    def _matching(
        self, effects: frozenset[FaultEffect], kind: str, event: str | None, call_sid: str | None
    ) -> list[FaultRule]:
        return [
            rule
            for rule in self._rules
            if rule.effect in effects and rule.hits(kind, event, call_sid, self._rng)
        ]
