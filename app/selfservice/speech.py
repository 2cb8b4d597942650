"""Understands short replies, spoken or typed: script, width, case and politeness make no difference.

Pure and total: any text, however long or hostile, gives an answer in bounded time and never raises.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from opencc import OpenCC

from app.selfservice.vocabulary import (
    HUMAN_ALONE,
    HUMAN_CHINESE,
    HUMAN_ENGLISH,
    NO,
    NONE_OF_THESE,
    NUMBERS,
    REPEAT_ALONE,
    REPEAT_CHINESE,
    SLOWER_ALONE,
    SLOWER_CHINESE,
    YES,
)

MAX_SPEECH = 500  # characters kept of what was heard; longer is noise or an attack
_MAX_RAW = 4 * MAX_SPEECH  # characters looked at at all
_SHORT = 12  # characters; a longer utterance that holds "say again" is a question of its own
_ENOUGH_OVERLAP, _CLEAR_MARGIN = 0.3, 0.15  # shares of what was said

_SIMPLIFY = OpenCC("t2s")

# Words that carry no choice.
_FILLERS = re.compile(
    r"\b(?:please|um+|uh+|er+|hmm+|well|hello|hi|thanks|thank you)\b"
    r"|嗯+|呃+|啊|喔|哦|噢|唉|欸|诶|那个|这个|就是说|请问一下|请问|麻烦你?|谢谢你?|拜托|喂|您好|你好"
)
_FINAL_PARTICLES = re.compile(r"(?<=.)[吧呢啦哩嘛喽]+$")
_DIGIT_OF = {word: digit for digit, words in NUMBERS.items() for word in (digit, *words)}
_SAID_KEY = re.compile(
    r"(?:(?:我要|我想要|我想|我|i want|i choose|the|its|ok|okay|好)\s*)?"
    r"(?:(?:按|选择|选项|选|第|号码|数字|press|option|number|choose|select|key)\s*){0,2}"
    rf"({'|'.join(sorted(map(re.escape, _DIGIT_OF), key=len, reverse=True))})"
    r"\s*(?:号|个|项|键|one)?"
)
_EITHER = re.compile(r"(.)[不没]\1")  # "是不是", "有没有": a question, no answer
_LATIN_WORD = re.compile(r"[a-z0-9]+")
_LATIN_OR_ONE = re.compile(r"[0-9]|[a-z]+|[^a-z0-9\s]")
_BARE_YES = re.compile(r"(?:是|对|有|好|要|恩)+")
_BARE_NO = re.compile(r"(?:不|没|否)+")


def clip(text: str) -> str:
    """The first 500 characters of what was heard, without control characters and with single spaces."""
    printable = "".join(c if unicodedata.category(c)[0] not in "CZ" else " " for c in text[:_MAX_RAW])
    return " ".join(printable.split())[:MAX_SPEECH].strip()


def fold(text: str) -> str:
    """One form for comparing: NFKC, lower case, Simplified, no punctuation, single spaces."""
    compatible = unicodedata.normalize("NFKC", clip(text))[:MAX_SPEECH]
    simplified = _SIMPLIFY.convert(compatible.casefold())
    without_apostrophes = simplified.replace("'", "").replace("’", "")
    kept = "".join(c if c.isalnum() or c in "*#" else " " for c in without_apostrophes)
    return " ".join(kept.split())


def normalise(text: str) -> str:
    """`fold` without filler words; empty when nothing but fillers was said."""
    meaning = " ".join(_FILLERS.sub(" ", fold(text)).split())
    return _FINAL_PARTICLES.sub("", meaning)


def said_key(said: str) -> str | None:
    """The key a normalised utterance names ("二", "press two", "我選二", "第二個"), else None."""
    found = _SAID_KEY.fullmatch(said)
    return _DIGIT_OF[found.group(1)] if found else None


def digits_in(text: str) -> str:
    """The digits of what was pressed, typed or said digit by digit ("一二三", "one two three", "１２３")."""
    found: list[str] = []
    for part in _LATIN_OR_ONE.findall(fold(text)):
        digit = _DIGIT_OF.get(part)
        found.append(digit if digit is not None and digit.isdigit() else part if part.isdigit() else "")
    return "".join(found)


def command(said: str) -> str | None:
    """ "0" when a normalised utterance asks for a human, "*" for a repetition, "slow" for a slower one, else None."""
    compact = said.replace(" ", "")
    key = said_key(said)
    if key in {"0", "*"}:
        return key
    if compact in HUMAN_ALONE or any(phrase in compact for phrase in HUMAN_CHINESE):
        return "0"
    if any(f" {phrase} " in f" {said} " for phrase in HUMAN_ENGLISH):
        return "0"
    short = len(compact) <= _SHORT
    if said in SLOWER_ALONE or (short and any(phrase in compact for phrase in SLOWER_CHINESE)):
        return "slow"
    if said in REPEAT_ALONE or (short and any(phrase in compact for phrase in REPEAT_CHINESE)):
        return "*"
    return None


@lru_cache(maxsize=4096)
def _phrase(text: str) -> str:
    return fold(text)


@lru_cache(maxsize=256)
def _finder(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Finds the longest phrase at each place. Latin ones must be whole words; Chinese has no such bounds."""
    by_length = sorted(phrases, key=len, reverse=True)
    return re.compile("|".join(_bounded(phrase) for phrase in by_length))


