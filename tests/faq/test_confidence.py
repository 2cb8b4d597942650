"""When the machine may answer, when it asks, when it hands over."""

import pytest

from app.faq.calibrate import fit
from app.faq.confidence import T_ASK, T_AUTO, Coefficients, Features, Zone, decide, probability
from app.faq.memory import Document, MemoryIndex
from app.faq.ranking import DocumentScore, QuerySentence, document_terms, idf, rank, term_weight


def sentence(*, words: float = 4, asking: float = 1.0) -> QuerySentence:
    return QuerySentence("", "", {}, 1.0, words, 1.5, asking, 1.0, "")


def zone(*scores: float, words: float = 4, may_answer: bool = True) -> Zone:
    asked = [sentence(words=words)]
    found = rank([DocumentScore(0, str(i), "en", score) for i, score in enumerate(scores)], asked)
    return decide(found, asked, may_answer=may_answer).zone


def test_a_clear_winner_is_answered() -> None:
    assert zone(0.8, 0.2, 0.1) is Zone.ANSWER


def test_two_articles_that_match_alike_are_a_choice() -> None:
    assert zone(0.8, 0.78, 0.1) is Zone.CHOOSE


def test_weak_matches_are_handed_over() -> None:
    assert zone(0.15, 0.02, 0.01) is Zone.NONE
    assert zone() is Zone.NONE


def test_a_question_of_one_word_is_never_answered_by_the_machine() -> None:
    assert zone(1.0, 0.0, 0.0, words=1.5) is Zone.CHOOSE


def test_an_article_kept_from_the_machine_is_only_shown() -> None:
    assert zone(0.9, 0.1, 0.1, may_answer=False) is Zone.CHOOSE


def test_a_second_sentence_unsure_about_another_article_forbids_an_answer() -> None:
    asked = [sentence(), sentence(asking=0.5)]
    sure = [DocumentScore(0, "a", "en", 0.9)]
    unsure = [DocumentScore(1, "b", "en", 0.45), DocumentScore(1, "c", "en", 0.3)]
    assert decide(rank(sure, asked), asked).zone is Zone.ANSWER
    assert decide(rank([*sure, *unsure], asked), asked).zone is Zone.CHOOSE


def test_only_the_leader_can_be_probable() -> None:
    asked = [sentence()]
    found = rank(
        [DocumentScore(0, name, "en", score) for name, score in (("a", 0.9), ("b", 0.5), ("c", 0.4))], asked
    )
    chances = decide(found, asked).probabilities
    assert chances[0] > T_AUTO
    assert chances[0] > chances[1] > chances[2]
    assert chances[1] < T_ASK


def test_equal_scores_are_ordered_by_article() -> None:
    asked = [sentence()]
    found = rank([DocumentScore(0, name, "en", 0.5) for name in ("b", "a")], asked)
    assert [match.article for match in found.matches] == ["a", "b"]


def test_a_rare_term_weighs_more_and_an_unseen_one_most() -> None:
    assert idf(100, 50) < idf(100, 2) < idf(100, 0)


def test_the_question_counts_more_than_a_wording_and_that_more_than_the_answer() -> None:
    frequencies = document_terms("kettle", ["teapot"], "lid").frequencies
    assert frequencies["kettl"] > frequencies["teapot"] > frequencies["lid"] > 0
    assert term_weight(1000.0, 10, 10) < 2.2


def test_words_the_articles_never_use_lower_the_score() -> None:
    index = MemoryIndex(
        [Document("a", "en", "return an item", (), ""), Document("b", "en", "pay by card", (), "")]
    )
    plain = index.search("return item").ranking.matches[0].score
    strange = index.search("return zebra item").ranking.matches[0].score
    assert strange < plain


def test_an_exact_wording_beats_an_article_that_says_it_more_often() -> None:
    index = MemoryIndex(
        [
            Document(
                "often",
                "en",
                "Did your order arrive broken?",
                ("the order arrived broken", "order arrive"),
                "",
            ),
            Document("exact", "en", "How long does delivery take?", ("When will my order arrive?",), ""),
            Document("other", "en", "Opening hours", ("when do you open",), ""),
        ]
    )
    assert index.search("when will my order ARRIVE").ranking.matches[0].article == "exact"


def test_fit_recovers_what_made_the_judgements() -> None:
    samples = [
        (Features(score / 20, margin / 20, margin / 20, 1.0), margin + (score % 3) > 9)
        for score in range(20)
        for margin in range(20)
    ]
    fitted = fit(samples)
    assert probability(Features(0.5, 0.9, 0.9, 1.0), fitted) > 0.95
    assert probability(Features(0.5, 0.1, 0.1, 1.0), fitted) < 0.05


def test_fit_needs_both_outcomes() -> None:
    with pytest.raises(ValueError, match="right and wrong"):
        fit([(Features(0.5, 0.5, 0.5, 1.0), True)])


def test_probability_stays_between_zero_and_one_for_extreme_coefficients() -> None:
    assert probability(Features(1, 1, 1, 1), Coefficients(500, 500, 500, 500, 500)) == 1
