"""Webhooks of unusual but legal shape: what carriers, countries and new versions of the provider bring."""

import random
from collections.abc import Mapping
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime

from simulator.faults import FaultEffect

Pairs = list[tuple[str, str]]
PLACES = ("City", "State", "Zip", "Country")
CJK_NAME = "測試來電者 王小明 🎧"
LONG_SPEECH = "我想問一下我的訂單到底什麼時候會到😀" * 220  # about 4 kB of characters
SKEW = timedelta(minutes=5)


def reshape(effect: FaultEffect, params: Mapping[str, str], rng: random.Random) -> Pairs:
    """The form of a webhook under a shape fault; the sender signs what comes out."""
    pairs = list(params.items())
    match effect:
        case FaultEffect.SHAPE_NO_GEO:
            return [(k, v) for k, v in pairs if not k.endswith(PLACES)]
        case FaultEffect.SHAPE_BLANK:
            return [(k, "" if k.endswith(PLACES) else v) for k, v in pairs]
        case FaultEffect.SHAPE_EXTRA:
            return [*pairs, ("NewField", "x"), ("StirVerstat", "TN-Validation-Passed-A"), ("Zz[]", "")]
        case FaultEffect.SHAPE_REPEATED:
            return [*pairs, ("Tag", "b"), ("Tag", "a"), ("Tag", "a")]
        case FaultEffect.SHAPE_CJK:
            spoken = [(k, LONG_SPEECH if k == "SpeechResult" else v) for k, v in pairs]
            return [*spoken, ("CallerName", CJK_NAME)]
        case FaultEffect.SHAPE_WITHHELD:
            name = rng.choice(["anonymous", "+Anonymous", "+266696687", ""])
            return [(k, name if k in ("From", "Caller") else v) for k, v in pairs]
        case FaultEffect.SHAPE_NO_PLUS:
            return [(k, v.lstrip("+") if k in ("From", "Caller") else v) for k, v in pairs]
        case FaultEffect.SHAPE_SIP:
            return [(k, "sip:caller@pbx.example.com" if k in ("From", "Caller") else v) for k, v in pairs]
        case FaultEffect.SHAPE_NO_CONFIDENCE:
            return [(k, v) for k, v in pairs if k != "Confidence"]
        case FaultEffect.SHAPE_SKEW:
            moved = SKEW if rng.random() < 0.5 else -SKEW
            return [(k, _moved(v, moved) if k == "Timestamp" else v) for k, v in pairs]
        case _:
            return pairs


def _moved(date: str, by: timedelta) -> str:
    return format_datetime(parsedate_to_datetime(date) + by)
