"""Short ways to walk the demo flow in tests."""

from dataclasses import replace
from datetime import UTC, datetime

from app.selfservice.definition import FlowDefinition
from app.selfservice.demo_flow import demo_flow
from app.selfservice.flow import resume, start
from app.selfservice.locales import Locale
from app.selfservice.state import Facts, FoundArticle
from app.selfservice.turns import Collect, Digits, Enqueue, FlowInput, SearchResult, Speech, Turn, Zone

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
MONDAY_MORNING = datetime(2026, 3, 2, 9, 30)  # noqa: DTZ001 - a wall clock at the company
FACTS = Facts(Locale.ZH_HANT, MONDAY_MORNING, known=True, name="林雅婷")
CLOSED = replace(FACTS, is_open=False, opens_at=datetime(2026, 3, 3, 9, 0))  # noqa: DTZ001 - as above

PARCEL = FoundArticle(
    "a-parcel", "多久可以收到包裹", ("本島一到三個工作天。", "離島要五到七天。"), "delivery"
)
RETURN = FoundArticle("a-return", "如何申請退貨", ("請在七天內到會員中心申請。",), "returns")
POINTS = FoundArticle("a-points", "點數何時到期", ("點數一年後到期。",), "membership")


class Call:
    """One caller in the flow: do things, then look at what happened."""

    def __init__(self, facts: Facts = FACTS, flow: FlowDefinition | None = None) -> None:
        self.flow = flow or demo_flow()
        self.turn: Turn = start(self.flow, facts, now=NOW)

    def do(self, *events: FlowInput) -> "Call":
        """Give the inputs one after the other."""
        for event in events:
            self.turn = resume(self.flow, self.turn.state, event, now=NOW)
        return self

    def press(self, *keys: str) -> "Call":
        """Press keys, one step each."""
        return self.do(*(Digits(key) for key in keys))

    def say(self, text: str, confidence: float | None = 0.9) -> "Call":
        """Speak."""
        return self.do(Speech(text, confidence))

    def find(self, zone: Zone, *articles: FoundArticle, topic: str | None = None) -> "Call":
        """Let the FAQ search answer."""
        return self.do(SearchResult(articles, zone, topic))

    @property
    def heard(self) -> str:
        """What the last turn says."""
        assert isinstance(self.turn.action, Collect | Enqueue) or hasattr(self.turn.action, "prompts")
        return " ".join(prompt.text for prompt in getattr(self.turn.action, "prompts", ()))

    @property
    def node(self) -> str:
        """Where the caller is."""
        return self.turn.state.node

    @property
    def queued(self) -> Enqueue:
        """The hand-over, which must have happened."""
        assert isinstance(self.turn.action, Enqueue), self.turn.action
        return self.turn.action
