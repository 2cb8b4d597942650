"""What travels on `/ws/visitor`. The unions are part of the OpenAPI document."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.channels.chat.schemas import (
    ChatMessage,
    ChatState,
    ChatUpdates,
    NewChatMessage,
    PageContext,
    StartChat,
)
from app.core.schemas import Schema

# --- server to client ---------------------------------------------------------------------------------------


class VisitorWelcome(Schema):
    """The answer to `hello`. Send `heartbeat` every `heartbeat_seconds`."""

    type: Literal["welcome"]
    reply_to: int
    visitor_id: UUID
    heartbeat_seconds: int
    now: datetime
    updates: ChatUpdates


class VisitorUpdates(Schema):
    """A fresh start: after `identify`, when a new conversation begins, or when too much was missed."""

    type: Literal["updates"]
    updates: ChatUpdates


class VisitorEvents(Schema):
    """Messages in their order, the first one the next after what was sent before."""

    type: Literal["events"]
    events: list[ChatMessage]


class VisitorState(Schema):
    """The state has changed: this one replaces it."""

    type: Literal["state"]
    state: ChatState


class AgentTyping(Schema):
    """The agent writes. Forget it after 6 seconds."""

    type: Literal["typing"]
    is_typing: bool


class VisitorResult(Schema):
    """The command was carried out and committed. `message`: of a message, as it is stored."""

    type: Literal["result"]
    reply_to: int
    message: ChatMessage | None = None


class VisitorError(Schema):
    """The frame was refused. With `retry_after_seconds` the same may be sent again then."""

    type: Literal["error"]
    reply_to: int | None
    code: str
    message: str
    field: str | None = None
    retry_after_seconds: int | None = None


class VisitorHeartbeat(Schema):
    """The answer to a heartbeat. `last_seq` ahead of what the client holds: it is about to be sent."""

    type: Literal["heartbeat"]
    reply_to: int
    now: datetime
    last_seq: int


VisitorServerMessage = Annotated[
    VisitorWelcome
    | VisitorUpdates
    | VisitorEvents
    | VisitorState
    | AgentTyping
    | VisitorResult
    | VisitorError
    | VisitorHeartbeat,
    Field(discriminator="type"),
]

# --- client to server ---------------------------------------------------------------------------------------


class VisitorHello(Schema):
    """The first frame. `after`: the last message of `conversation_id` the client holds."""

    id: int
    type: Literal["hello"]
    ticket: str = Field(max_length=200)
    conversation_id: UUID | None = None
    after: int = Field(default=0, ge=0)


class VisitorSays(NewChatMessage):
    """A message."""

    id: int
    type: Literal["message"]


class VisitorStarts(StartChat):
    """Begin the flow."""

    id: int
    type: Literal["start"]


class VisitorTypes(Schema):
    """The visitor writes, or has stopped. Sent again every 3 seconds while it lasts."""

    id: int
    type: Literal["typing"]
    is_typing: bool


class VisitorHas(Schema):
    """Everything up to `seq` was taken by the client."""

    id: int
    type: Literal["delivered"]
    seq: int = Field(ge=0)


class VisitorHasRead(Schema):
    """Everything up to `seq` was on screen."""

    id: int
    type: Literal["read"]
    seq: int = Field(ge=0)


class VisitorPage(Schema):
    """The page the visitor looks at, with consent."""

    id: int
    type: Literal["page"]
    page: PageContext


class VisitorEnds(Schema):
    """The visitor ends the chat."""

    id: int
    type: Literal["end"]


class VisitorBeat(Schema):
    """The client is alive."""

    id: int
    type: Literal["heartbeat"]


VisitorClientMessage = Annotated[
    VisitorHello
    | VisitorSays
    | VisitorStarts
    | VisitorTypes
    | VisitorHas
    | VisitorHasRead
    | VisitorPage
    | VisitorEnds
    | VisitorBeat,
    Field(discriminator="type"),
]
