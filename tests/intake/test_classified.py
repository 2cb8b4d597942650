"""How sure the words are of the topic: articles of one topic that lie close together leave no doubt about it."""

from uuid import uuid4

from app.faq.confidence import Zone
from app.faq.models import Language
from app.faq.search import SearchOutcome, SearchResult
from app.intake.mapping import classified, search_result


def outcome(*found: tuple[str, float], zone: Zone = Zone.CHOOSE) -> SearchOutcome:
    """A search that found articles of these topics with these scores."""
    results = tuple(
        SearchResult(
            article_id=uuid4(),
            language=Language.EN,
            title="?",
            answer="!",
            answer_short="",
            spoken_steps=(),
            category="",
            auto_answer=True,
            topic=topic,
            score=score,
            probability=0.5,
            matched="?",
        )
        for topic, score in found
    )
    return SearchOutcome(results, zone, 0.5, Language.EN, "voice", 1, 1.0, None, False)


def test_one_topic_alone_is_certain_when_the_match_is_good() -> None:
    assert classified(outcome(("tea", 0.8), ("tea", 0.79), ("tea", 0.7))) == ("tea", 1.0)


def test_a_poor_match_is_less_sure() -> None:
    assert classified(outcome(("tea", 0.3), ("tea", 0.3))) == ("tea", 0.5)


def test_two_topics_side_by_side_share_the_doubt() -> None:
    assert classified(outcome(("tea", 0.8), ("coffee", 0.8))) == ("tea", 0.5)
    topic, confidence = classified(outcome(("tea", 0.8), ("coffee", 0.6)))
    assert topic == "tea"
    assert confidence > 0.85


def test_the_best_of_bad_matches_says_nothing() -> None:
    result = search_result(outcome(("tea", 0.8), zone=Zone.NONE))
    assert (result.topic, result.topic_confidence) == (None, None)
