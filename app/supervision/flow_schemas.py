"""Shapes of flows: drafts, problems, versions, and the turns of a trial run."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from app.core.schemas import Schema
from app.selfservice.definition import FlowDefinition
from app.selfservice.locales import Locale
from app.selfservice.nodes import NodeId, Slug, Text

Why = Annotated[str, Field(max_length=500, description="the reason, for those who come later")]
BaseRevision = Annotated[int, Field(ge=0, description="`revision` of the draft this was made from")]


class FlowRow(Schema):
    """A flow in the list. Times and names are null where nobody has published or saved."""

    flow_id: UUID
    key: str
    name: Text
    published_version: int | None = Field(description="what new contacts meet; null: not published yet")
    published_at: datetime | None
    published_by: str | None
    revision: int = Field(description="of the draft; 0: the draft is what is published")
    saved_at: datetime | None
    saved_by: str | None
    is_changed: bool = Field(description="the draft differs from what is published")
    used_by: int = Field(description="addresses that answer with it")


class ProblemView(Schema):
    """One fault. An `error` stands in the way of publishing, a `warning` does not."""

    code: str = Field(description="stable, for texts in the reader's language")
    severity: Literal["error", "warning"]
    node: str | None = Field(description="the node; null: the flow itself")
    field: str = Field(description="as in the document: `prompt`, `options.2.label`, `next`")
    message: str
    way_out: str


class FlowView(FlowRow):
    """A flow with its draft and what is wrong with it."""

    draft: FlowDefinition
    problems: list[ProblemView]


class NewFlow(Schema):
    """A new flow. A repeated request with the same `flow_id` makes it once."""

    flow_id: UUID
    key: Slug = Field(description="its name for programs; does not change")
    definition: FlowDefinition = Field(
        description="the first draft; its own `key` and `version` do not count"
    )


class DraftChange(Schema):
    """A draft to save. It may be half done: only shapes are checked."""

    base_revision: BaseRevision
    definition: FlowDefinition = Field(description="its own `key` and `version` do not count")


class Checking(Schema):
    """What to check: a document, or the draft that is saved."""

    definition: FlowDefinition | None = None


class FlowPublishing(Schema):
    """Publish the draft."""

    base_revision: BaseRevision
    why: Why = ""


class FlowRestoring(Schema):
    """Make an old version the draft."""

    version: int = Field(ge=1)
    base_revision: BaseRevision


class FlowVersionView(Schema):
    """One published state."""

    version: int
    at: datetime
    by: str | None = Field(description="null: the system")
    why: str
    is_published: bool


class NodeChange(Schema):
    """One field that differs."""

    node: str | None = Field(description="the node; null: the flow itself")
    field: str = Field(description="'' for a node that only one side has")
    before: Any
    after: Any


class FlowUse(Schema):
    """An address that answers with the flow."""

    channel: str
    address: str = Field(description="a telephone number (E.164) or a widget's key")
    label: str
    locale: Locale
    queue: str | None = Field(description="whose hours the flow goes by")


class TrialOrder(Schema):
    """An order of the caller's."""

    number: str = Field(min_length=1, max_length=60)
    status: Literal["placed", "paid", "shipped", "delivered", "returned", "refunded", "cancelled"]
    placed_on: date


class TrialFacts(Schema):
    """Who calls in a trial run, and when. `local_now` without an offset is the company's time; null: now."""

    locale: Locale = Locale.ZH_HANT
    local_now: datetime | None = None
    is_open: bool = True
    opens_at: datetime | None = None
    known: bool = False
    withheld: bool = False
    name: str | None = Field(default=None, max_length=100)
    tier: str = Field(default="standard", max_length=40)
    can_call_back: bool = True
    can_leave_message: bool = True
    can_text: bool = True
    is_written: bool = Field(default=False, description="as in chat, with buttons")
    orders: list[TrialOrder] = Field(default_factory=list, max_length=10, description="the newest first")
    recent_topic: str | None = Field(default=None, max_length=64)


class TrialKeys(Schema):
    """Keys pressed, or a button chosen."""

    kind: Literal["keys"]
    keys: str = Field(min_length=1, max_length=32)


class TrialWords(Schema):
    """Words spoken or written. `confidence` from 0 to 1 as a recogniser says it; null: typed."""

    kind: Literal["words"]
    text: str = Field(max_length=2000)
    confidence: float | None = Field(default=None, ge=0, le=1)


class TrialSilence(Schema):
    """Nothing in time."""

    kind: Literal["silence"]


class TrialHangUp(Schema):
    """The caller goes."""

    kind: Literal["hang_up"]


class TrialAnswer(Schema):
    """What the web service answers, as the page makes it up: nobody is asked in a trial run."""

    kind: Literal["answer"]
    is_ok: bool = True
    values: dict[str, str] = Field(default_factory=dict, max_length=10)


TrialInput = Annotated[
    TrialKeys | TrialWords | TrialSilence | TrialHangUp | TrialAnswer, Field(discriminator="kind")
]


class TrialTurn(Schema):
    """One turn of a trial run: the first without `state`, each further one with the `state` of the answer before."""

    definition: FlowDefinition | None = Field(default=None, description="null: `version`, or the draft")
    version: int | None = Field(default=None, ge=1)
    facts: TrialFacts = Field(default_factory=TrialFacts)
    state: dict[str, Any] | None = None
    input: TrialInput | None = Field(default=None, description="needed with `state`")


class SpokenLine(Schema):
    """One thing said, in its language."""

    text: str
    locale: Locale
    interruptible: bool


class ChoiceView(Schema):
    """One choice: the key, and the words of its button."""

    key: str
    label: str


class TrialStep(Schema):
    """One step of the caller's path in this turn."""

    kind: str
    text: str
    detail: str | None
    node: NodeId | None
    choice: str | None
    article_id: str | None


class TrialSearch(Schema):
    """The FAQ search of a turn."""

    question: str
    zone: Literal["answer", "choose", "none"]
    probability: float
    titles: list[str]


class TrialRequest(Schema):
    """What a web service would be asked. Go on with `answer`, as if it had answered."""

    method: str
    url: str
    body: dict[str, str]
    results: dict[str, str] = Field(description="value to its place in the answer")
    timeout_seconds: int


class TurnView(Schema):
    """What happens in a turn. `action`: `collect` waits for the caller, `request` for a web service; `enqueue` and
    `close` end self-service."""

    state: dict[str, Any] = Field(description="to send back with the next turn")
    node: str = Field(description="the step the contact stands at")
    action: Literal["collect", "request", "enqueue", "close"]
    is_over: bool
    prompts: list[SpokenLine]
    choices: list[ChoiceView]
    open_question: bool = Field(description="free words are wanted")
    queue: str | None
    priority: int | None
    skills: list[str]
    way: Literal["wait", "callback", "voicemail"] | None = Field(
        description="how the contact waits in the queue"
    )
    request: TrialRequest | None
    texts: list[str] = Field(description="written to the caller's telephone")
    values: dict[str, str] = Field(description="collected so far")
    topic: str | None
    topic_source: Literal["menu", "flow", "words", "history"] | None
    topic_confidence: float | None = Field(description="0 to 1")
    reason: str | None = Field(description="why a person is needed")
    outcome: str | None
    steps: list[TrialStep]
    search: TrialSearch | None
