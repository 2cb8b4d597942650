"""What the console shows and sends: the shapes of its REST answers and of its socket events.

Every shape here is part of the public OpenAPI document; the front end's types are generated from it.
Times are RFC 3339 in UTC; durations are whole seconds; ids are UUID strings.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.agents.presence import Activity, Presence
from app.contacts.lifecycle import ContactState
from app.routing.offers import OfferState


class Schema(BaseModel):
    """Base of all console shapes: unknown input fields are refused, so that a typing error is never silent."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


class CallState(StrEnum):
    """Where a phone call stands, as the agent sees it."""

    IVR = "ivr"
    WAITING = "waiting"
    CONNECTING = "connecting"
    TALKING = "talking"
    HELD = "held"
    CLOSING = "closing"
    CLOSED = "closed"


class Identification(StrEnum):
    """How sure the match of caller and customer is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    UNKNOWN = "unknown"


class AgentState(Schema):
    """Presence and activity of the signed-in agent."""

    agent_id: UUID
    presence: Presence
    presence_reason: str | None = Field(description="why away, e.g. `lunch`; null unless away")
    presence_since: datetime
    activity: Activity
    activity_since: datetime
    wrap_up_until: datetime | None


class PresenceChange(Schema):
    """The presence the agent chooses. Choosing `available` also ends not_responding."""

    presence: Presence
    reason: Literal["break", "lunch", "meeting", "training"] | None = None


class QueueFigures(Schema):
    """How one queue stands, for the queues the agent serves."""

    queue_id: UUID
    name: str
    waiting: int
    longest_since: datetime | None = Field(description="enqueue time of the contact that waits longest")


class DispositionOption(Schema):
    """One outcome code an agent may choose at wrap-up, with its label per locale."""

    code: str
    labels: dict[str, str]


class CustomerCard(Schema):
    """Who the customer is."""

    customer_id: UUID
    display_name: str
    kind: Literal["person", "company"]
    tier: Literal["standard", "silver", "gold", "vip"]
    language: Literal["en", "zh-Hant", "zh-Hans"]
    customer_since: datetime | None
    pinned_note: str | None
    phones: list[str]
    emails: list[str]


class CustomerCandidate(Schema):
    """One of several customers the caller may be, with the reason."""

    customer_id: UUID
    display_name: str
    tier: str
    reason: Literal["shared_number", "household_number", "former_number", "unverified_number"]
    last_contact_at: datetime | None


class PathStep(Schema):
    """One step the caller took in self-service, in the words of the flow's author."""

    at: datetime
    kind: Literal["greeting", "menu", "question", "answer", "helped", "queued", "announcement"]
    text: str = Field(description="label of the choice, the words heard, or the title of the article spoken")
    detail: str | None = None


class SelfServiceSummary(Schema):
    """What was chosen and heard in self-service, and why it did not help."""

    topic: str | None
    topic_label: str | None
    question: str | None = Field(description="the caller's own words, personal data masked")
    article_id: UUID | None = Field(description="the article that was read to the caller")
    article_title: str | None
    unsolved_reason: (
        Literal[
            "asked_for_agent",
            "answer_did_not_help",
            "no_answer_found",
            "no_input",
            "wrong_input",
            "menu_choice",
            "unavailable",
        ]
        | None
    )
    path: list[PathStep]


class UsualTopic(Schema):
    """One of the customer's three most frequent topics and the article that solved it last."""

    topic: str
    label: str
    count: int
    article_id: UUID | None
    article_title: str | None


class PastContact(Schema):
    """One earlier contact with its outcome."""

    contact_id: UUID
    channel: str
    direction: Literal["inbound", "outbound"]
    topic_label: str | None
    started_at: datetime
    outcome: str | None
    disposition_labels: list[dict[str, str]]
    agent_name: str | None
    note: str | None


class OrderView(Schema):
    """One order of the customer. Amounts are in the currency's minor unit (TWD has none: whole dollars)."""

    number: str
    placed_at: datetime
    status: Literal["placed", "paid", "shipped", "delivered", "returned", "refunded", "cancelled"]
    total_minor: int
    currency: str
    items: list[str]


