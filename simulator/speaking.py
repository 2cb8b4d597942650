"""How long words take to say."""

SECONDS_PER_CJK_CHARACTER = 0.25
SECONDS_PER_OTHER_CHARACTER = 0.06
CJK_RANGES = (
    (0x3040, 0x30FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7AF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


def seconds_to_say(text: str) -> float:
    """Length of spoken text, seconds."""
    cjk = sum(any(low <= ord(char) <= high for low, high in CJK_RANGES) for char in text)
    return cjk * SECONDS_PER_CJK_CHARACTER + (len(text) - cjk) * SECONDS_PER_OTHER_CHARACTER
