"""Turns a contact's story into rows: the contact, its offers, note, dispositions and log lines.

The kinds and data of the lines are those the product writes itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from app.demo.centre import QUEUES
from app.demo.month import RING_SECONDS, WRAP_UP_SECONDS, Story
from app.demo.people import DemoAgent
from app.demo.wording import TOPICS, note_words

PRIORITIES: Final = {"vip": 1, "gold": 3, "silver": 4}
ROUTER_EPOCH: Final = 0  # no router decided these

Row = tuple[Any, ...]


def dated_id(rng: Random, at: datetime) -> UUID:
    """A UUID version 7 of that moment, so that history sorts like life does (RFC 9562 section 5.7)."""
    value = int(at.timestamp() * 1000) << 80 | rng.getrandbits(80)
    return UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0b10 << 62)


@dataclass(slots=True)
class Rows:
    """Rows per table, columns as in `app.demo.seed`."""

    contacts: list[Row] = field(default_factory=list)
    offers: list[Row] = field(default_factory=list)
    touchpoints: list[Row] = field(default_factory=list)
    notes: list[Row] = field(default_factory=list)
    dispositions: list[Row] = field(default_factory=list)


def rows_of(rng: Random, told: Sequence[Story], queue_ids: dict[str, UUID], number: str) -> Rows:
    """All rows of all stories. `number` is the shop's."""
    rows = Rows()
    for story in told:
        _Writer(rng, rows, story, queue_ids, number).write()
    return rows


