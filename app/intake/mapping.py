"""Translates between self-service's words and those of the packages it meets: FAQ, touchpoints, screen-pop."""

from math import exp
from typing import Any

from app.faq.confidence import Zone as FaqZone
from app.faq.forms import plain_text
from app.faq.search import SearchOutcome
from app.faq.search import SearchResult as FoundResult
from app.faq.usage import SearchAction, SearchResolution
from app.selfservice.locales import Locale
from app.selfservice.state import FoundArticle, PathEntry, PathKind, Summary
from app.selfservice.turns import SearchResult, Zone
from app.touchpoints import log as touchpoints

_TOPIC_SCALE = 0.1  # of scores
_GOOD_MATCH = 0.6  # a score from which the words leave no doubt about the topic
REQUIRED_LEVEL = 1  # a flow names skills without a level: holding one is enough

_ZONES = {FaqZone.ANSWER: Zone.ANSWER, FaqZone.CHOOSE: Zone.CHOOSE, FaqZone.NONE: Zone.NONE}
_ACTIONS = {
    FaqZone.ANSWER: SearchAction.ANSWERED,
    FaqZone.CHOOSE: SearchAction.SUGGESTED,
    FaqZone.NONE: SearchAction.NONE,
}


def search_action(zone: FaqZone) -> SearchAction:
    """What the search log calls it."""
    return _ACTIONS[zone]


def search_result(outcome: SearchOutcome, *, is_written: bool = False) -> SearchResult:
    """What the FAQ found, as the flow speaks it, or writes it."""
    found = tuple(
        FoundArticle(
            article_id=str(result.article_id),
            title=result.title,
            steps=_steps(result, is_written),
            topic=result.topic,
            locale=Locale(result.language.value),
        )
        for result in outcome.results
    )
    # the best of bad matches says nothing about the topic
    if outcome.zone is FaqZone.NONE or not outcome.results:
        return SearchResult(found, _ZONES[outcome.zone])
    topic, confidence = classified(outcome)
    return SearchResult(found, _ZONES[outcome.zone], topic, confidence)


def _steps(result: FoundResult, is_written: bool) -> tuple[str, ...]:
    written = result.answer_short or plain_text(result.answer)
    return (written,) if is_written else result.spoken_steps or (written,)


def classified(outcome: SearchOutcome) -> tuple[str, float]:
    """The topic of the best article, and how sure that is, from 0 to 1: the share of the found articles' weight that
    is of this topic, times how good the best match is. An article that is as good as the best weighs 1; one that is
    0.1 worse a third of that. Articles of one topic that lie close together leave the article open, not the topic."""
    best = outcome.results[0]
    weights = [(result.topic, exp((result.score - best.score) / _TOPIC_SCALE)) for result in outcome.results]
    share = sum(w for topic, w in weights if topic == best.topic) / sum(w for _, w in weights)
    return best.topic, round(share * min(best.score / _GOOD_MATCH, 1.0), 3)


def resolution(entry: PathEntry) -> SearchResolution | None:
    """Whether this line settles the search before it."""
    if entry.kind is PathKind.HELPED:
        return SearchResolution.HELPED if entry.choice == "yes" else SearchResolution.NOT_HELPED
    if entry.kind is PathKind.QUEUED:
        return SearchResolution.ESCALATED
    return None


def summary(found: Summary) -> dict[str, Any]:
    """What `contacts.summary` keeps: the shape of the console's SelfServiceSummary."""
    return {
        "topic": found.topic,
        "topic_label": found.topic_label,
        "question": found.question,
        "article_id": found.article_id,
        "article_title": found.article_title,
        "unsolved_reason": found.unsolved_reason.value if found.unsolved_reason else None,
        "path": [
            {"at": e.at.isoformat(), "kind": e.kind.value, "text": e.text, "detail": e.detail}
            for e in found.path
        ],
    }


_KINDS = {
    PathKind.GREETING: None,  # contact.opened says it already
    PathKind.MENU: "menu.chosen",
    PathKind.QUESTION: "question.asked",
    PathKind.ANSWER: "faq.answered",
    PathKind.QUEUED: None,  # contact.queued is written by routing
    PathKind.ANNOUNCEMENT: "announcement.played",
    PathKind.ENTERED: "number.entered",
    PathKind.LOOKED_UP: "lookup.made",
    PathKind.REQUESTED: "request.made",
    PathKind.TEXTED: None,  # message.sent is written with the message
}


def touchpoint_kind(entry: PathEntry) -> str | None:
    """The kind of touchpoint this line becomes; None when another one tells it."""
    if entry.kind is PathKind.HELPED:
        return "faq.helped" if entry.choice == "yes" else "faq.not_helped"
    return _KINDS[entry.kind]


def touchpoint_actor(entry: PathEntry) -> touchpoints.Actor:
    """Who did it."""
    by_customer = entry.kind in (PathKind.MENU, PathKind.QUESTION, PathKind.HELPED, PathKind.ENTERED)
    return touchpoints.CUSTOMER if by_customer else touchpoints.SYSTEM


def touchpoint_data(entry: PathEntry) -> dict[str, Any]:
    """What the timeline shows of it."""
    data = {"text": entry.text, "detail": entry.detail, "article_id": entry.article_id}
    return {key: value for key, value in data.items() if value is not None}
