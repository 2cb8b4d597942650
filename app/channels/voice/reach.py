"""How an agent is reached: at the browser phone, at a telephone number, or at a SIP phone; and for how long it rings.

At a telephone the ringing is the offer, and who answers takes the call by pressing 1: a mailbox, a colleague's child or
a pocket does not, so none of them ever gets a customer. A SIP phone is one of ours: it stands on the agent's desk, is
registered with a password of its own and has no mailbox that we do not know of, so that lifting the receiver is enough;
`needs_key` asks for the key there too.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.channels.voice.calls import Leg
from app.channels.voice.dial_check import NumberRefused, number_to_dial
from app.core.db import Reader
from app.core.errors import FieldError
from app.core.settings import Settings
from app.routing import offers
from app.routing.offers import OfferState
from app.selfservice.locales import Locale

BROWSER: Final = "browser"
JOINING_SECONDS = 2  # from the answer of a browser phone until it is in the room
SHORTEST_RING_SECONDS = 5
OUTSIDE_RING_SECONDS = 30  # how long a telephone outside rings
PHONE_RING_SECONDS = 25  # … and an agent's own, when no offer says how long
COMING_BACK_RING_SECONDS = 18  # … while the customer is alone: within the half minute nobody may be
KEY_SECONDS = 8  # for the key, once the announcement is over
ANSWERING_SECONDS = 15  # announcement, key and joining

# RFC 3261, section 19.1.1, less what a desk phone does not need: no headers, no parameter but the transport
_SIP = re.compile(
    r"sips?:(?P<user>[A-Za-z0-9._~!$&'()*+,;=%-]{1,64})@(?P<domain>[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?)"
    r"(?::[0-9]{2,5})?(?:;transport=(?:udp|tcp|tls))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reach:
    """`address`: E.164 or `sip:…`, None for the browser phone. `needs_key`: 1 is to be pressed there."""

    address: str | None
    needs_key: bool
    locale: Locale


async def of_agent(reader: Reader, agent_id: UUID) -> Reach:
    """How this agent is reached now. A leg keeps the address it was made with."""
    row = await reader.fetchrow(
        "select reached_by, phone_address, needs_key, locale from agents where id = $1", agent_id
    )
    assert row is not None  # noqa: S101 -- agents are never deleted
    address = None if row["reached_by"] == BROWSER else row["phone_address"]
    return Reach(address, row["needs_key"] or not is_sip(address), Locale(row["locale"]))


def is_sip(address: str | None) -> bool:
    """Whether this is a SIP phone's address."""
    return address is not None and address.lower().startswith(("sip:", "sips:"))


async def address_to_ring(
    reader: Reader, settings: Settings, text: str, *, field: str = "phone_address"
) -> str:
    """What an agent's telephone is called at: E.164, or a SIP address in one of our domains. Asked when it is set and
    before every ring, since what we ring may have been narrowed since. Raises NumberRefused naming `field`."""
    if not is_sip(text.strip()):
        return await number_to_dial(reader, settings, text, field=field)
    found = _SIP.fullmatch(text.strip())
    if found is None:
        raise _refused(field, "must be a SIP address such as sip:mei@office.sip.twilio.com")
    domain = found["domain"].lower()
    if not any(_is_within(domain, allowed) for allowed in settings.sip_domains):
        why = f"is in a domain that is not called ({domain}); SWITCHBOARD_SIP_DOMAINS lists those that are"
        raise _refused(field, why)
    return text.strip()


def _is_within(domain: str, allowed: str) -> bool:
    return domain.endswith(allowed[1:]) if allowed.startswith("*.") else domain == allowed


def _refused(field: str, why: str) -> NumberRefused:
    return NumberRefused(f"{field}: {why}", errors=(FieldError(field, why),))


def browser_ring_seconds(settings: Settings) -> int:
    """How long a browser phone rings: until it could not join any more before the yes runs out."""
    return max(settings.accepting_timeout_seconds - JOINING_SECONDS, 1)


def ring_seconds(leg: Leg | None, settings: Settings) -> int:
    """How long the leg's telephone rings before the carrier gives up, unless an offer says otherwise."""
    if leg is None or leg.address is None:
        return browser_ring_seconds(settings)
    return PHONE_RING_SECONDS if leg.is_phone else OUTSIDE_RING_SECONDS


async def phone_ring_seconds(reader: Reader, leg: Leg) -> int:
    """How long an agent's own telephone rings now: as long as the offer it is, less while a customer is alone."""
    offer = await offers.get(reader, leg.offer_id) if leg.offer_id else None
    if offer is None or offer.state == OfferState.ACCEPTING:
        return PHONE_RING_SECONDS
    if offer.state != OfferState.PENDING:
        return COMING_BACK_RING_SECONDS
    now: datetime = await reader.fetchval("select switchboard_now()")
    left = (offer.expires_at - now).total_seconds() if offer.expires_at else PHONE_RING_SECONDS
    return max(int(left), SHORTEST_RING_SECONDS)


def time_to_join(reach: Reach, settings: Settings) -> timedelta:
    """How long an agent who has said yes on the page may take until they are in the room."""
    if reach.address is None:
        return settings.accepting_timeout
    return timedelta(seconds=PHONE_RING_SECONDS + ANSWERING_SECONDS)
