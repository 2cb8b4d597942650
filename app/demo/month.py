"""Thirty believable days of a small contact centre, up to yesterday evening. Pure: chance and time come in.

No agent handles two contacts at once, nobody works outside the shift, and every step follows the one before.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.customers.models import Language
from app.demo.people import (
    AGENTS,
    FAMILY_NUMBER,
    OFFICE_NUMBER,
    UNVERIFIED_NUMBER,
    DemoAgent,
    DemoCustomer,
)
from app.demo.wording import TOPICS, question_words

DAYS: Final = 30
OPENS_AT, CLOSES_AT = 9, 21  # local hours
LAST_ARRIVAL_HOUR: Final = 20
CONTACTS_PER_DAY: Final = (9, 10, 8, 9, 11, 6, 4)  # Monday first
HOUR_WEIGHTS: Final = (4, 8, 9, 6, 6, 8, 8, 7, 6, 6, 7, 5)  # from 09:00 on
RING_SECONDS: Final = 20  # an offer's deadline
WRAP_UP_SECONDS: Final = 45
UNCLEAR_NUMBERS: Final = (FAMILY_NUMBER, OFFICE_NUMBER, UNVERIFIED_NUMBER)


@dataclass(frozen=True, slots=True)
class DemoArticle:
    """A published FAQ entry that self-service may have read out."""

    id: UUID
    topic: str
    title: str


@dataclass(frozen=True, slots=True)
class Story:
    """One contact from arrival to close. Times are None for steps it never reached."""

    channel: str
    customer: DemoCustomer | None
    from_address: str | None
    language: Language
    topic: str
    question: str
    opened_at: datetime
    closed_at: datetime
    outcome: str
    article: DemoArticle | None = None
    answered_at: datetime | None = None
    queue: str | None = None
    queued_at: datetime | None = None
    missed_by: DemoAgent | None = None  # let the first offer ring out
    offered_at: datetime | None = None
    agent: DemoAgent | None = None
    accepted_at: datetime | None = None
    ended_at: datetime | None = None


def stories(
    rng: Random,
    customers: Sequence[DemoCustomer],
    articles: Sequence[DemoArticle],
    now: datetime,
    zone: ZoneInfo,
) -> list[Story]:
    """About two hundred and fifty closed contacts of the thirty days before today, by opening time."""
    teller = _Teller(rng, customers, articles, zone)
    today = now.astimezone(zone).date()
    return [story for age in range(DAYS, 0, -1) for story in teller.day(today - timedelta(days=age))]


class _Teller:
    """Makes up one day after the other; remembers how long each agent is busy."""

    def __init__(
        self,
        rng: Random,
        customers: Sequence[DemoCustomer],
        articles: Sequence[DemoArticle],
        zone: ZoneInfo,
    ):
        self._rng = rng
        self._zone = zone
        self._customers = customers
        self._weights = [rng.choice([1, 1, 2, 3, 5]) for _ in customers]
        self._favourites = {c.key: rng.sample(sorted(TOPICS), 3) for c in customers}
        self._articles = {t: [a for a in articles if a.topic == t] for t in TOPICS}
        self._free_at: dict[str, datetime] = {}

    def day(self, day: date) -> Iterator[Story]:
        """The contacts of one local day, in order."""
        self._free_at = {a.login: self._local(day, a.hours[0], 0) for a in AGENTS}
        count = CONTACTS_PER_DAY[day.weekday()] + self._rng.randint(-2, 2)
        hours = self._rng.choices(range(OPENS_AT, LAST_ARRIVAL_HOUR + 1), HOUR_WEIGHTS, k=count)
        minutes = sorted(hour * 3600 + self._rng.randrange(3600) for hour in hours)
        for seconds in minutes:
            yield self._contact(self._local(day, 0, seconds))

    def _local(self, day: date, hour: int, seconds: int) -> datetime:
        return datetime.combine(day, time(hour), self._zone) + timedelta(seconds=seconds)

    def _contact(self, at: datetime) -> Story:
        arrived = self._arrival(at)
        if arrived.channel != "email":
            if self._rng.random() < 0.04:
                left = at + timedelta(seconds=self._rng.randint(5, 25))
                return replace(arrived, closed_at=left, outcome="abandoned_in_self_service")
            arrived = self._self_service(arrived)
            if arrived.outcome:
                return arrived
        return self._served(arrived)

    def _arrival(self, at: datetime) -> Story:
        rng = self._rng
        channel = rng.choices(["voice", "chat", "email"], [62, 23, 15])[0]
        customer = rng.choices(self._customers, self._weights)[0]
        known: DemoCustomer | None = customer
        if channel == "voice" and customer.phones[0].number in UNCLEAR_NUMBERS:
            channel = "chat"  # a call from there would have asked an agent to choose
        address: str | None = customer.email if channel == "email" else customer.phones[0].number
        if channel == "voice" and (dice := rng.random()) < 0.14:
            known = None
            address = None if dice < 0.04 else f"+886900000{rng.randint(500, 699)}"
        if channel == "chat":
            address = None
        language: Language = known.language if known else "zh-Hant"
        favourites = self._favourites[customer.key] if known else []
        topic = rng.choice(favourites if favourites and rng.random() < 0.75 else sorted(TOPICS))
        question = rng.choice(question_words(topic, language))
        return Story(channel, known, address, language, topic, question, at, at, "")

    def _self_service(self, story: Story) -> Story:
        rng, choices = self._rng, self._articles[story.topic]
        if not choices or rng.random() < 0.2:
            return story
        answered = story.opened_at + timedelta(seconds=rng.randint(18, 40))
        told = replace(story, article=rng.choice(choices), answered_at=answered)
        if rng.random() > 0.42:
            return told
        left = answered + timedelta(seconds=rng.randint(15, 45))
        return replace(told, closed_at=left, outcome="solved_by_self_service")

    def _served(self, story: Story) -> Story:
        rng = self._rng
        told = story.answered_at or story.opened_at
        queued = told + timedelta(seconds=rng.randint(12, 25) if story.channel != "email" else 1)
        queue = "vip" if story.customer and story.customer.tier == "vip" else TOPICS[story.topic].queue
        waiting = replace(story, queue=queue, queued_at=queued)
        is_hasty = story.channel != "email" and rng.random() < 0.04
        patience = timedelta(seconds=rng.randint(3, 9) if is_hasty else rng.randint(120, 600))
        free = self._candidates(waiting)
        starts, agent = free[0] if free else (queued + timedelta(days=1), None)
        missed = None
        if len(free) > 1 and rng.random() < 0.04:
            (starts, missed), (later, agent) = free[0], free[1]
            starts = max(later, starts + timedelta(seconds=RING_SECONDS))
        if is_hasty or agent is None or (story.channel != "email" and starts - queued > patience):
            return replace(waiting, closed_at=queued + patience, outcome="abandoned_in_queue")
        return self._handled(waiting, agent, starts, missed)

    def _candidates(self, story: Story) -> list[tuple[datetime, DemoAgent]]:
        """Who could take it within the shift, the earliest first; ties by rank, then by number."""
        queue, queued = story.queue or "", story.queued_at or story.opened_at
        language = "lang:en" if story.language == "en" else "lang:zh"
        found = [
            (max(self._free_at[a.login], queued + timedelta(seconds=1)), a.queues[queue], a)
            for a in AGENTS
            if queue in a.queues and language in a.skills
        ]
        in_time = [entry for entry in found if entry[0] < self._shift_end(entry[2], queued)]
        if in_time or story.channel != "email":  # a late mail keeps somebody a little longer
            found = in_time
        found.sort(key=lambda entry: (entry[0], entry[1], entry[2].number))
        return [(starts, agent) for starts, _, agent in found]

    def _shift_end(self, agent: DemoAgent, at: datetime) -> datetime:
        return self._local(at.astimezone(self._zone).date(), agent.hours[1], 0)

    def _handled(self, story: Story, agent: DemoAgent, starts: datetime, missed: DemoAgent | None) -> Story:
        rng = self._rng
        accepted = starts + timedelta(seconds=rng.randint(2, 9))
        lasts = rng.triangular(60, 720, 200) if story.channel != "email" else rng.triangular(120, 900, 240)
        ended = accepted + timedelta(seconds=int(lasts))
        closed = ended + timedelta(seconds=rng.randint(8, WRAP_UP_SECONDS))
        self._free_at[agent.login] = closed + timedelta(seconds=rng.randint(2, 30))
        return replace(
            story,
            missed_by=missed,
            offered_at=starts,
            agent=agent,
            accepted_at=accepted,
            ended_at=ended,
            closed_at=closed,
            outcome="handled",
        )
