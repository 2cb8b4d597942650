"""The demo shop's hours and what becomes of callers its queues cannot serve.

Nothing here may close the way a visitor tries first: the shop's main queue, the VIP line and returns are open round the
clock. Product advice keeps shop hours, and outside them its callers wait in the main queue. Nobody is turned away
for want of an agent, because a visitor signs in only after the first call rings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from app.core.db import Transaction
from app.demo.people import fixed_id

TIME_ZONE: Final = "Asia/Taipei"
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MAIN_QUEUE: Final = "orders"

# Lunar New Year: the eve and the three days after it
HOLIDAYS: Final = {
    "2026-02-16": "農曆除夕",
    "2026-02-17": "春節",
    "2026-02-18": "春節",
    "2026-02-19": "春節",
    "2027-02-05": "農曆除夕",
    "2027-02-06": "春節",
    "2027-02-07": "春節",
    "2027-02-08": "春節",
}


@dataclass(frozen=True, slots=True)
class DemoCalendar:
    """One row of `calendars` with its exceptions."""

    key: str
    name: str
    spans: tuple[str, str]
    holidays: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> UUID:
        """The same in every demo."""
        return fixed_id(f"calendar:{self.key}")


AROUND_THE_CLOCK: Final = DemoCalendar("around_the_clock", "全年無休", ("00:00", "24:00"))
SHOP_HOURS: Final = DemoCalendar("shop_hours", "門市時間", ("09:00", "21:00"), HOLIDAYS)

BUSY: Final = {
    "zh-Hant": "非常抱歉，目前線路全部忙線中。您也可以在官網的常見問題找到答案。請稍後再來電，再見。",
    "zh-Hans": "非常抱歉，目前线路全忙。您也可以在官网的常见问题找到答案。请稍后再拨，再见。",
    "en": "We're sorry, all lines are busy. You may find the answer among the questions on our website. "
    "Please call again a little later. Goodbye.",
}
VOICEMAIL: Final = {"do": "voicemail"}
TO_MAIN: Final = {"do": "queue", "queue": MAIN_QUEUE, "age": "keep"}

# Columns of `queues`; what is not named has the product's default.
RULES: Final[dict[str, dict[str, Any]]] = {
    "orders": {
        "calendar_id": AROUND_THE_CLOCK.id,
        "max_waiting": 100,
        "max_wait_seconds": 1800,
        "overflow": {
            "full": {"do": "message", "text": BUSY},
            "max_wait": {"do": "callback"},
            "closed": VOICEMAIL,
        },
        "relax_steps": [{"after": 120, "drop": ["orders"]}],
    },
    "returns": {
        "calendar_id": AROUND_THE_CLOCK.id,
        "max_wait_seconds": 900,
        "overflow": {"max_wait": TO_MAIN},
        "relax_steps": [{"after": 120, "drop": ["returns"]}],
    },
    "products": {
        "calendar_id": SHOP_HOURS.id,
        "max_wait_seconds": 900,
        "overflow": {"closed": TO_MAIN, "max_wait": TO_MAIN},
        "relax_steps": [{"after": 60, "drop": ["products"]}],
    },
    "vip": {
        "calendar_id": AROUND_THE_CLOCK.id,
        "max_wait_seconds": 300,
        "overflow": {"max_wait": TO_MAIN},
        "last_agent_seconds": 15,
        "rising": [[60, 1]],
    },
}


async def write_calendars(tx: Transaction) -> None:
    """Calendars and their exceptions; before the queues that keep them."""
    for one in (AROUND_THE_CLOCK, SHOP_HOURS):
        await tx.execute(
            "insert into calendars (id, key, name, time_zone, weekly) values ($1, $2, $3, $4, $5)",
            one.id,
            one.key,
            one.name,
            TIME_ZONE,
            {day: [list(one.spans)] for day in DAYS},
        )
        await tx.executemany(
            "insert into calendar_exceptions (calendar_id, day, name) values ($1, $2::text::date, $3)",
            [(one.id, day, name) for day, name in one.holidays.items()],
        )


async def write_queue_rules(tx: Transaction, queue_ids: Mapping[str, UUID]) -> None:
    """The rules of the queues that are there, and whose hours the numbers go by."""
    for key, rules in RULES.items():
        sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(rules, start=2))
        await tx.execute(f"update queues set {sets} where id = $1", queue_ids[key], *rules.values())  # noqa: S608


async def write_hours_of_numbers(tx: Transaction, queue_ids: Mapping[str, UUID]) -> None:
    """The flow of every number goes by the hours of the main queue."""
    await tx.execute("update phone_numbers set queue_id = $1", queue_ids[MAIN_QUEUE])
    await tx.execute(
        """insert into messaging_addresses (address, label, queue_id, locale)
           select prefix || number, label, queue_id, locale
           from phone_numbers, unnest(array['', 'whatsapp:']) as prefix"""
    )