def _bounded(phrase: str) -> str:
    before = r"(?<![a-z0-9])" if phrase[0].isascii() else ""
    after = r"(?![a-z0-9])" if phrase[-1].isascii() else ""
    return f"{before}{re.escape(phrase)}{after}"


def spoken_hits(said: str, choices: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Which choices' phrases occur in a normalised utterance, with the length of the longest one of each.

    Reads from the left and takes the longest phrase at each place, so that "沒有" is never read as "有".
    """
    phrases = {p: key for key, texts in choices.items() for text in texts if (p := _phrase(text))}
    hits: dict[str, int] = {}
    if not phrases:
        return hits
    for found in _finder(tuple(phrases)).finditer(said):
        key = phrases[found.group()]
        hits[key] = max(hits.get(key, 0), len(found.group()))
    return hits


def best_choice(said: str, choices: Mapping[str, Iterable[str]]) -> str | None:
    """The one choice an utterance means: the one with the longest phrase in it; None when unclear."""
    hits = spoken_hits(said, choices)
    longest = max(hits.values(), default=0)
    winners = [key for key, length in hits.items() if length == longest]
    return winners[0] if len(winners) == 1 else None


def yes_or_no(said: str) -> bool | None:
    """True for yes, False for no, None when neither or both were said."""
    said = _EITHER.sub(" ", said).strip()
    if _BARE_YES.fullmatch(said) or _BARE_NO.fullmatch(said):
        return _BARE_YES.fullmatch(said) is not None
    hits = spoken_hits(said, {"yes": YES, "no": NO})
    return None if len(hits) != 1 else "yes" in hits


def means_none(said: str) -> bool:
    """True when most of an utterance says that none of the titles read out is meant."""
    return 2 * spoken_hits(said, {"none": NONE_OF_THESE}).get("none", 0) >= len(said) > 0


def best_title(said: str, titles: Sequence[str]) -> int | None:
    """The index of the title the caller said in part or roughly, or None when no title stands out."""
    if len(said) < 2:
        return None
    scores = sorted(((_overlap(said, _phrase(title)), i) for i, title in enumerate(titles)), reverse=True)
    if not scores or scores[0][0] < _ENOUGH_OVERLAP:
        return None
    if len(scores) > 1 and scores[0][0] - scores[1][0] < _CLEAR_MARGIN:
        return None
    return scores[0][1]


def _overlap(said: str, title: str) -> float:
    """Share of the utterance that the title holds too, 0 to 1."""
    mine, theirs = _pieces(said), _pieces(title)
    return len(mine & theirs) / len(mine) if mine else 0.0


def _pieces(text: str) -> set[str]:
    """Latin words whole, Chinese in overlapping pairs of characters."""
    latin = set(_LATIN_WORD.findall(text))
    runs = _LATIN_WORD.sub(" ", text).split()
    return latin | {run[i : i + 2] for run in runs for i in range(max(len(run) - 1, 1))}
