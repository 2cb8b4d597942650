"""What self-service knows at the start, keeps between two turns, and notes down on the way.

Everything is immutable and goes to JSON and back unchanged (`statejson`). The question is kept masked only.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from app.selfservice.locales import Locale

STATE_SCHEMA = 1
MAX_PATH = 60  # entries; 30 steps make at most two each
MAX_CANDIDATES = 3  # titles a caller can keep in mind
MAX_SPOKEN_STEPS = 12
MAX_SPOKEN_STEP = 600  # characters


class Status(StrEnum):
    """What the flow waits for."""

    ASKING = "asking"
    SEARCHING = "searching"
    REQUESTING = "requesting"
    QUEUED = "queued"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a contact ends in self-service."""

    SOLVED = "solved"
    ENDED = "ended"
    OUT_OF_HOURS = "out_of_hours"
    ABANDONED = "abandoned"


class UnsolvedReason(StrEnum):
    """Why a human is needed."""

    ASKED_FOR_AGENT = "asked_for_agent"
    ANSWER_DID_NOT_HELP = "answer_did_not_help"
    NO_ANSWER_FOUND = "no_answer_found"
    NO_INPUT = "no_input"
    WRONG_INPUT = "wrong_input"
    MENU_CHOICE = "menu_choice"
    UNAVAILABLE = "unavailable"


class PathKind(StrEnum):
    """The kinds of steps an agent sees."""

    GREETING = "greeting"
    MENU = "menu"
    QUESTION = "question"
    ANSWER = "answer"
    HELPED = "helped"
    QUEUED = "queued"
    ANNOUNCEMENT = "announcement"
    ENTERED = "entered"  # a number
    LOOKED_UP = "looked_up"
    REQUESTED = "requested"  # a web service
    TEXTED = "texted"


class TopicSource(StrEnum):
    """How a contact got its topic."""

    MENU = "menu"
    FLOW = "flow"  # a node set it
    WORDS = "words"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class OrderFact:
    """An order of the customer's. `status` as in the table of orders; `placed_on` is local to the company."""

    number: str
    status: str
    placed_on: date


@dataclass(frozen=True, slots=True)
class Facts:
    """What the host knows of the caller and the hour, and what the channel can do. Times are local to the company.

    `orders`: the newest first, where the flow asks. `recent_topic`: of the customer's last contact, where the flow
    goes by it. `is_written`: the contact reads and sees buttons."""

    locale: Locale
    local_now: datetime
    is_open: bool = True
    opens_at: datetime | None = None
    known: bool = False
    withheld: bool = False
    name: str | None = None
    tier: str = "standard"
    can_call_back: bool = False
    can_leave_message: bool = False
    can_text: bool = False
    is_written: bool = False
    orders: tuple[OrderFact, ...] = ()
    recent_topic: str | None = None


@dataclass(frozen=True, slots=True)
class FoundArticle:
    """An article the FAQ search found, as it can be spoken: one string per step, in `locale` when given."""

    article_id: str
    title: str
    steps: tuple[str, ...]
    topic: str | None = None
    locale: Locale | None = None

    def voice(self, locale: Locale) -> Locale:
        """The language to speak of it in to a caller of `locale`: its own when that voice cannot read it."""
        if self.locale is None or self.locale.is_chinese == locale.is_chinese:
            return locale
        return self.locale

    def clipped(self) -> "FoundArticle":
        """The same article within what a caller can listen to."""
        spoken = tuple(step[:MAX_SPOKEN_STEP] for step in self.steps if step.strip())
        return replace(self, title=self.title[:200], steps=spoken[:MAX_SPOKEN_STEPS])


@dataclass(frozen=True, slots=True)
class PathEntry:
    """One step the caller took: a touchpoint fact, and a line of the screen-pop.

    `text` is in the words of the flow's author; `choice` is machine-readable (a key, `yes`, `no`, a zone).
    """

    at: datetime
    kind: PathKind
    text: str
    detail: str | None = None
    node: str | None = None
    choice: str | None = None
    article_id: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """Where one contact stands in one version of a flow."""

    flow_key: str
    flow_version: int
    facts: Facts
    locale: Locale
    node: str
    status: Status = Status.ASKING
    steps: int = 0
    attempts: dict[str, int] = field(default_factory=dict)
    topic: str | None = None
    topic_source: TopicSource | None = None
    topic_confidence: float | None = None
    queue: str | None = None
    priority: int | None = None
    skills: tuple[str, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    is_slow: bool = False
    question: str | None = None
    candidates: tuple[FoundArticle, ...] = ()
    chosen: int | None = None
    reason: UnsolvedReason | None = None
    outcome: Outcome | None = None
    path: tuple[PathEntry, ...] = ()

    @property
    def article(self) -> FoundArticle | None:
        """The article that is or was read to the caller."""
        if self.chosen is None or not 0 <= self.chosen < len(self.candidates):
            return None
        return self.candidates[self.chosen]

    @property
    def is_final(self) -> bool:
        """True once the contact has left self-service."""
        return self.status in {Status.QUEUED, Status.CLOSED}


@dataclass(frozen=True, slots=True)
class Summary:
    """What the agent is shown: the fields of the console's `SelfServiceSummary`."""

    topic: str | None
    topic_label: str | None
    question: str | None
    article_id: str | None
    article_title: str | None
    unsolved_reason: UnsolvedReason | None
    path: tuple[PathEntry, ...]
