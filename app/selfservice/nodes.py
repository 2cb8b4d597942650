"""The nodes of a flow document, one shape for each kind. `definition.FlowDefinition` holds them together.

A link that is not set yet (`next` and its like) is null, so that a half-done draft can be saved; `validation.validate`
names it. Node ids are stable: statistics and running contacts refer to them.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.selfservice.locales import Locale

NodeId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Link = NodeId | None
Key = Annotated[str, Field(pattern=r"^[1-9]$", description="0 is always a human and * always repeats")]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_:-]{0,63}$")]
Priority = Annotated[int, Field(ge=1, le=9, description="smaller is served first")]
Line = Annotated[str, Field(max_length=1500)]
Text = dict[Locale, Line]
Words = dict[Locale, tuple[Annotated[str, Field(min_length=1, max_length=60)], ...]]


class Part(BaseModel):
    """Base of everything in a flow document: immutable, and unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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
    next: Link = None


class SayNode(NodeBase):
    """Speaks a text and goes on. Legal notices are not interruptible."""

    kind: Literal["say"]
    prompt: Text
    interruptible: bool = True
    next: Link = None


class MenuOption(Part):
    """One choice: its key, its label, the words that mean it, what it sets and where it leads."""

    key: Key
    label: Text
    words: Words = Field(default_factory=dict)
    topic: Slug | None = None
    queue: Slug | None = None
    priority: Priority | None = None
    skills: tuple[Slug, ...] = ()
    next: Link = None


class MenuNode(NodeBase):
    """Offers choices; `otherwise` is the default queue after two failed re-prompts."""

    kind: Literal["menu"]
    prompt: Text
    options: tuple[MenuOption, ...] = Field(max_length=9)
    otherwise: Link = None
    timeout_seconds: int = Field(default=5, ge=1, le=30)


class AskNode(NodeBase):
    """Asks for the caller's own words, searches the FAQ with them and branches on how sure the search is.

    With `silence` set, a caller who says nothing goes there at once ("or hold for an agent").
    """

    kind: Literal["ask"]
    prompt: Text | None = None
    found: Link = None
    unsure: Link = None
    none: Link = None
    silence: Link = None
    otherwise: Link = None
    timeout_seconds: int = Field(default=6, ge=1, le=30)


class AnswerNode(NodeBase):
    """Speaks the steps of the article found; `otherwise` when there is none to speak."""

    kind: Literal["answer"]
    intro: Text | None = None
    next: Link = None
    otherwise: Link = None


class ConfirmNode(NodeBase):
    """Asks whether the answer helped: 1 or yes, 2 or no."""

    kind: Literal["confirm"]
    prompt: Text | None = None
    yes: Link = None
    no: Link = None
    otherwise: Link = None
    timeout_seconds: int = Field(default=6, ge=1, le=30)


class ChooseNode(NodeBase):
    """Reads back the titles of two or three articles (one: yes or no) and asks which is meant."""

    kind: Literal["choose"]
    intro: Text | None = None
    next: Link = None
    none: Link = None
    otherwise: Link = None
    timeout_seconds: int = Field(default=6, ge=1, le=30)


class HoursNode(NodeBase):
    """Branches on whether the company is open, as the host says."""

    kind: Literal["hours"]
    open: Link = None
    closed: Link = None


class SetNode(NodeBase):
    """Sets topic, queue, priority or skills and goes on."""

    kind: Literal["set"]
    topic: Slug | None = None
    queue: Slug | None = None
    priority: Priority | None = None
    skills: tuple[Slug, ...] = ()
    next: Link = None


class LanguageOption(Part):
    """One language, offered in its own words."""

    key: Key
    locale: Locale
    words: tuple[Annotated[str, Field(min_length=1, max_length=60)], ...] = ()


class LanguageNode(NodeBase):
    """Lets the caller change the language."""

    kind: Literal["language"]
    options: tuple[LanguageOption, ...] = Field(max_length=9)
    next: Link = None
    otherwise: Link = None
    timeout_seconds: int = Field(default=5, ge=1, le=30)


class QueueNode(NodeBase):
    """Hands over to a human. Without `queue` the collected topic decides. `closed` is taken out of hours."""

    kind: Literal["queue"]
    prompt: Text | None = None
    queue: Slug | None = None
    priority: Priority | None = None
    skills: tuple[Slug, ...] = ()
    topic: Slug | None = None
    closed: Link = None


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
