"""The invented month looks like a real one: nobody is in two places, and nothing happens out of order."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from app.contacts.lifecycle import ContactMove, ContactState, transition
from app.demo.centre import queue_ids
from app.demo.month import CLOSES_AT, DAYS, OPENS_AT, DemoArticle, Story, stories
from app.demo.people import AGENTS, CUSTOMERS
from app.demo.rows import Rows, rows_of
from app.demo.summary import MAIN_NUMBER
from app.demo.wording import TOPICS

NOW = datetime(2026, 3, 10, 2, 30, tzinfo=UTC)
TAIPEI = ZoneInfo("Asia/Taipei")
ARTICLES = [DemoArticle(uuid4(), topic, f"{topic}？") for topic in TOPICS]

MOVES = {
    "contact.opened": ContactMove.START_SELF_SERVICE,
    "contact.queued": ContactMove.QUEUE,
    "offer.made": ContactMove.OFFER,
    "offer.timed_out": ContactMove.REQUEUE,
    "contact.connected": ContactMove.CONNECT,
    "contact.ended": ContactMove.START_WRAP_UP,
    "contact.closed": ContactMove.CLOSE,
}


@pytest.fixture(scope="module")
def told() -> list[Story]:
    return stories(Random(7), CUSTOMERS, ARTICLES, NOW, TAIPEI)


@pytest.fixture(scope="module")
def rows(told: list[Story]) -> Rows:
    return rows_of(Random(7), told, queue_ids(), MAIN_NUMBER)


def test_every_channel_and_every_ending_occurs(told: list[Story]) -> None:
    assert {s.channel for s in told} == {"voice", "chat", "email"}
    assert {s.outcome for s in told} == {
        "handled",
        "solved_by_self_service",
        "abandoned_in_self_service",
        "abandoned_in_queue",
    }
    assert {s.topic for s in told} == set(TOPICS)


def test_the_month_ends_yesterday_evening(told: list[Story]) -> None:
    days = {s.opened_at.astimezone(TAIPEI).date() for s in told}
    today = NOW.astimezone(TAIPEI).date()
    assert len(days) == DAYS
    assert max(days) == today - timedelta(days=1)
    assert max(s.closed_at for s in told).astimezone(TAIPEI).date() < today


def test_contacts_arrive_in_business_hours(told: list[Story]) -> None:
    assert all(OPENS_AT <= s.opened_at.astimezone(TAIPEI).hour < CLOSES_AT for s in told)


def test_no_agent_handles_two_contacts_at_once(told: list[Story]) -> None:
    for agent in AGENTS:
        mine = sorted((s.offered_at, s.closed_at) for s in told if s.agent is agent and s.offered_at)
        assert all(closed < offered for (_, closed), (offered, _) in pairwise(mine))


def test_agents_speak_the_customers_language(told: list[Story]) -> None:
    english = [s.agent for s in told if s.agent and s.language == "en"]
    assert english
    assert all("lang:en" in agent.skills for agent in english)


def test_every_contact_moves_as_the_lifecycle_allows(rows: Rows) -> None:
    lines: dict[object, list[tuple[datetime, str]]] = {}
    for _, at, kind, contact_id, *_ in rows.touchpoints:
        lines.setdefault(contact_id, []).append((at, kind))
    for written in lines.values():
        state = ContactState.NEW
        for _, kind in sorted(written):
            state = transition(state, MOVES[kind]) if kind in MOVES else state
        assert state is ContactState.CLOSED
        assert len({at for at, _ in written}) == len(written)


def test_every_line_of_the_log_is_unique_and_every_id_dated(rows: Rows) -> None:
    assert len({row[-1] for row in rows.touchpoints}) == len(rows.touchpoints)
    ids = [row[0] for row in sorted(rows.touchpoints, key=lambda row: row[1])]
    assert all(first.int >> 80 <= second.int >> 80 for first, second in pairwise(ids))
    assert {value.version for value in ids} == {7}


def test_the_same_start_tells_the_same_month(told: list[Story]) -> None:
    assert stories(Random(7), CUSTOMERS, ARTICLES, NOW, TAIPEI) == told
