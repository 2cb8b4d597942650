"""The flow document: the JSON a supervisor edits and the interpreter walks, for voice and chat alike.

Loading checks shapes only, so that a half-done draft can be saved; `validation.validate` judges the meaning.
Nothing in it belongs to a carrier. Node ids are stable: statistics and running contacts refer to them.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from app.selfservice.locales import Locale

NodeId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Key = Annotated[str, Field(pattern=r"^[1-9]$", description="0 is always a human and * always repeats")]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_:-]{0,63}$")]
Priority = Annotated[int, Field(ge=1, le=9, description="smaller is served first")]
Line = Annotated[str, Field(max_length=1500)]
Text = dict[Locale, Line]
Words = dict[Locale, tuple[Annotated[str, Field(min_length=1, max_length=60)], ...]]


class Part(BaseModel):
    """Base of everything in a flow document: immutable, and unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Route(Part):
    """Where a contact waits when nothing more precise is known."""

    queue: Slug
    priority: Priority = 5
    skills: tuple[Slug, ...] = ()


class Topic(Part):
    """What a contact may be about, and who handles it."""

    label: Text
    queue: Slug | None = None
    priority: Priority | None = None
    skills: tuple[Slug, ...] = ()


class TierRule(Part):
    """What a customer's tier changes: a better priority, or a queue of its own."""

    priority: Priority | None = None
    queue: Slug | None = None


class Position(Part):
    """Where the editor draws the node."""

    x: int
    y: int


class NodeBase(Part):
    """What every node has."""

    id: NodeId
    name: str = Field(default="", max_length=80, description="the author's own name for the step")
    position: Position | None = None


class GreetingNode(NodeBase):
    """Greets by name, or as unknown, or as withheld; each wording defaults to the catalogue's."""

    kind: Literal["greeting"]
    known: Text | None = None
    unknown: Text | None = None
    withheld: Text | None = None
    next: NodeId


class SayNode(NodeBase):
    """Speaks a text and goes on. Legal notices are not interruptible."""

    kind: Literal["say"]
    prompt: Text
    interruptible: bool = True
    next: NodeId


class MenuOption(Part):
    """One choice: its key, its label, the words that mean it, what it sets and where it leads."""

    key: Key
    label: Text
    words: Words = Field(default_factory=dict)
    topic: Slug | None = None
    queue: Slug | None = None
    priority: Priority | None = None
    skills: tuple[Slug, ...] = ()
    next: NodeId


class MenuNode(NodeBase):
    """Offers choices; `otherwise` is the default queue after two failed re-prompts."""

    kind: Literal["menu"]
    prompt: Text
    options: tuple[MenuOption, ...] = Field(max_length=9)
    otherwise: NodeId | None = None
    timeout_seconds: int = Field(default=5, ge=1, le=30)


class AskNode(NodeBase):
    """Asks for the caller's own words, searches the FAQ with them and branches on how sure the search is.

    With `silence` set, a caller who says nothing goes there at once ("or hold for an agent").
    """

    kind: Literal["ask"]
    prompt: Text | None = None
    found: NodeId
    unsure: NodeId
    none: NodeId
    silence: NodeId | None = None
    otherwise: NodeId | None = None
    timeout_seconds: int = Field(default=6, ge=1, le=30)


class AnswerNode(NodeBase):
    """Speaks the steps of the article found; `otherwise` when there is none to speak."""

    kind: Literal["answer"]
    intro: Text | None = None
    next: NodeId
    otherwise: NodeId | None = None


class ConfirmNode(NodeBase):
    """Asks whether the answer helped: 1 or yes, 2 or no."""

    kind: Literal["confirm"]
    prompt: Text | None = None
    yes: NodeId
    no: NodeId
    otherwise: NodeId | None = None
    timeout_seconds: int = Field(default=6, ge=1, le=30)


