"""Addresses as the carrier writes them: `+886…` for SMS, `whatsapp:+886…` for WhatsApp."""

from dataclasses import dataclass
from typing import Final

from app.customers.phones import Number, PhoneAddress, clean, normalise

WHATSAPP: Final = "whatsapp:"
LONGEST: Final = 100


@dataclass(frozen=True, slots=True)
class TextAddress:
    """`text` is how the carrier writes it; `who` the telephone number behind it, if it is one (a sender of SMS may be
    a word, such as a bank's name)."""

    text: str
    who: PhoneAddress


def read(field: str, region: str) -> TextAddress:
    """Understand a From or To."""
    plain = clean(field)[:LONGEST]
    prefix = WHATSAPP if plain.lower().startswith(WHATSAPP) else ""
    who = normalise(plain, region)
    return TextAddress(prefix + who.e164 if isinstance(who, Number) else plain, who)
