"""Topics by REST: which there are, and how often the machine finds the right one."""

from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, Field

from app.core.auth import Permission, Principal
from app.core.errors import InvalidInput
from app.core.http import CurrentSettings, Read, Requires, problem_responses
from app.core.schemas import Schema
from app.intake import classifying
from app.intake.classifying import TopicSplit

router = APIRouter(prefix="/topics", tags=["supervision: topics"])

ConsoleUser = Annotated[Principal, Depends(Requires(Permission.CONSOLE_USE))]
Supervisor = Annotated[Principal, Depends(Requires(Permission.TEAM_SUPERVISE))]
PERIOD = timedelta(days=30)


class TopicView(Schema):
    """A topic that flows or articles use."""

    topic: str
    labels: dict[str, str] = Field(description="by language; empty for one that only articles have")


class HitRateView(Schema):
    """How often the machine found the right topic. Contacts no agent has judged say nothing."""

    key: str
    classified: int = Field(description="contacts the machine gave a topic")
    judged: int = Field(description="of these, whose agent said at wrap-up what it was about")
    right: int = Field(description="of these, where the agent left the machine's topic")
    rate: float | None = Field(description="right of the judged, 0 to 1; null: none were judged")


@router.get("", operation_id="list_topics")
async def list_topics(principal: ConsoleUser, tx: Read) -> list[TopicView]:
    """Every topic in use, to choose from at wrap-up."""
    return [TopicView(topic=one.topic, labels=one.labels) for one in await classifying.known_topics(tx)]


@router.get("/hit-rates", operation_id="topic_hit_rates", responses=problem_responses(InvalidInput))
async def topic_hit_rates(
    principal: Supervisor,
    tx: Read,
    settings: CurrentSettings,
    split: TopicSplit = TopicSplit.ALL,
    since: Annotated[AwareDatetime | None, Query(description="default: 30 days before `until`")] = None,
    until: Annotated[AwareDatetime | None, Query(description="default: now")] = None,
    time_zone: Annotated[
        str | None, Query(max_length=64, description="where a day begins; default: the company's")
    ] = None,
) -> list[HitRateView]:
    """Hit rates of the topics the machine gave, by day, queue, channel, source, topic or tenth of confidence."""
    try:
        zone = ZoneInfo(time_zone or settings.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput.of("time_zone", "must be a name of the IANA list, such as Asia/Taipei") from None
    now: datetime = await tx.fetchval("select switchboard_now() + interval '1 microsecond'")
    end = until or now
    found = await classifying.hit_rates(
        tx, split=split, since=since or end - PERIOD, until=end, time_zone=zone.key
    )
    return [
        HitRateView(key=one.key, classified=one.classified, judged=one.judged, right=one.right, rate=one.rate)
        for one in found
    ]
