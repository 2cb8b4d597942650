"""What travels on `/ws/agent`: events of streams, snapshots and answers out; requests in.

The unions `ServerMessage` and `ClientMessage` are part of the OpenAPI document, as the shapes of REST are.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.console.message_schemas import MessageView
from app.console.schemas import (
    AgentState,
    ConsoleSnapshot,
    ContactView,
    OfferView,
    QueueFigures,
    TouchpointView,
)
from app.core.schemas import AlertView, Schema
from app.routing.offers import OfferState

# --- server to client ---------------------------------------------------------------------------------------


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
    taken_by: str | None = Field(
        default=None, description="the colleague who said yes first, where several agents were rung"
    )


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


class MessageAdded(StreamEvent):
    """A message of a conversation in this agent's hands: the customer's, or one that is on its way to the customer."""

    type: Literal["message.added"]
    contact_id: UUID
    message: MessageView


class MessageChanged(StreamEvent):
    """A message got further, or a file of it arrived. `contact_id` is the contact in hand."""

    type: Literal["message.changed"]
    contact_id: UUID
    message: MessageView


class AlertOpened(StreamEvent):
    """Something a supervisor should look at; on the stream `supervisors`."""

    type: Literal["alert.opened"]
    alert: AlertView


class AlertCleared(StreamEvent):
    """An alert has settled itself or was cleared by hand; on the stream `supervisors`."""

    type: Literal["alert.cleared"]
    alert: AlertView


ServerEvent = Annotated[
    AgentStateChanged
    | OfferMade
    | OfferAccepting
    | OfferEnded
    | ContactChanged
    | ContactRemoved
    | TouchpointAdded
    | MessageAdded
    | MessageChanged
    | AlertOpened
    | AlertCleared,
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


class CustomerTyping(Schema):
    """The customer of a chat writes, or has stopped. Forget it after 6 seconds."""

    type: Literal["typing"]
    contact_id: UUID
    is_typing: bool


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
    Welcome | Events | Snapshot | Queues | CustomerTyping | Result | Heartbeat | SocketError,
    Field(discriminator="type"),
]

# --- client to server ---------------------------------------------------------------------------------------


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


class AgentTypes(Schema):
    """The agent writes in a chat, or has stopped. Sent again every 3 seconds while it lasts."""

    id: int
    type: Literal["typing"]
    contact_id: UUID
    is_typing: bool


class OfferSeen(Schema):
    """The page has drawn the offer: proof that it is awake and the agent can see it."""

    id: int
    type: Literal["offer.seen"]
    offer_id: UUID


ClientMessage = Annotated[
    Hello | Watch | Unwatch | Beat | AgentTypes | OfferSeen, Field(discriminator="type")
]
