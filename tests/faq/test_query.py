"""How a question becomes weighted terms."""

from app.faq.query import parse, prune
from app.faq.ranking import MAX_TERM_ARTICLES


def test_a_short_question_of_two_sentences_is_searched_as_a_whole() -> None:
    (whole,) = parse("My kettle leaks. Can I return it?")
    assert whole.text == "My kettle leaks Can I return it?"


def test_a_long_mail_is_searched_sentence_by_sentence() -> None:
    mail = (
        "My kettle leaks a little.\n" * 5
        + "Can I return it, although I have opened the box and used it once?"
    )
    assert len(parse(mail)) == 6


def test_terms_of_very_many_articles_are_left_out_unless_few_remain() -> None:
    known = {"a": MAX_TERM_ARTICLES + 1, "b": 1, "c": 2, "d": 3, "e": 4}
    assert prune(dict.fromkeys(known, 1.0), known).keys() == {"b", "c", "d", "e"}
    assert prune({"a": 1.0, "b": 1.0}, known).keys() == {"a", "b"}
