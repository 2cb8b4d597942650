"""What contacts are about: how the machine decided, what the agent said at the end, and how often both agree."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.contacts import repository as contact_rows
from app.contacts.models import Contact
from app.core.db import Reader, Transaction
from app.core.errors import InvalidInput
from app.selfservice.state import TopicSource
from app.touchpoints import log as touchpoints


async def record(
    tx: Transaction,
    contact_id: UUID,
    *,
    topic: str,
    source: TopicSource,
    confidence: float | None,
    now: datetime,
) -> None:
    """The machine has decided. A later decision replaces an earlier one; what an agent has said stays."""
    await tx.execute(
        """insert into contact_topics (contact_id, topic, source, confidence, decided_at)
           values ($1, $2, $3, $4, $5)
           on conflict (contact_id) do update set topic = excluded.topic, source = excluded.source,
             confidence = excluded.confidence, decided_at = excluded.decided_at
           where contact_topics.judged_at is null""",
        contact_id,
        topic,
        source.value,
        confidence,
        now,
    )


@dataclass(frozen=True, slots=True)
class KnownTopic:
    """A topic that flows or articles use; `labels` by language, empty for one that only articles have."""

    topic: str
    labels: dict[str, str]


async def known_topics(reader: Reader) -> list[KnownTopic]:
    """Every topic in use, by name."""
    rows = await reader.fetch(
        """select topic, coalesce((array_agg(labels order by labels <> '{}'::jsonb desc))[1], '{}') as labels from (
             select t.key as topic, t.value -> 'label' as labels from flows f
             join flow_versions v on v.flow_id = f.id and v.version = f.published_version
             cross join jsonb_each(v.definition -> 'topics') t
             union all select distinct topic, '{}'::jsonb from articles where status = 'published') found
           group by topic order by topic"""
    )
    return [KnownTopic(row["topic"], row["labels"]) for row in rows]


async def judge(
    tx: Transaction, contact: Contact, topic: str, *, now: datetime, agent_id: UUID, agent_name: str
) -> None:
    """The agent says what it was about; the contact is of this topic from now on. A repeat changes nothing. Raises
    InvalidInput naming `topic`."""
    if topic != contact.topic and topic not in {one.topic for one in await known_topics(tx)}:
        raise InvalidInput.of("topic", "there is no such topic; GET /topics lists them")
    await tx.execute(
        """update contact_topics set final_topic = $2, judged_at = $3, judged_by = $4
           where contact_id = $1 and final_topic is distinct from $2""",
        contact.id,
        topic,
        now,
        agent_id,
    )
    if topic == contact.topic:
        return
    changed = await contact_rows.change(tx, contact.id, {"topic": topic})
    await touchpoints.append(
        tx,
        changed.subject,
        "topic.corrected",
        actor=touchpoints.agent(agent_id, agent_name),
        data={"from": contact.topic, "text": topic},
        once=f"{contact.routing_round}:{topic}",
    )


class TopicSplit(StrEnum):
    """What hit rates are told by."""

    ALL = "all"
    DAY = "day"
    QUEUE = "queue"
    CHANNEL = "channel"
    SOURCE = "source"
    TOPIC = "topic"
    CONFIDENCE = "confidence"


_KEYS = {
    TopicSplit.ALL: "'all'",
    TopicSplit.DAY: "to_char(t.decided_at at time zone $3, 'YYYY-MM-DD')",
    TopicSplit.QUEUE: "coalesce(q.key, '')",
    TopicSplit.CHANNEL: "c.channel",
    TopicSplit.SOURCE: "t.source",
    TopicSplit.TOPIC: "t.topic",
    TopicSplit.CONFIDENCE: "to_char(least(floor(coalesce(t.confidence, 0) * 10), 9) / 10, 'FM0.0')",
}


@dataclass(frozen=True, slots=True)
class HitRate:
    """Contacts the machine gave a topic; of these, those an agent has judged, and those judged right."""

    key: str
    classified: int
    judged: int
    right: int

    @property
    def rate(self) -> float | None:
        """Share of the judged that were right; None where nothing was judged."""
        return round(self.right / self.judged, 4) if self.judged else None


async def hit_rates(
    reader: Reader, *, split: TopicSplit, since: datetime, until: datetime, time_zone: str
) -> list[HitRate]:
    """How often the machine was right in [since, until), by the key asked for. A queue's key is '' for contacts that
    waited in none; a confidence's is the lower end of its tenth."""
    args: list[Any] = [since, until, *([time_zone] if split is TopicSplit.DAY else [])]
    rows = await reader.fetch(
        f"""select {_KEYS[split]} as key, count(*) as classified, count(t.final_topic) as judged,
                   count(*) filter (where t.final_topic = t.topic) as right
            from contact_topics t join contacts c on c.id = t.contact_id left join queues q on q.id = c.queue_id
            where t.decided_at >= $1 and t.decided_at < $2 group by 1 order by 1""",  # noqa: S608 -- keys of our own
        *args,
    )
    return [HitRate(row["key"], row["classified"], row["judged"], row["right"]) for row in rows]
