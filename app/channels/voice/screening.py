"""Who is not let in: blocked numbers, numbers that call too often, and hidden ones where the site says so.

Asked for every call, so what the tables say is kept for a moment, as in `numbers.py`: the usual caller costs two
look-ups in memory. Who is turned away hears why and is hung up on; the carrier is never told 429, which would only
make it try again and play an error.
"""

import time
from collections import Counter
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from prometheus_client import Counter as Metric

from app.announcements.models import Occasion
from app.channels.voice import twiml
from app.channels.voice.announcing import announced
from app.channels.voice.urls import VoiceUrls
from app.core import alerts, inbox
from app.core.db import Reader, Session, Transaction
from app.core.settings import Settings
from app.customers.identify import identify
from app.customers.models import Certain
from app.customers.phones import Number, PhoneAddress, Withheld
from app.routing.alert_kinds import CALLS_TOO_OFTEN
from app.selfservice.locales import Locale
from app.selfservice.prompts import message
from app.selfservice.turns import Prompt
from app.touchpoints import log as touchpoints

FRESH_SECONDS = 2.0  # a block, and calls that came in elsewhere, act within this
_MARGIN_SECONDS = 60  # between this process's clock, which ids are made of, and the database's

turned_away = Metric("switchboard_calls_turned_away_total", "Calls that were not let in", ["why"])

_BLOCKED = "select number from blocked_callers where until is null or until > switchboard_now()"
# ids are ordered by time, so the primary key finds the newest contacts
_OFTEN = """
select from_address from contacts
where id >= $1 and opened_at > switchboard_now() - make_interval(mins => $2)
  and direction = 'inbound' and channel = 'voice' and from_address is not null
group by from_address having count(*) >= $3"""


class Why(StrEnum):
    """Why a call is turned away."""

    BLOCKED = "blocked"
    TOO_OFTEN = "too_often"
    WITHHELD = "withheld"


class Screen:
    """What this process knows of who is not let in."""

    def __init__(self, settings: Settings) -> None:
        self._takes_withheld = settings.withheld_callers == "take"
        self._most = settings.calls_per_number
        self._minutes = settings.calls_per_number_minutes
        self._blocked: frozenset[str] = frozenset()
        self._often: frozenset[str] = frozenset()
        self._here: Counter[str] = (
            Counter()
        )  # calls since the tables were read: a flood is faster than they are
        self._read_at = -FRESH_SECONDS

    async def why_not_taken(self, reader: Reader, address: PhoneAddress) -> Why | None:
        """Why this caller is turned away, None for everybody else. Hidden numbers are not counted: they would use up
        each other's calls."""
        if time.monotonic() - self._read_at >= FRESH_SECONDS:
            await self._read(reader)
        if not isinstance(address, Number):
            return Why.WITHHELD if isinstance(address, Withheld) and not self._takes_withheld else None
        number = address.e164
        if number in self._blocked:
            return Why.BLOCKED
        if not self._most:
            return None
        self._here[number] += 1
        return Why.TOO_OFTEN if number in self._often or self._here[number] > self._most else None

    async def _read(self, reader: Reader) -> None:
        self._blocked = frozenset(row["number"] for row in await reader.fetch(_BLOCKED))
        if self._most:
            since = int((time.time() - self._minutes * 60 - _MARGIN_SECONDS) * 1000)
            rows = await reader.fetch(_OFTEN, UUID(int=since << 80), self._minutes, self._most)
            self._often = frozenset(row["from_address"] for row in rows)
        self._here.clear()
        self._read_at = time.monotonic()


async def turn_away(
    session: Session,
    why: Why,
    address: PhoneAddress,
    locale: Locale,
    *,
    urls: VoiceUrls,
    source: str,
    key: str,
) -> str:
    """TwiML: say why, and hang up. A call that was answered before gets that answer again, whatever it was."""
    async with session.transaction() as tx:
        first = await inbox.answer_of(tx, source, key)
        if first is not None:
            return first
        own = await announced(tx, urls, Occasion.BLOCKED, None, locale) if why == Why.BLOCKED else None
        answer = twiml.goodbye_document((own or Prompt(message(f"announce.{why}", locale), locale),))
        if not await inbox.take(tx, source, key, answer):
            return await inbox.answer_of(tx, source, key) or answer
        await _log(tx, why, address, key)
        if isinstance(address, Number):
            await _note(tx, why, address.e164)
    turned_away.labels(why.value).inc()
    return answer


async def _log(tx: Transaction, why: Why, address: PhoneAddress, key: str) -> None:
    """One line for each call; of a flood one for each minute, so that it cannot fill the log."""
    found = await identify(tx, address=address)
    customer_id = found.customer.customer_id if isinstance(found, Certain) else None
    data = {"why": why.value}
    if isinstance(address, Number):
        data["number"] = address.e164
        if why == Why.TOO_OFTEN:
            now: datetime = await tx.fetchval("select switchboard_now()")
            key = f"{address.e164}:{now:%Y-%m-%dT%H:%M}"
    await touchpoints.append_apart(
        tx, "call.turned_away", customer_id=customer_id, channel="voice", data=data, once=key
    )


async def _note(tx: Transaction, why: Why, number: str) -> None:
    if why == Why.BLOCKED:
        await tx.execute(
            "update blocked_callers set calls = calls + 1, last_call_at = switchboard_now() where number = $1",
            number,
        )
    elif why == Why.TOO_OFTEN:
        await alerts.raise_alert(tx, CALLS_TOO_OFTEN, number, {"number": number})
