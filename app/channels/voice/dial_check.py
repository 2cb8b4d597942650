"""The wall before every number we ring: dial-outs, callbacks, transfers. Nothing is asked of the carrier behind a no.

A dialling is written to the table `dials` when it is allowed, and that table is what limits are counted in, by the
database's clock; so a limit holds over every process and every restart.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from app.channels.voice.dial_rules import Dialled, share_reached, why_too_many
from app.core import alerts
from app.core.db import Reader, Transaction
from app.core.errors import FieldError, InvalidInput, TooManyAttempts
from app.core.settings import Settings
from app.customers.dialable import rules_of, why_not_dialled, why_short
from app.customers.phones import Number, normalise
from app.routing.alert_kinds import DIAL_LIMIT

Purpose = Literal["dial_out", "callback", "transfer"]

_TURN = 0x4449_414C  # diallings are counted one after the other
_COUNTS = """
select count(*) filter (where agent_id = $1 and dialled_at > switchboard_now() - interval '1 minute') as agent_minute,
       count(*) filter (where agent_id = $1) as agent_day,
       count(*) filter (where dialled_at > switchboard_now() - interval '1 minute') as site_minute,
       count(*) as site_day
from dials where dialled_at > switchboard_now() - interval '1 day'"""


class NumberRefused(InvalidInput):
    """This number is not rung; `errors` names the field and says why."""

    code = "number_refused"
    title = "Number refused"


class DialLimitReached(TooManyAttempts):
    """So much was dialled that no more is for now."""

    code = "dial_limit_reached"
    title = "Too many calls dialled"


async def number_to_dial(reader: Reader, settings: Settings, text: str, *, field: str = "number") -> str:
    """What somebody wants rung as E.164. Raises NumberRefused naming `field`."""
    why = why_short(text, settings.default_region)
    address = normalise(text, settings.default_region)
    if why is None and not isinstance(address, Number):
        why = "must be a telephone number, such as 0912 345 678 or +886912345678"
    if why is None and isinstance(address, Number):
        rows = await reader.fetch("select number from phone_numbers")
        why = why_not_dialled(address.e164, rules_of(settings), ours={row["number"] for row in rows})
        if why is None:
            return address.e164
    raise NumberRefused(f"{field}: {why}", errors=(FieldError(field, why or ""),))


async def check_dialable(
    tx: Transaction,
    settings: Settings,
    text: str,
    *,
    dial_id: UUID,
    purpose: Purpose,
    agent_id: UUID | None = None,
    field: str = "number",
) -> str:
    """The number as E.164, counted as dialled with this transaction's commit. `dial_id` names the dialling (the leg's
    or the task's id): asked again for the same one, it is counted once and always allowed. Call it when the contact is
    locked and before any agent's state is (the lock order of routing). Raises NumberRefused naming `field`, or
    DialLimitReached with when to try again."""
    number = await number_to_dial(tx, settings, text, field=field)
    await tx.execute("select pg_advisory_xact_lock($1)", _TURN)
    if await tx.fetchval("select exists (select from dials where id = $1)", dial_id):
        return number
    row = await tx.fetchrow(_COUNTS, agent_id)
    assert row is not None  # noqa: S101 -- an aggregate has a row
    before = Dialled(**dict(row.items()))
    refused = why_too_many(before, settings)
    if refused is not None:
        why, seconds = refused
        raise DialLimitReached(why, retry_after_seconds=seconds)
    await tx.execute(
        "insert into dials (id, purpose, agent_id) values ($1, $2, $3)",
        dial_id,
        purpose,
        agent_id,
    )
    if (share := share_reached(before, settings)) is not None:
        now: datetime = await tx.fetchval("select switchboard_now()")
        data = {"dialled": before.site_day + 1, "limit": settings.dials_per_site_day}
        await alerts.raise_alert(tx, DIAL_LIMIT, f"{now:%Y-%m-%d} {share:.0%}", data)
    return number
