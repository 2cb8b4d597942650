"""How a question becomes weighted terms."""

from app.faq.query import Repair, parse, prune, weigh
from app.faq.ranking import MAX_TERM_SHARE, PRUNE_FROM_ARTICLES, SOUND_WEIGHT, TERM_WEIGHT


def test_a_short_question_of_two_sentences_is_searched_as_a_whole_too() -> None:
    whole, first, second = parse("My kettle leaks. Can I return it?")
    assert whole.text == "My kettle leaks Can I return it?"
    assert (first.text, second.text) == ("My kettle leaks", "Can I return it?")


def test_a_long_mail_is_searched_sentence_by_sentence() -> None:
    mail = (
        "My kettle leaks a little.\n" * 5
        + "Can I return it, although I have opened the box and used it once?"
    )
    assert len(parse(mail)) == 6


def test_terms_of_very_many_articles_are_left_out_of_a_large_index_unless_few_remain() -> None:
    articles = PRUNE_FROM_ARTICLES + 1
    known = {"a": int(MAX_TERM_SHARE * articles) + 1, "b": 1, "c": 2, "d": 3, "e": 4}
    weights = dict.fromkeys(known, 1.0)
    assert prune(weights, known, articles).keys() == {"b", "c", "d", "e"}
    assert prune({"a": 1.0, "b": 1.0}, known, articles).keys() == {"a", "b"}
    assert prune(weights, known, PRUNE_FROM_ARTICLES) == weights


def test_the_encoder_reads_the_word_that_was_meant() -> None:
    (parsed,) = parse("how can I retrun it")
    sentence = weigh(parsed, articles=3, known={"return": 1}, repairs={"retrun": Repair("return", "return")})
    assert sentence.meaning == "how can i return it"
    assert sentence.weights["return"] > 0


def test_sounds_of_chinese_count_beside_its_characters() -> None:
    (parsed,) = parse("退貨")
    sentence = weigh(parsed, articles=3, known={"~tui'huo": 1}, repairs={})
    assert set(sentence.weights) == {"~tui'huo"}
    assert sentence.perfect == TERM_WEIGHT + SOUND_WEIGHT
