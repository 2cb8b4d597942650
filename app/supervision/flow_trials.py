"""What the page of a trial run sends and sees, from and to the interpreter's own shapes."""

from typing import assert_never

from app.intake.trials import Tried
from app.selfservice import statejson
from app.selfservice.turns import Close, Collect, Digits, Enqueue, FlowInput, HungUp, NoInput, Search, Speech
from app.supervision.flow_schemas import (
    ChoiceView,
    PathStep,
    SpokenLine,
    TrialHangUp,
    TrialInput,
    TrialKeys,
    TrialSearch,
    TrialSilence,
    TrialWords,
    TurnView,
)


def input_of(given: TrialInput) -> FlowInput:
    """What the caller does, as the interpreter takes it."""
    match given:
        case TrialKeys():
            return Digits(given.keys)
        case TrialWords():
            return Speech(given.text, given.confidence)
        case TrialSilence():
            return NoInput()
        case TrialHangUp():
            return HungUp()
        case _:
            assert_never(given)


def turn_view(tried: Tried) -> TurnView:
    """One turn, to show."""
    turn, action = tried.turn, tried.turn.action
    assert not isinstance(action, Search)  # noqa: S101 -- a trial has run it
    asked = action if isinstance(action, Collect) else None
    queued = action if isinstance(action, Enqueue) else None
    return TurnView(
        state=statejson.to_json(turn.state),
        node=turn.state.node,
        action=_action_name(action),
        is_over=turn.state.is_final,
        prompts=[
            SpokenLine(text=p.text, locale=p.locale, interruptible=p.interruptible) for p in action.prompts
        ],
        choices=[ChoiceView(key=c.key, label=c.label) for c in asked.choices] if asked else [],
        open_question=asked.open_question if asked else False,
        queue=queued.queue if queued else None,
        priority=queued.priority if queued else None,
        skills=list(queued.skills) if queued else [],
        topic=turn.state.topic,
        reason=turn.state.reason.value if turn.state.reason else None,
        outcome=turn.state.outcome.value if turn.state.outcome else None,
        steps=[
            PathStep(
                kind=e.kind.value,
                text=e.text,
                detail=e.detail,
                node=e.node,
                choice=e.choice,
                article_id=e.article_id,
            )
            for e in tried.log
        ],
        search=_search_view(tried),
    )


def _action_name(action: Collect | Enqueue | Close) -> str:
    match action:
        case Collect():
            return "collect"
        case Enqueue():
            return "enqueue"
        case Close():
            return "close"
        case _:
            assert_never(action)


def _search_view(tried: Tried) -> TrialSearch | None:
    found = tried.search
    if found is None:
        return None
    return TrialSearch(
        question=tried.turn.state.question or "",
        zone=found.zone.value,
        probability=found.probability,
        titles=[result.title for result in found.results],
    )