class ScreenPop(Schema):
    """All an agent needs to know before saying hello."""

    identification: Identification
    language: Literal["en", "zh-Hant", "zh-Hans"] = Field(
        description="the language this contact is held in so far"
    )
    customer: CustomerCard | None
    candidates: list[CustomerCandidate]
    self_service: SelfServiceSummary
    usual_topics: list[UsualTopic]
    past_contacts: list[PastContact]
    orders: list[OrderView]


class OfferView(Schema):
    """A contact proposed to this agent."""

    offer_id: UUID
    contact_id: UUID
    state: OfferState
    channel: str
    queue_name: str
    made_at: datetime
    expires_at: datetime | None
    waiting_since: datetime
    from_address: str | None = Field(description="E.164 number; null when withheld")
    screen_pop: ScreenPop


class OfferAnswer(Schema):
    """What the answer to an offer made of it."""

    offer_id: UUID
    state: OfferState


class NoteView(Schema):
    """An internal note; customers never see it."""

    note_id: UUID
    body: str
    agent_name: str
    at: datetime


class ContactView(Schema):
    """A contact in this agent's hands."""

    contact_id: UUID
    channel: str
    direction: Literal["inbound", "outbound"]
    state: ContactState
    outcome: str | None
    queue_name: str | None
    from_address: str | None
    opened_at: datetime
    queued_at: datetime | None
    accepted_at: datetime | None
    ended_at: datetime | None
    wrap_up_until: datetime | None
    call_state: CallState | None
    pending_command: Literal["hold", "resume", "hang_up"] | None = Field(
        description="a call control that was ordered and is not confirmed by the carrier yet"
    )
    command_error: str | None = Field(description="why the last call control failed, null when it did not")
    held_since: datetime | None
    notes: list[NoteView]
    dispositions: list[str]
    screen_pop: ScreenPop
    version: int


class TouchpointView(Schema):
    """One line of the timeline."""

    touchpoint_id: UUID
    contact_id: UUID | None
    kind: str
    channel: str | None
    at: datetime
    actor: Literal["customer", "agent", "system"]
    actor_name: str | None
    data: dict[str, str | int | float | bool | list[str] | None]


class TimelinePage(Schema):
    """Touchpoints, newest first; `next_before` continues the list, null at its end."""

    stream: str = Field(description="the stream to watch for what comes next")
    seq: int = Field(description="the page holds everything up to this number of the stream")
    touchpoints: list[TouchpointView]
    next_before: str | None


class ConsoleSnapshot(Schema):
    """Everything the console shows, as of `seq` of the agent's stream."""

    stream: str
    seq: int
    now: datetime
    agent: AgentState
    offers: list[OfferView]
    contacts: list[ContactView]
    queues: list[QueueFigures]
    dispositions: list[DispositionOption]


class NewNote(Schema):
    """An internal note; `client_id` makes a repeated request harmless."""

    client_id: UUID
    body: str = Field(min_length=1, max_length=10_000)


class WrapUp(Schema):
    """How the contact ended. At least one disposition is needed; `client_id` names the note, so that a repeated
    request adds it once."""

    client_id: UUID
    dispositions: list[str] = Field(min_length=1, max_length=5)
    note: str = Field(default="", max_length=10_000)


class CustomerChoice(Schema):
    """The agent's word on who is calling; `null` means none of the candidates."""

    customer_id: UUID | None


# --- socket: server to client -------------------------------------------------------------------------------


class StreamEvent(Schema):
    """Base of what a stream carries: gap-free `seq` per `stream`."""

    stream: str
    seq: int
    at: datetime


class AgentStateChanged(StreamEvent):
    """The agent's presence or activity changed."""

    type: Literal["agent.state_changed"]
    agent: AgentState


class OfferMade(StreamEvent):
    """Ring: a contact is offered to this agent."""

    type: Literal["offer.made"]
    offer: OfferView


