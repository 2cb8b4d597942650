"""Canned replies: texts agents send often, with variables filled for the contact they answer."""

import re
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.contacts.models import Contact
from app.core.db import Reader, Transaction, rows_changed
from app.core.errors import Conflict, InvalidInput
from app.core.ids import new_id

VARIABLES: Final = ("customer.name", "agent.name", "contact.topic", "company.name")
_VARIABLE = re.compile(r"\{([a-z_.]+)\}")
_FALLBACKS: Final = {"zh-Hant": "zh-Hans", "zh-Hans": "zh-Hant"}


@dataclass(frozen=True, slots=True)
class CannedReply:
    """One row of `canned_replies`."""

    id: UUID
    shortcut: str
    title: str
    texts: dict[str, str]
    channels: list[str]
    changed_at: datetime


_COLUMNS = ", ".join(f.name for f in fields(CannedReply))


async def listed(reader: Reader, *, channel: str | None) -> list[CannedReply]:
    """Those in use, for a channel or for all, by shortcut."""
    rows = await reader.fetch(
        f"""select {_COLUMNS} from canned_replies where is_active and ($1::text is null or $1 = any(channels))
            order by shortcut""",  # noqa: S608
        channel,
    )
    return [CannedReply(**dict(row.items())) for row in rows]


async def save(
    tx: Transaction, reply_id: UUID | None, new: dict[str, Any], *, by: UUID
) -> CannedReply | None:
    """Make one, or change the one with this id (None when there is none). Raises InvalidInput for a variable there is
    not, Conflict when another has the shortcut."""
    for locale, text in new["texts"].items():
        if unknown := sorted(set(_VARIABLE.findall(text)) - set(VARIABLES)):
            known = ", ".join(f"{{{name}}}" for name in VARIABLES)
            raise InvalidInput.of(f"texts.{locale}", f"there is no {{{unknown[0]}}}; known are {known}")
    taken = await tx.fetchval(
        "select id from canned_replies where shortcut = $1 and is_active and id is distinct from $2",
        new["shortcut"],
        reply_id,
    )
    if taken is not None:
        raise Conflict(f"another reply has the shortcut /{new['shortcut']}")
    values = (new["shortcut"], new["title"], new["texts"], new["channels"], by)
    if reply_id is None:
        row = await tx.fetchrow(
            f"""insert into canned_replies (id, shortcut, title, texts, channels, changed_by)
                values ($1, $2, $3, $4, $5, $6)
                on conflict (shortcut) do update set title = $3, texts = $4, channels = $5, changed_by = $6,
                  is_active = true, changed_at = switchboard_now()
                returning {_COLUMNS}""",  # noqa: S608
            new_id(),
            *values,
        )
    else:
        row = await tx.fetchrow(
            f"""update canned_replies set shortcut = $2, title = $3, texts = $4, channels = $5, changed_by = $6,
                  changed_at = switchboard_now()
                where id = $1 and is_active returning {_COLUMNS}""",  # noqa: S608
            reply_id,
            *values,
        )
    return CannedReply(**dict(row.items())) if row else None


async def retire(tx: Transaction, reply_id: UUID) -> bool:
    """Not offered any more; False when it was not."""
    tag = await tx.execute(
        "update canned_replies set is_active = false where id = $1 and is_active", reply_id
    )
    return bool(rows_changed(tag))


async def values_for(reader: Reader, contact: Contact, *, agent: str, company: str) -> dict[str, str]:
    """The variables' values for a contact."""
    name = await reader.fetchval("select display_name from customers where id = $1", contact.customer_id)
    said = contact.media.get("chat", {}).get("name")
    topic = contact.summary.get("topic_label") or contact.topic
    found = {
        "customer.name": name or said,
        "agent.name": agent,
        "contact.topic": topic,
        "company.name": company,
    }
    return {key: value or "" for key, value in found.items()}


def filled(reply: CannedReply, locale: str, values: dict[str, str]) -> str:
    """The text for a contact: its language's, else the other Chinese, else whichever there is."""
    texts = reply.texts
    text = texts.get(locale) or texts.get(_FALLBACKS.get(locale, "")) or next(iter(texts.values()))
    return _VARIABLE.sub(lambda found: values.get(found.group(1), ""), text)
