"""All searches of a period in figures: by day, channel, language or queue; each figure leads to the searches it counts.

A figure is a condition on a search (`CONDITIONS`); counting and listing use the same one, so they cannot disagree.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.core.db import Reader
from app.faq.figures import CountedSearch


class Split(StrEnum):
    """What the searches are counted by."""

    ALL = "all"
    DAY = "day"
    CHANNEL = "channel"
    LANGUAGE = "language"
    QUEUE = "queue"


class Total(StrEnum):
    """What is counted of searches. ASKERS: those who asked the machine, once for a contact however often it asked;
    DEFLECTED: of these, whose last question ended with "that helped". ANSWERS_JUDGED: the machine's own answers with a
    word on whether they were right; ANSWERS_RIGHT: of these, the right ones; their share is the precision."""

    SEARCHES = "searches"
    ANSWERED = "answered"
    SUGGESTED = "suggested"
    NOTHING = "nothing"
    HELPED = "helped"
    UNHELPFUL = "unhelpful"
    ANSWERS_JUDGED = "answers_judged"
    ANSWERS_RIGHT = "answers_right"
    ASKERS = "askers"
    DEFLECTED = "deflected"


_JUDGED = "s.outcome in ('helped', 'not_helped', 'escalated', 're_asked')"
CONDITIONS: dict[Total, str] = {
    Total.SEARCHES: "true",
    Total.ANSWERED: "s.action = 'answered'",
    Total.SUGGESTED: "s.action = 'suggested'",
    Total.NOTHING: "s.action = 'none'",
    Total.HELPED: "s.outcome = 'helped'",
    Total.UNHELPFUL: "s.outcome in ('not_helped', 'escalated', 're_asked')",
    Total.ANSWERS_JUDGED: f"s.action = 'answered' and {_JUDGED}",
    Total.ANSWERS_RIGHT: "s.action = 'answered' and s.outcome = 'helped'",
    Total.ASKERS: "s.agent_id is null and s.is_last",
    Total.DEFLECTED: "s.agent_id is null and s.is_last and s.outcome = 'helped'",
}
_KEYS: dict[Split, str] = {
    Split.ALL: "''",
    Split.DAY: "to_char(s.at at time zone $3, 'YYYY-MM-DD')",
    Split.CHANNEL: "s.channel",
    Split.LANGUAGE: "s.language",
    Split.QUEUE: "coalesce((select q.key from contacts c join queues q on q.id = c.queue_id "
    "where c.id = s.contact_id), '')",
}
# The last search of a contact stands for it; a search outside a contact for itself.
_SEARCHES = """
(select *, row_number() over (partition by coalesce(contact_id, id) order by at desc, id desc) = 1 as is_last
 from faq_searches where at >= $1 and at < $2) s
"""


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures of one day, channel, language or queue; `key` is '' for all of them, or for no queue."""

    key: str
    counts: dict[Total, int]


async def totals(
    reader: Reader, *, since: datetime, until: datetime, split: Split, time_zone: ZoneInfo
) -> list[Totals]:
    """The figures of [since, until), by key; days are those of `time_zone`."""
    counts = ", ".join(f"count(*) filter (where {CONDITIONS[total]}) as {total}" for total in Total)
    rows = await reader.fetch(
        f"select {_KEYS[split]} as key, {counts} from {_SEARCHES} "  # noqa: S608 -- texts of our own
        "where $3::text is not null group by 1 order by 1",
        since,
        until,
        time_zone.key,
    )
    return [Totals(row["key"], {total: row[total.value] for total in Total}) for row in rows]


async def searches_of(
    reader: Reader,
    *,
    since: datetime,
    until: datetime,
    split: Split,
    key: str,
    total: Total,
    time_zone: ZoneInfo,
    limit: int = 100,
) -> list[CountedSearch]:
    """The searches that a figure counts, the newest first."""
    rows = await reader.fetch(
        f"select s.* from {_SEARCHES} where $3::text is not null and {_KEYS[split]} = $4 "  # noqa: S608
        f"and {CONDITIONS[total]} order by s.at desc, s.id desc limit $5",
        since,
        until,
        time_zone.key,
        key,
        limit,
    )
    return [CountedSearch.of(row) for row in rows]