class OfferEnded(StreamEvent):
    """Stop ringing: the offer was accepted, rejected, timed out or withdrawn."""

    type: Literal["offer.ended"]
    offer_id: UUID
    contact_id: UUID
    state: OfferState
    reason: str | None


class OfferAccepting(StreamEvent):
    """The agent said yes; the media is being connected."""

    type: Literal["offer.accepting"]
    offer_id: UUID
    contact_id: UUID
    expires_at: datetime | None = Field(description="until when the media must be connected")


class ContactChanged(StreamEvent):
    """A contact in this agent's hands appeared or changed."""

    type: Literal["contact.changed"]
    contact: ContactView


class ContactRemoved(StreamEvent):
    """A contact left this agent's hands."""

    type: Literal["contact.removed"]
    contact_id: UUID


class TouchpointAdded(StreamEvent):
    """A line was added to the timeline of a watched customer or contact."""

    type: Literal["touchpoint.added"]
    touchpoint: TouchpointView


ServerEvent = Annotated[
    AgentStateChanged
    | OfferMade
    | OfferAccepting
    | OfferEnded
    | ContactChanged
    | ContactRemoved
    | TouchpointAdded,
    Field(discriminator="type"),
]


class StreamPosition(Schema):
    """Where a stream stands; `reset` means the events since the client's number are gone: load afresh."""

    seq: int
    mode: Literal["resume", "reset"]


class Welcome(Schema):
    """First answer on the socket."""

    type: Literal["welcome"]
    reply_to: int
    agent_id: UUID
    heartbeat_seconds: int
    now: datetime
    build: str
    streams: dict[str, StreamPosition]


class Events(Schema):
    """Events in order; several streams may be mixed, each gap-free in itself."""

    type: Literal["events"]
    events: list[ServerEvent]


class Snapshot(Schema):
    """A fresh state of the agent's stream, sent at the start and after a reset."""

    type: Literal["snapshot"]
    snapshot: ConsoleSnapshot


class Queues(Schema):
    """Figures of the agent's queues: sent at most once a second, only when they changed. Not a stream."""

    type: Literal["queues"]
    queues: list[QueueFigures]


class Result(Schema):
    """The command `reply_to` was done."""

    type: Literal["result"]
    reply_to: int
    streams: dict[str, StreamPosition] = Field(default_factory=dict)


class Heartbeat(Schema):
    """Answer to a heartbeat: server time and where the watched streams stand."""

    type: Literal["heartbeat"]
    reply_to: int
    now: datetime
    streams: dict[str, int]


class SocketError(Schema):
    """A frame or command was refused; the socket stays open unless it was the hello. `reply_to` is the frame's id,
    null when the frame had none that could be read."""

    type: Literal["error"]
    reply_to: int | None
    code: str
    message: str


ServerMessage = Annotated[
    Welcome | Events | Snapshot | Queues | Result | Heartbeat | SocketError, Field(discriminator="type")
]

# --- socket: client to server -------------------------------------------------------------------------------


class Hello(Schema):
    """First frame: the ticket, and the last number seen of each stream."""

    id: int
    type: Literal["hello"]
    ticket: str = Field(max_length=200)
    streams: dict[str, int] = Field(default_factory=dict, max_length=50)


class Watch(Schema):
    """Follow `customer:<id>` or `contact:<id>` from `from_seq` on."""

    id: int
    type: Literal["watch"]
    stream: str = Field(max_length=100)
    from_seq: int = Field(ge=0)


class Unwatch(Schema):
    """Stop following a stream."""

    id: int
    type: Literal["unwatch"]
    stream: str = Field(max_length=100)


class Beat(Schema):
    """Sent every `heartbeat_seconds`; the agent counts as lost when they stop."""

    id: int
    type: Literal["heartbeat"]


class OfferSeen(Schema):
    """The page has drawn the offer: proof that it is awake and the agent can see it."""

    id: int
    type: Literal["offer.seen"]
    offer_id: UUID


ClientMessage = Annotated[Hello | Watch | Unwatch | Beat | OfferSeen, Field(discriminator="type")]
