"""Hides personal data in what customers say and type, before any of it is stored, logged or searched.

Masked for good: nothing here can be undone, and masking a masked text changes nothing.
"""

import re
import unicodedata

MASK = "***"

_GAP = r"[\s\-‐-―−－_.．/／()（）+＋]{0,3}"
_HAN_DIGIT = "零〇一二三四五六七八九兩两幺壹貳參肆伍陸柒捌玖"
_NUMBER_WORD = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)"

_EMAIL = re.compile(r"[\w.+-]{1,64}\s?[@＠]\s?[\w-]{1,63}(?:\s?[.．。]\s?[\w-]{1,63}){1,4}")
_SPOKEN_EMAIL = re.compile(
    r"[A-Za-z0-9._+-]{1,64}\s?(?:\bat\b|小老鼠)\s?[A-Za-z0-9-]{1,63}(?:\s?(?:\bdot\b|點|点)\s?[A-Za-z0-9-]{1,20}){1,3}",
    re.IGNORECASE,
)
_TAIWAN_ID = re.compile(
    rf"(?<![A-Za-zＡ-Ｚａ-ｚ])[A-Za-zＡ-Ｚａ-ｚ]{_GAP}[1289A-Da-d１２８９](?:{_GAP}\d){{8}}(?!\d)"
)
_MAINLAND_ID = re.compile(r"(?<!\d)\d(?:\s?\d){16}\s?[\dXxＸｘ](?!\d)")
_LONG_NUMBER = re.compile(rf"[+＋(（]{{0,2}}\d(?:{_GAP}\d){{5,}}")
_SPOKEN_NUMBER = re.compile(rf"[{_HAN_DIGIT}](?:[\s、，-]{{0,2}}[{_HAN_DIGIT}]){{5,}}")
_SPOKEN_ENGLISH = re.compile(rf"\b{_NUMBER_WORD}(?:[\s,-]{{1,3}}{_NUMBER_WORD}){{5,}}\b", re.IGNORECASE)
_CARD = re.compile(r"(?<!\d)\d(?:[^\w*]{0,3}\d){12,18}(?!\d)")


def mask(text: str) -> str:
    """Replace e-mail addresses, identity numbers, card numbers and runs of six or more digits by `***`.

    Digits count in any script and full width, spaced or dashed, and said as words in Chinese or English.
    """
    for pattern in (_EMAIL, _SPOKEN_EMAIL, _TAIWAN_ID, _MAINLAND_ID):
        text = pattern.sub(MASK, text)
    text = _CARD.sub(_mask_card, text)
    for pattern in (_LONG_NUMBER, _SPOKEN_NUMBER, _SPOKEN_ENGLISH):
        text = pattern.sub(MASK, text)
    return text


def mask_cards(text: str) -> str:
    """Replace card numbers alone, for conversations that need everything else."""
    return _CARD.sub(_mask_card, text)


def _mask_card(found: re.Match[str]) -> str:
    return MASK if is_card_number(found.group()) else found.group()


def is_card_number(text: str) -> bool:
    """True when the digits in `text` are 13 to 19 and pass the check of ISO/IEC 7812-1 (Luhn)."""
    digits = [unicodedata.decimal(character) for character in text if character.isdecimal()]
    if not 13 <= len(digits) <= 19:
        return False
    total = 0
    for position, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if position % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