class _Writer:
    """Writes one story."""

    def __init__(
        self,
        rng: Random,
        rows: Rows,
        story: Story,
        queue_ids: dict[str, UUID],
        number: str,
    ):
        self._rng = rng
        self._rows = rows
        self._story = story
        self._queue_ids = queue_ids
        self._number = number
        self._id = dated_id(rng, story.opened_at)
        self._path: list[dict[str, Any]] = []

    def write(self) -> None:
        """The contact comes last, since its summary collects the path."""
        story = self._story
        withheld = story.channel == "voice" and story.from_address is None
        identification = "certain" if story.customer else "unknown"
        self._line(
            story.opened_at,
            "contact.opened",
            "customer",
            {"identification": identification, "withheld": withheld},
        )
        if story.channel == "email":
            self._line(
                _after(story.opened_at, 0.2), "email.received", "customer", {"subject": story.question}
            )
        elif story.outcome != "abandoned_in_self_service":
            self._self_service()
        if story.queued_at:
            self._queue(story.queued_at)
        self._close()
        self._rows.contacts.append(self._contact(identification))

    def _line(
        self,
        at: datetime,
        kind: str,
        actor: str,
        data: dict[str, Any],
        *,
        agent: DemoAgent | None = None,
        n: int = 1,
    ) -> None:
        story = self._story
        customer_id = story.customer.id if story.customer else None
        self._rows.touchpoints.append(
            (
                dated_id(self._rng, at), at, kind, self._id, customer_id, story.channel, actor,
                agent.id if agent else None, data, f"{self._id}:{kind}:{n}",
            )
        )  # fmt: skip

    def _step(self, at: datetime, kind: str, text: str, detail: str | None = None) -> None:
        self._path.append(
            {"at": at.astimezone(UTC).isoformat(), "kind": kind, "text": text, "detail": detail}
        )

    def _self_service(self) -> None:
        story = self._story
        opened = story.opened_at
        key, label = TOPICS[story.topic].menu
        if story.channel == "voice":
            self._line(_after(opened, 8), "menu.chosen", "customer", {"key": key, "label": label})
            self._step(_after(opened, 8), "menu", label, key)
        asked = _after(opened, 13)
        if story.channel == "chat":
            self._line(_after(opened, 11), "chat.message", "customer", {"text": story.question})
        if story.article is None or story.answered_at is None:
            return
        self._line(asked, "question.asked", "customer", {"question": story.question})
        self._step(asked, "question", story.question)
        article = {"article_id": str(story.article.id), "title": story.article.title}
        self._line(story.answered_at, "faq.answered", "system", article)
        self._step(story.answered_at, "answer", story.article.title)
        solved = story.outcome == "solved_by_self_service"
        said = _after(story.answered_at, 9)
        self._line(said, "faq.helped" if solved else "faq.not_helped", "customer", article)
        self._step(said, "helped", "是" if solved else "否")

    def _queue(self, queued: datetime) -> None:
        story = self._story
        data = {"topic": story.topic, "reason": self._reason(), "priority": self._priority()}
        self._line(queued, "contact.queued", "system", data, n=0)
        if story.channel != "email":
            self._step(queued, "queued", QUEUES[story.queue or ""]["zh-Hant"])
        missed, offered = story.missed_by, story.offered_at
        if offered is None:
            return
        if missed is not None:
            rang = _after(offered, -RING_SECONDS)
            self._offer(missed, rang, None, offered, 1)
        if story.agent and story.accepted_at and story.ended_at:
            at = _after(offered, 0.5) if missed else offered
            self._offer(story.agent, at, story.accepted_at, story.ended_at, 2 if missed else 1)

    def _offer(
        self, agent: DemoAgent, made: datetime, accepted: datetime | None, ended: datetime, round_: int
    ) -> None:
        state, reason = ("ended", "ended_by_customer") if accepted else ("timed_out", "no_answer")
        self._rows.offers.append(
            (
                dated_id(self._rng, made), self._id, agent.id, state, round_, reason, made,
                _after(made, RING_SECONDS), _after(made, 1), accepted, ended, ROUTER_EPOCH,
            )
        )  # fmt: skip
        self._line(made, "offer.made", "system", {"agent": agent.name}, n=round_)
        if accepted is None:
            timed_out = {"agent": agent.name, "reason": reason}
            self._line(ended, "offer.timed_out", "system", timed_out, n=round_)
            return
        self._line(accepted, "offer.accepted", "agent", {}, agent=agent, n=round_)
        self._conversation(agent, accepted, ended)

    def _conversation(self, agent: DemoAgent, accepted: datetime, ended: datetime) -> None:
        story = self._story
        waited = int((accepted - story.queued_at).total_seconds()) if story.queued_at else 0
        connected = {"agent": agent.name, "waited_seconds": waited}
        self._line(_after(accepted, 1), "contact.connected", "system", connected)
        if story.channel == "email":
            subject = {"subject": f"Re: {story.question}"}
            self._line(_after(ended, -1), "email.sent", "agent", subject, agent=agent)
        if story.channel == "chat":
            reply = {"text": self._rng.choice(note_words(story.topic, story.language))}
            self._line(_after(accepted, 40), "chat.message", "agent", reply, agent=agent, n=2)
        handled = int((ended - accepted).total_seconds())
        ended_by = "customer" if story.channel != "email" else "agent"
        self._line(ended, "contact.ended", "system", {"ended_by": ended_by, "handled_seconds": handled})
        self._line(
            _after(ended, 0.1), "wrap_up.started", "system", {"agent": agent.name, "seconds": WRAP_UP_SECONDS}
        )
        self._wrap_up(agent)

    def _wrap_up(self, agent: DemoAgent) -> None:
        story, done = self._story, _after(self._story.closed_at, -0.2)
        codes = [self._rng.choice(TOPICS[story.topic].dispositions)]
        if self._rng.random() < 0.06:
            codes.append("complaint")
        self._rows.dispositions.extend((self._id, code) for code in codes)
        if self._rng.random() < 0.75:
            body = self._rng.choice(note_words(story.topic, agent.locale))
            note_id, noted = dated_id(self._rng, done), _after(done, -2)
            self._rows.notes.append((note_id, self._id, agent.id, body, noted))
            self._line(noted, "note.added", "agent", {"body": body}, agent=agent)
        data = {"dispositions": codes, "by": "agent"}
        self._line(done, "wrap_up.completed", "agent", data, agent=agent)

    def _close(self) -> None:
        story = self._story
        data: dict[str, Any] = {"outcome": story.outcome}
        if story.outcome == "abandoned_in_queue" and story.queued_at:
            data["waited_seconds"] = int((story.closed_at - story.queued_at).total_seconds())
        if story.outcome.startswith("abandoned"):
            self._line(_after(story.closed_at, -0.1), "contact.abandoned", "customer", {})
        self._line(story.closed_at, "contact.closed", "system", data)

    def _reason(self) -> str | None:
        story = self._story
        if story.channel == "email":
            return None
        return "answer_did_not_help" if story.article else "asked_for_agent"

    def _priority(self) -> int:
        customer = self._story.customer
        return PRIORITIES.get(customer.tier, 5) if customer else 5

    def _summary(self) -> dict[str, Any]:
        story = self._story
        if story.channel == "email":
            return {}
        return {
            "topic": story.topic,
            "topic_label": TOPICS[story.topic].label,
            "question": story.question if story.article else None,
            "article_id": str(story.article.id) if story.article else None,
            "article_title": story.article.title if story.article else None,
            "unsolved_reason": self._reason() if story.queued_at else None,
            "path": self._path,
        }

    def _contact(self, identification: str) -> Row:
        story = self._story
        language = "lang:en" if story.language == "en" else "lang:zh"
        wrap_up_until = _after(story.ended_at, WRAP_UP_SECONDS) if story.ended_at else None
        dialled = {"voice": self._number, "email": "hello@verdant-goods.example.com"}.get(story.channel)
        return (
            self._id, story.channel, "closed", story.outcome, story.customer.id if story.customer else None,
            identification, story.from_address, dialled, story.language, story.topic, self._summary(),
            self._queue_ids[story.queue] if story.queue else None, self._priority(),
            {language: 1} if story.queue else {}, (1 if story.agent else 0) + (1 if story.missed_by else 0),
            story.agent.id if story.agent else None, story.opened_at, story.queued_at, story.accepted_at,
            story.ended_at or story.closed_at, wrap_up_until, story.closed_at, 8,
        )  # fmt: skip


def _after(at: datetime, seconds: float) -> datetime:
    return at + timedelta(seconds=seconds)
