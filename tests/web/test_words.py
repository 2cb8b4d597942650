"""Every kind of line and every outcome that the service writes has words at the console, in three languages."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.contacts.lifecycle import Outcome
from app.core.schemas import AlertView
from app.routing import alert_kinds
from app.routing.callback_rules import CallbackState
from app.routing.offers import OfferState

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"
CONSOLE = ROOT / "web" / "console"
LANGUAGES = ("en", "zh-Hant", "zh-Hans")

# Where the kind is no literal: by file, the kinds that are written there.
COMPUTED = {
    "routing/supervising.py": {"contact.reprioritised", "contact.moved", "contact.assigned", "contact.unassigned"},
    "routing/offering.py": {"offer.rejected", "offer.timed_out", "offer.withdrawn"},
    "routing/callback_ends.py": {"callback.settled", "callback.failed", "callback.cancelled"},
    "channels/voice/life.py": {"call.held", "call.resumed"},
    "channels/voice/recording/life.py": {"recording.paused", "recording.resumed"},
    "contacts/messages.py": {"message.received", "message.sent"},
    "intake/texts.py": {"messaging.opted_in", "messaging.opted_out", "faq.helped", "faq.not_helped"},
    "intake/service.py": {
        "menu.chosen",
        "question.asked",
        "faq.answered",
        "faq.helped",
        "faq.not_helped",
        "announcement.played",
        "number.entered",
        "lookup.made",
        "request.made",
    },
}  # fmt: skip


def _kind_arguments(tree: ast.Module) -> Iterator[ast.expr]:
    """The expressions that become the kind of a touchpoint in a module."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if ast.unparse(node.func) == "touchpoints.append" and len(node.args) >= 3:
            yield node.args[2]
        elif ast.unparse(node.func) == "touchpoints.append_apart":
            yield node.args[1]
        elif ast.unparse(node.func) in ("Line", "touchpoints.Line") and "." in ast.unparse(node.args[0]):
            yield node.args[0]


def _literals(expression: ast.expr) -> set[str] | None:
    """The kinds an expression may be; None when only running it tells."""
    match expression:
        case ast.Constant(value=str(kind)):
            return {kind}
        case ast.IfExp(body=body, orelse=other):
            both = (_literals(body), _literals(other))
            return None if None in both else set().union(*(one for one in both if one))
    return None


def kinds_written() -> set[str]:
    """Every kind of touchpoint of the service."""
    found: set[str] = set().union(*COMPUTED.values())
    for path in sorted(APP.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if "touchpoints" not in source or path.parts[-2] in ("touchpoints", "demo"):
            continue
        name = path.relative_to(APP).as_posix()
        for expression in _kind_arguments(ast.parse(source)):
            literals = _literals(expression)
            assert literals or name in COMPUTED, (
                f"app/{name} computes a kind of touchpoint ({ast.unparse(expression)}): name its kinds in COMPUTED"
            )
            found |= literals or set()
    return found


def words(language: str, *path: str, of: str = "") -> object:
    """What a catalogue says at a place, None for nothing; `of` names the page that brings the catalogue."""
    file = CONSOLE / of / "locales" / f"{language}.json"
    place: object = json.loads(file.read_text(encoding="utf-8"))
    for step in path:
        place = place.get(step) if isinstance(place, dict) else None
    return place


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_line_has_words(language: str) -> None:
    found = kinds_written()
    assert {"contact.opened", "voicemail.left", "survey.answered", "call.not_reached"} <= found
    assert {kind for kind in found if not words(language, "log", *kind.split("."))} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_outcome_has_words(language: str) -> None:
    assert {outcome for outcome in Outcome if not words(language, "outcome", outcome.value)} == set()


def test_every_refusal_of_a_number_has_words() -> None:
    marks = re.findall(
        r'\["([^"]+)", "(\w+)"\]', (CONSOLE / "dial" / "refusals.ts").read_text(encoding="utf-8")
    )
    for language in LANGUAGES:
        assert [key for _, key in marks if not words(language, "dial", "refused", key)] == []
    sentences = {
        node.value
        for path in (APP / "customers" / "dialable.py", APP / "channels" / "voice" / "dial_check.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.match(r"(is (an?|one|in)|has|must|begins) ", node.value)
    }
    assert len(sentences) >= len(marks)
    assert {one for one in sentences if not any(mark in one for mark, _ in marks)} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_alert_has_words(language: str) -> None:
    kinds = set(re.findall(r"`(\w+)`", AlertView.model_fields["kind"].description or ""))
    kinds |= {value for name, value in vars(alert_kinds).items() if name.isupper()}
    assert {"low_score", "node_lost"} <= kinds
    for part in ("title", "hint"):
        assert {kind for kind in kinds if not words(language, "alerts", kind, part, of="floor")} == set()


def test_the_computed_kinds_are_those_of_the_states() -> None:
    ends = {CallbackState.SETTLED, CallbackState.FAILED, CallbackState.CANCELLED}
    assert COMPUTED["routing/callback_ends.py"] == {f"callback.{state.value}" for state in ends}
    ends_of_offers = {OfferState.REJECTED, OfferState.TIMED_OUT, OfferState.WITHDRAWN}
    assert COMPUTED["routing/offering.py"] == {f"offer.{state.value}" for state in ends_of_offers}
