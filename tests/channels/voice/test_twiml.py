"""Every document the voice channel answers with is valid TwiML in its place and says what it should."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels.voice import twiml
from app.channels.voice.locales import VOICE_LOCALES
from app.selfservice.demo_flow import demo_flow
from app.selfservice.flow import resume, start
from app.selfservice.locales import Locale
from app.selfservice.prompts import message
from app.selfservice.state import Facts
from app.selfservice.turns import (
    Collect,
    Digits,
    Enqueue,
    FlowInput,
    NoInput,
    Prompt,
    Search,
    SearchResult,
    Speech,
    Turn,
    Zone,
)
from simulator.twiml_check import check_document
from tests.selfservice.calls import CLOSED, FACTS, NOW, PARCEL, POINTS, RETURN, Call

MUSIC = "https://shop.example/static/music.wav"
EVERY_INPUT: tuple[FlowInput, ...] = (
    *(Digits(key) for key in "012349*"),
    Speech("包裹 parcel <b>&amp;", 0.9),
    NoInput(),
)
FOUND: tuple[FlowInput, ...] = (
    SearchResult((PARCEL,), Zone.ANSWER),
    SearchResult((PARCEL, RETURN, POINTS), Zone.CHOOSE),
    SearchResult((RETURN,), Zone.CHOOSE),
    SearchResult((), Zone.NONE),
    SearchResult((), Zone.UNAVAILABLE),
)


def url(path: str, **query: str) -> str:
    """The public address of a voice webhook, for one contact."""
    return f"https://shop.example/webhooks/twilio/voice/{path}?{urlencode({'contact': 'c1', **query})}"


def every_turn(facts: Facts) -> Iterator[Turn]:
    """Every turn the demo flow can come to, by trying all inputs at each new step."""
    flow = demo_flow()
    waiting = deque([start(flow, facts, now=NOW)])
    seen: set[object] = set()
    while waiting:
        turn = waiting.popleft()
        state = turn.state
        kind = (state.node, state.status, state.locale, len(state.candidates), tuple(state.attempts.items()))
        if kind in seen or len(state.attempts) > 1:
            continue
        seen.add(kind)
        yield turn
        if isinstance(turn.action, Search | Collect):
            inputs = FOUND if isinstance(turn.action, Search) else EVERY_INPUT
            waiting.extend(resume(flow, state, event, now=NOW) for event in inputs)


@pytest.mark.parametrize("locale", list(Locale))
@pytest.mark.parametrize("facts", [FACTS, CLOSED, replace(FACTS, known=False, withheld=True)])
def test_every_turn_of_the_demo_flow_is_valid(locale: Locale, facts: Facts) -> None:
    turns = [t for t in every_turn(replace(facts, locale=locale)) if not isinstance(t.action, Search)]
    documents = {twiml.turn_document(turn, url=url) for turn in turns}
    assert len(documents) > 10
    assert {turn.state.node for turn in turns} >= {"ask_question", "choose", "helped", "solved"}
    for document in documents:
        assert check_document(document, "voice") == []
        assert_absolute(document)


def assert_absolute(document: str) -> None:
    """Every URL in the document can be called from anywhere."""
    for element in ElementTree.fromstring(document).iter():
        names = ("action", "waitUrl", "statusCallback")
        urls = [element.attrib[name] for name in names if element.attrib.get(name)]
        if element.tag in {"Redirect", "Play"}:
            urls.append(element.text or "")
        assert all(found.startswith("https://shop.example/") for found in urls)


def test_the_first_menu_listens_in_the_caller_s_language() -> None:
    root = ElementTree.fromstring(twiml.turn_document(Call().turn, url=url))
    gather = root.find("Gather")
    assert gather is not None
    assert dict(gather.attrib) | {"hints": ""} == {
        "action": url("gather", node="main_menu", v="1"),
        "actionOnEmptyResult": "true",
        "hints": "",
        "input": "dtmf speech",
        "language": "cmn-Hant-TW",
        "numDigits": "1",
        "speechModel": "googlev2_telephony",
        "speechTimeout": "auto",
        "timeout": "5",
    }
    assert "退貨" in gather.attrib["hints"]
    assert [say.attrib["voice"] for say in gather] == ["Google.cmn-TW-Wavenet-A"] * 2


def test_the_reply_s_address_tells_a_late_reply_from_a_fresh_one() -> None:
    call = Call()
    versions = []
    for _ in range(2):
        gather = ElementTree.fromstring(twiml.turn_document(call.turn, url=url)).find("Gather")
        assert gather is not None
        versions.append(parse_qs(urlsplit(gather.attrib["action"]).query)["v"])
        call.press("*")
    assert versions == [["1"], ["2"]]


def test_the_language_menu_speaks_each_language_with_its_own_voice() -> None:
    root = ElementTree.fromstring(twiml.turn_document(Call().press("9").turn, url=url))
    assert [say.attrib["language"] for say in root.iter("Say")] == ["cmn-TW", "en-US", "cmn-CN"]


def test_a_legal_notice_is_spoken_before_anything_can_interrupt() -> None:
    turn = Call().turn
    assert isinstance(turn.action, Collect)
    notice = Prompt("本通電話將會錄音。", Locale.ZH_HANT, interruptible=False)
    greeting, menu = turn.action.prompts
    action = replace(turn.action, prompts=(greeting, notice, menu))
    root = ElementTree.fromstring(twiml.turn_document(replace(turn, action=action), url=url))
    assert [child.tag for child in root] == ["Say", "Say", "Gather", "Redirect"]
    assert [say.text for say in root.iter("Say")] == [greeting.text, notice.text, menu.text]


def test_a_hand_over_speaks_then_parks_with_a_second_safety() -> None:
    turn = Call().press("4").turn
    assert isinstance(turn.action, Enqueue)
    document = twiml.turn_document(turn, url=url)
    assert [child.tag for child in ElementTree.fromstring(document)] == ["Say", "Enqueue", "Redirect"]
    assert f'waitUrl="{url("wait")}"'.replace("&", "&amp;") in document


def test_keys_only_asks_for_no_speech() -> None:
    turn = Call().turn
    assert isinstance(turn.action, Collect)
    document = twiml.turn_document(replace(turn, action=replace(turn.action, modes=("dtmf",))), url=url)
    assert check_document(document) == []
    assert "speech" not in document


def test_a_turn_that_wants_a_search_has_no_document() -> None:
    with pytest.raises(ValueError, match="run it and resume"):
        twiml.turn_document(Call().press("3").say("包裹").turn, url=url)


@pytest.mark.parametrize("locale", list(Locale))
def test_the_other_documents_are_valid_in_their_place(locale: Locale) -> None:
    prompt = Prompt(message("wait.next", locale), locale)
    voice = [
        twiml.park_document(url=url),
        twiml.customer_room_document("contact-7f3a-1", url=url),
        twiml.detour_document(MUSIC, url=url),
        twiml.goodbye_document([Prompt(message("announce.technical_fault", locale), locale)]),
        twiml.goodbye_document([Prompt(message("announce.blocked", locale), locale)]),
        twiml.goodbye_document([]),
        twiml.empty_document(),
    ]
    waiting = [
        twiml.wait_document([prompt], MUSIC),
        twiml.wait_document([], MUSIC),
    ]
    for document, context in [(d, "voice") for d in voice] + [(d, "enqueue-wait") for d in waiting]:
        assert check_document(document, context) == []
        assert_absolute(document)


def test_the_customer_ends_the_room() -> None:
    assert 'endConferenceOnExit="true"' in twiml.customer_room_document("room", url=url)


@pytest.mark.parametrize("locale", list(Locale))
def test_a_locale_s_voice_and_ear_are_values_the_carrier_knows(locale: Locale) -> None:
    values = VOICE_LOCALES[locale]
    assert values.voice.split(".")[1].startswith(values.say_language)
    say = f'<Say language="{values.say_language}" voice="{values.voice}">x</Say>'
    document = f'<Response><Gather language="{values.gather_language}">{say}</Gather></Response>'
    assert check_document(document) == []


@given(st.text())
def test_no_text_makes_a_document_invalid(text: str) -> None:
    document = twiml.goodbye_document([Prompt(text, Locale.EN), Prompt(text + "\x00\ufffe<", Locale.ZH_HANT)])
    assert check_document(document, "voice") == []


def test_the_same_turn_gives_the_same_document() -> None:
    assert twiml.turn_document(Call().turn, url=url) == twiml.turn_document(Call().turn, url=url)
