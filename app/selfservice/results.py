"""What follows from what was found: by the FAQ search, or by a web service. Pure."""

from dataclasses import replace

from app.selfservice.nodes import AskingNode, AskNode, RequestNode
from app.selfservice.prompts import message
from app.selfservice.state import (
    MAX_CANDIDATES,
    FoundArticle,
    PathKind,
    Status,
    TopicSource,
    UnsolvedReason,
)
from app.selfservice.turns import RequestResult, SearchResult, Turn, Zone
from app.selfservice.values import with_values
from app.selfservice.walk import Walk


def searched(walk: Walk, found: SearchResult) -> Turn:
    """The turn that follows from what the FAQ search found. A late one repeats the step asked meanwhile."""
    node = walk.flow.by_id.get(walk.state.node)
    if not isinstance(node, AskingNode):
        return walk.to_human(UnsolvedReason.UNAVAILABLE)
    if not isinstance(node, AskNode) or walk.state.status is not Status.SEARCHING:
        return walk.present(node)
    articles = tuple(article.clipped() for article in found.results[:MAX_CANDIDATES])
    if found.topic and not walk.state.topic:
        _by_words(walk, found.topic, found.topic_confidence)
    match found.zone:
        case Zone.ANSWER if articles and articles[0].steps:
            walk.state = replace(walk.state, candidates=articles)
            select(walk, 0, found.topic_confidence)
            return walk.go(node.found)
        case Zone.CHOOSE if articles:
            walk.state = replace(walk.state, candidates=articles)
            return walk.go(node.unsure)
        case Zone.UNAVAILABLE:
            reason = UnsolvedReason.UNAVAILABLE
        case _:
            reason = UnsolvedReason.NO_ANSWER_FOUND
    walk.state = replace(walk.state, reason=reason)
    return walk.go(node.none)


def requested(walk: Walk, found: RequestResult) -> Turn:
    """The turn that follows from what a web service answered. A late one repeats the node asked meanwhile."""
    node = walk.flow.by_id.get(walk.state.node)
    if isinstance(node, RequestNode) and walk.state.status is Status.REQUESTING:
        outcome = "found" if found.is_ok else "not_found"
        text = message(f"path.{outcome}", walk.flow.default_locale)
        walk.note(PathKind.REQUESTED, node.name or node.id, detail=text, choice=outcome)
        if found.is_ok:
            walk.state = with_values(walk.state, {k: v for k, v in found.values.items() if k in node.results})
        return walk.go(node.next if found.is_ok else node.failed)
    return walk.present(node) if isinstance(node, AskingNode) else walk.to_human(UnsolvedReason.UNAVAILABLE)


def select(walk: Walk, place: int, confidence: float | None) -> None:
    """Choose an article; its topic, where the flow knows it, decides the queue from now on."""
    article: FoundArticle = walk.state.candidates[place]
    walk.state = replace(walk.state, chosen=place)
    if not article.topic:
        return
    if article.topic != walk.state.topic:
        routed = article.topic in walk.flow.topics
        queue, skills = (None, ()) if routed else (walk.state.queue, walk.state.skills)
        walk.state = replace(walk.state, queue=queue, skills=skills)
    elif walk.state.topic_source is not TopicSource.WORDS:
        return
    _by_words(walk, article.topic, confidence)


def _by_words(walk: Walk, topic: str, confidence: float | None) -> None:
    walk.state = replace(walk.state, topic=topic, topic_source=TopicSource.WORDS, topic_confidence=confidence)
