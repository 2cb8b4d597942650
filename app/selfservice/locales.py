"""The languages self-service speaks. A new one is a member here, a catalogue in `prompts/` and a voice."""

from enum import StrEnum
from typing import Self


class Locale(StrEnum):
    """A language as customers hear and read it."""

    EN = "en"
    ZH_HANT = "zh-Hant"
    ZH_HANS = "zh-Hans"

    @property
    def is_chinese(self) -> bool:
        """True for both written forms of Chinese."""
        return self is not Locale.EN

    @classmethod
    def from_tag(cls, tag: str | None, default: Self) -> Self:
        """The locale a BCP 47 tag means (`zh-TW` is zh-Hant, `en-GB` is en), `default` when none fits."""
        parts = (tag or "").replace("_", "-").lower().split("-")
        if parts[0] == "en":
            return cls("en")
        if parts[0] in {"zh", "cmn"}:
            traditional = {"hant", "tw", "hk", "mo"} & set(parts)
            return cls("zh-Hant" if traditional else "zh-Hans")
        return default
