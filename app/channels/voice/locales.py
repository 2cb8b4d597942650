"""How each locale speaks and listens on the telephone: one set of values that belong together.

A voice that does not match its language, or a model that does not know it, fails the call at run time.
Values: Twilio's documentation of <Say> (text-to-speech voices) and <Gather> (languages, speechModel).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.selfservice.locales import Locale


@dataclass(frozen=True, slots=True)
class VoiceLocale:
    """<Say language voice> and <Gather language speechModel> of one locale."""

    say_language: str
    voice: str
    gather_language: str
    speech_model: str


_VOICE_LOCALES = {
    Locale.EN: VoiceLocale("en-US", "Google.en-US-Wavenet-F", "en-US", "googlev2_telephony"),
    Locale.ZH_HANT: VoiceLocale("cmn-TW", "Google.cmn-TW-Wavenet-A", "cmn-Hant-TW", "googlev2_telephony"),
    Locale.ZH_HANS: VoiceLocale("cmn-CN", "Google.cmn-CN-Wavenet-A", "cmn-Hans-CN", "googlev2_telephony"),
}
VOICE_LOCALES: Mapping[Locale, VoiceLocale] = MappingProxyType(_VOICE_LOCALES)
