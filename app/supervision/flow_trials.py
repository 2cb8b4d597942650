"""What the page of a trial run sends and sees, from and to the interpreter's own shapes."""

from typing import assert_never

from app.intake.trials import Tried
from app.selfservice import statejson
from app.selfservice.turns import (
    Close,
    Collect,
    Digits,
    Enqueue,
    FlowInput,
    HungUp,
    NoInput,
    Request,
    RequestResult,
    Search,
    Speech,
)
from app.supervision.flow_schemas import (
    ChoiceView,
    SpokenLine,
    TrialAnswer,
    TrialHangUp,
    TrialInput,
    TrialKeys,
    TrialRequest,
    TrialSearch,
    TrialSilence,
    TrialStep,
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
        case TrialAnswer():
            return RequestResult(given.is_ok, given.values)
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
        way=queued.way.value if queued else None,
        request=_request_view(action) if isinstance(action, Request) else None,
        texts=list(turn.texts),
        values=turn.state.values,
        topic=turn.state.topic,
        topic_source=turn.state.topic_source.value if turn.state.topic_source else None,
        topic_confidence=turn.state.topic_confidence,
        reason=turn.state.reason.value if turn.state.reason else None,
        outcome=turn.state.outcome.value if turn.state.outcome else None,
        steps=[
            TrialStep(
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


def _action_name(action: Collect | Request | Enqueue | Close) -> str:
    match action:
        case Collect():
            return "collect"
        case Request():
            return "request"
        case Enqueue():
            return "enqueue"
        case Close():
            return "close"
        case _:
            assert_never(action)


def _request_view(action: Request) -> TrialRequest:
    return TrialRequest(
        method=action.method,
        url=action.url,
        body=dict(action.body),
        results=dict(action.results),
        timeout_seconds=action.timeout_seconds,
    )


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
