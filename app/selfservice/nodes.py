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
Name = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]{0,29}$", description="of a value; texts use it as {name}")
]
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
    written: Text | None = Field(default=None, description="in place of `prompt` where choices are buttons")
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


class LookupNode(NodeBase):
    """Branches on what is known: the customer, or an order of theirs. The order is the newest one, or the one whose
    number was collected as `value`; texts may then use `{order_number}`, `{order_status}` and `{order_day}`."""

    kind: Literal["lookup"]
    what: Literal["customer", "order"]
    value: Name | None = None
    found: Link = None
    none: Link = None


class NumberNode(NodeBase):
    """Asks for a number by keys or words, for instance of an order, and keeps it as `value`. Never for card numbers:
    those are refused."""

    kind: Literal["number"]
    prompt: Text
    value: Name
    min_digits: int = Field(default=1, ge=1, le=20)
    max_digits: int = Field(default=20, ge=2, le=20)
    next: Link = None
    otherwise: Link = None
    timeout_seconds: int = Field(default=6, ge=1, le=30)


class BranchCase(Part):
    """Where a contact goes whose value is equal to this; case and width make no difference."""

    equals: str = Field(max_length=100)
    next: Link = None


class BranchNode(NodeBase):
    """Branches on a value: the first case that is equal, else `otherwise`."""

    kind: Literal["branch"]
    value: Name
    cases: tuple[BranchCase, ...] = Field(max_length=20)
    otherwise: Link = None


class RequestNode(NodeBase):
    """Asks a web service of the company's and keeps fields of its JSON answer as values. The contact waits meanwhile,
    for `timeout_seconds` at most; any fault leads to `failed`. Values in address and body are put in escaped."""

    kind: Literal["request"]
    prompt: Text | None = None
    method: Literal["GET", "POST"] = "GET"
    url: str = Field(max_length=500, description="https://…, with {values} behind the host only")
    body: dict[Name, Annotated[str, Field(max_length=500)]] = Field(
        default_factory=dict, max_length=20, description="of a POST, sent as JSON"
    )
    results: dict[Name, Annotated[str, Field(max_length=100)]] = Field(
        default_factory=dict,
        max_length=10,
        description="value to its place in the answer, such as order.status",
    )
    timeout_seconds: int = Field(default=5, ge=1, le=20)
    next: Link = None
    failed: Link = None


class MessageNode(NodeBase):
    """Writes to the caller's telephone by message, where that is possible, and goes on. Who writes reads it at once."""

    kind: Literal["message"]
    text: Text
    next: Link = None


class Routed(NodeBase):
    """What the nodes that lead to people have in common. Without `queue` the collected topic decides."""

    prompt: Text | None = None
    queue: Slug | None = None
    priority: Priority | None = None
    skills: tuple[Slug, ...] = ()
    topic: Slug | None = None


class QueueNode(Routed):
    """Hands over to a human. `closed` is taken out of hours."""

    kind: Literal["queue"]
    closed: Link = None


class CallbackNode(Routed):
    """Promises to call back: the contact waits in the queue, the caller does not. `otherwise`: for whom we cannot
    call."""

    kind: Literal["callback"]
    otherwise: Link = None


class VoicemailNode(Routed):
    """Lets the caller leave a message for the queue. `prompt` is said before the usual words. `otherwise`: on channels
    without voicemail."""

    kind: Literal["voicemail"]
    otherwise: Link = None


class CloseNode(NodeBase):
    """Says goodbye: the question is solved."""

    kind: Literal["close"]
    prompt: Text | None = None


class HangupNode(NodeBase):
    """Says goodbye without having solved anything, for instance out of hours."""

    kind: Literal["hangup"]
    prompt: Text | None = None
    outcome: Literal["ended", "out_of_hours"] = "ended"


AskingNode = MenuNode | AskNode | ConfirmNode | ChooseNode | LanguageNode | NumberNode
PassingNode = (
    GreetingNode
    | SayNode
    | AnswerNode
    | HoursNode
    | SetNode
    | LookupNode
    | BranchNode
    | MessageNode
    | RequestNode
)
LeavingNode = QueueNode | CallbackNode | VoicemailNode
EndNode = LeavingNode | CloseNode | HangupNode
Node = Annotated[AskingNode | PassingNode | EndNode, Field(discriminator="kind")]
