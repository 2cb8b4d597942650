"""Widget keys: which site may use which, in what language and where its visitors are answered."""

import secrets
from dataclasses import dataclass, fields
from typing import Any, Final
from uuid import UUID

from app.channels.chat.errors import OriginRefused, WidgetOff, WidgetUnknown
from app.core.db import Reader, Transaction
from app.selfservice.locales import Locale

PREFIX: Final = "pk_"
FEATURES: Final = {"files": True, "rating": True, "callback": False, "page_context": False}


@dataclass(frozen=True, slots=True)
class WidgetKey:
    """One row of `widget_keys`."""

    key: str
    name: str
    origins: list[str]
    locales: list[str]
    locale: str
    flow_id: UUID | None
    queue_id: UUID
    skills: dict[str, Any]
    appearance: dict[str, Any]
    features: dict[str, Any]
    is_enabled: bool

    def has(self, feature: str) -> bool:
        """Whether the widget offers this."""
        return bool(self.features.get(feature, FEATURES[feature]))

    def reads(self, wanted: Locale | None) -> Locale:
        """The language to answer in: the visitor's if the site has it, else the site's own."""
        return wanted if wanted is not None and wanted.value in self.locales else Locale(self.locale)

    def skills_for(self, locale: str, topic: str | None) -> dict[str, int]:
        """What an agent must know for a visitor of this language with this topic."""
        of_locale = self.skills.get("locales", {}).get(locale, [])
        of_topic = self.skills.get("topics", {}).get(topic, []) if topic else []
        return dict.fromkeys([*of_locale, *of_topic], 1)

    def check_origin(self, origin: str | None) -> None:
        """Raises OriginRefused, or WidgetOff for a key that is switched off."""
        if origin not in self.origins:
            raise OriginRefused("this site may not use the widget key; an administrator can allow its origin")
        if not self.is_enabled:
            raise WidgetOff("the chat of this site is switched off")


_COLUMNS = ", ".join(f.name for f in fields(WidgetKey))


def new_key() -> str:
    """A key nobody has: 128 random bits, so that nobody finds the keys of others by trying."""
    return PREFIX + secrets.token_urlsafe(16)


async def get(reader: Reader, key: str) -> WidgetKey:
    """Raises WidgetUnknown."""
    row = await reader.fetchrow(f"select {_COLUMNS} from widget_keys where key = $1", key)  # noqa: S608
    if row is None:
        raise WidgetUnknown("there is no such widget key; copy it again from the administration")
    return WidgetKey(**dict(row.items()))


async def lock(tx: Transaction, key: str) -> WidgetKey:
    """The key, held until the commit. Raises WidgetUnknown."""
    row = await tx.fetchrow(f"select {_COLUMNS} from widget_keys where key = $1 for update", key)  # noqa: S608
    if row is None:
        raise WidgetUnknown("there is no such widget key")
    return WidgetKey(**dict(row.items()))


async def listed(reader: Reader) -> list[WidgetKey]:
    """All keys, by name."""
    rows = await reader.fetch(f"select {_COLUMNS} from widget_keys order by name, key")  # noqa: S608
    return [WidgetKey(**dict(row.items())) for row in rows]


async def change(tx: Transaction, key: str, changes: dict[str, Any]) -> None:
    """Set columns; the names come from our own schema."""
    if changes:
        assignments = ", ".join(f"{name} = ${n}" for n, name in enumerate(changes, start=2))
        await tx.execute(f"update widget_keys set {assignments} where key = $1", key, *changes.values())  # noqa: S608


async def create(tx: Transaction, key: str, columns: dict[str, Any]) -> None:
    """A new key with these columns."""
    names = ["key", *columns]
    marks = ", ".join(f"${n}" for n in range(1, len(names) + 1))
    await tx.execute(
        f"insert into widget_keys ({', '.join(names)}) values ({marks})",  # noqa: S608
        key,
        *columns.values(),
    )
