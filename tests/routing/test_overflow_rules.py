"""What a queue's overflow rules say, and what stands in for what cannot be done."""

import pytest

from app.core.errors import InvalidInput
from app.routing.overflow_rules import (
    DEFAULTS,
    Callback,
    Cause,
    Message,
    Stay,
    ToQueue,
    Voicemail,
    action_for,
    fallbacks,
    parse_overflow,
)


def test_what_is_not_named_has_the_default() -> None:
    assert parse_overflow({}) == DEFAULTS
    rules = parse_overflow({"full": {"do": "queue", "queue": "orders", "age": "new"}})
    assert rules[Cause.FULL] == ToQueue("orders", keeps_age=False)
    assert rules[Cause.MAX_WAIT] == DEFAULTS[Cause.MAX_WAIT]


def test_a_queue_keeps_the_age_unless_told() -> None:
    assert parse_overflow({"max_wait": {"do": "queue", "queue": "orders"}})[Cause.MAX_WAIT] == ToQueue(
        "orders"
    )


def test_those_who_must_go_although_closing_says_stay_go_the_way_of_those_who_arrive() -> None:
    assert action_for(parse_overflow({"closed": {"do": "voicemail"}}), Cause.CLOSING) == Voicemail()
    assert action_for(parse_overflow({"closing": {"do": "callback"}}), Cause.CLOSING) == Callback()


def test_a_cause_is_never_answered_with_silence() -> None:
    every = {cause.value: {"do": "stay"} for cause in Cause}
    for cause in Cause:
        assert action_for(parse_overflow(every), cause) == Message()


def test_a_callback_falls_back_to_voicemail_and_that_to_words() -> None:
    assert fallbacks(Callback(), DEFAULTS, Cause.MAX_WAIT) == [Callback(), Voicemail(), Message()]
    assert fallbacks(ToQueue("x"), DEFAULTS, Cause.FULL) == [ToQueue("x"), Message()]
    assert fallbacks(Message(), DEFAULTS, Cause.FULL) == [Message()]


def test_stay_is_an_action_of_its_own() -> None:
    assert parse_overflow({"full": {"do": "stay"}})[Cause.FULL] == Stay()


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ([], "overflow"),
        ({"late": {"do": "stay"}}, "overflow.late"),
        ({"full": "voicemail"}, "overflow.full"),
        ({"full": {}}, "overflow.full.do"),
        ({"full": {"do": ["stay"]}}, "overflow.full.do"),
        ({"full": {"do": "queue"}}, "overflow.full.queue"),
        ({"full": {"do": "queue", "queue": "x", "age": 3}}, "overflow.full.age"),
        ({"full": {"do": "voicemail", "queue": "x"}}, "overflow.full.queue"),
        ({"full": {"do": "message", "text": {"de": "Besetzt"}}}, "overflow.full.text.de"),
        ({"full": {"do": "message", "text": {"en": " "}}}, "overflow.full.text.en"),
    ],
)
def test_a_wrong_rule_is_refused_by_the_name_of_its_part(raw: object, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_overflow(raw)
    assert caught.value.errors[0].field == field