class ChooseNode(NodeBase):
    """Reads back the titles of two or three articles (one: yes or no) and asks which is meant."""

    kind: Literal["choose"]
    intro: Text | None = None
    next: NodeId
    none: NodeId
    otherwise: NodeId | None = None
    timeout_seconds: int = Field(default=6, ge=1, le=30)


class HoursNode(NodeBase):
    """Branches on whether the company is open, as the host says."""

    kind: Literal["hours"]
    open: NodeId
    closed: NodeId


class SetNode(NodeBase):
    """Sets topic, queue, priority or skills and goes on."""

    kind: Literal["set"]
    topic: Slug | None = None
    queue: Slug | None = None
    priority: Priority | None = None
    skills: tuple[Slug, ...] = ()
    next: NodeId


class LanguageOption(Part):
    """One language, offered in its own words."""

    key: Key
    locale: Locale
    words: tuple[Annotated[str, Field(min_length=1, max_length=60)], ...] = ()


class LanguageNode(NodeBase):
    """Lets the caller change the language."""

    kind: Literal["language"]
    options: tuple[LanguageOption, ...] = Field(max_length=9)
    next: NodeId
    otherwise: NodeId | None = None
    timeout_seconds: int = Field(default=5, ge=1, le=30)


class QueueNode(NodeBase):
    """Hands over to a human. Without `queue` the collected topic decides. `closed` is taken out of hours."""

    kind: Literal["queue"]
    prompt: Text | None = None
    queue: Slug | None = None
    priority: Priority | None = None
    skills: tuple[Slug, ...] = ()
    topic: Slug | None = None
    closed: NodeId | None = None


class CloseNode(NodeBase):
    """Says goodbye: the question is solved."""

    kind: Literal["close"]
    prompt: Text | None = None


class HangupNode(NodeBase):
    """Says goodbye without having solved anything, for instance out of hours."""

    kind: Literal["hangup"]
    prompt: Text | None = None
    outcome: Literal["ended", "out_of_hours"] = "ended"


AskingNode = MenuNode | AskNode | ConfirmNode | ChooseNode | LanguageNode
PassingNode = GreetingNode | SayNode | AnswerNode | HoursNode | SetNode
EndNode = QueueNode | CloseNode | HangupNode
Node = Annotated[AskingNode | PassingNode | EndNode, Field(discriminator="kind")]


class FlowDefinition(Part):
    """One version of one flow."""

    schema_version: Literal[1] = 1
    key: Slug
    version: int = Field(ge=1)
    name: Text
    company: Text
    locales: tuple[Locale, ...] = Field(min_length=1)
    default_locale: Locale
    start: NodeId
    human: NodeId = Field(description="the queue node that key 0 leads to")
    fallback: Route
    language_skills: dict[Locale, Slug] = Field(default_factory=dict)
    tiers: dict[str, TierRule] = Field(default_factory=dict)
    topics: dict[Slug, Topic] = Field(default_factory=dict)
    nodes: tuple[Node, ...] = Field(max_length=500)

    @cached_property
    def by_id(self) -> dict[str, AskingNode | PassingNode | EndNode]:
        """Nodes by id; of two with the same id the first counts."""
        found: dict[str, AskingNode | PassingNode | EndNode] = {}
        for node in self.nodes:
            found.setdefault(node.id, node)
        return found

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A changed copy; what was worked out from the old nodes is not carried over."""
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("by_id", None)
        return copied

    def words(self, text: Text, locale: Locale) -> str:
        """The text in `locale`, else in the flow's default language, else in any."""
        return text.get(locale) or text.get(self.default_locale) or next(iter(text.values()), "")

    def topic_label(self, topic: str | None) -> str | None:
        """A topic as the flow's author calls it; an unknown topic is its own label."""
        known = self.topics.get(topic) if topic else None
        return self.words(known.label, self.default_locale) if known else topic

    @classmethod
    def load(cls, document: str | bytes) -> Self:
        """Read a flow document. Raises `pydantic.ValidationError` naming each wrong field."""
        return cls.model_validate_json(document)
