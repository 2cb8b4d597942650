"""What the widget reads and sends, by socket and by HTTP alike. The protocol around it is docs/chat.md."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.core.schemas import Schema

MAX_TEXT = 4000  # characters of one message
MAX_FILES = 5  # of one message
MAX_PAGE_TEXT = 500
MAX_CART_LINES = 20


class ChatFile(Schema):
    """A file of a message. `url` is signed, good for an hour, and answers as a download."""

    attachment_id: UUID
    name: str
    content_type: str
    size_bytes: int
    url: str


class ChatMessage(Schema):
    """One message as the visitor sees it. `seq` is 1..n without a gap in the conversation."""

    type: Literal["message"]
    seq: int
    message_id: UUID
    sender: Literal["visitor", "agent", "system"]
    agent_name: str | None = Field(description="of an agent's message")
    client_id: str | None = Field(description="of the visitor's own messages: the id it was sent with")
    body: str
    at: datetime
    files: list[ChatFile]


class PromptChoice(Schema):
    """A button. Pressing it is a message with `label` as its body and `{step, key}` as its choice."""

    key: str
    label: str


class ChatPrompt(Schema):
    """What self-service waits for. `wants_words`: free words are welcome beside the choices."""

    step: int
    choices: list[PromptChoice]
    wants_words: bool


class ChatPlace(Schema):
    """The place in the queue, from 1, and the wait as routing expects it (eight times in ten it is between the two)."""

    position: int
    low_seconds: int | None
    high_seconds: int | None


class ChatAgent(Schema):
    """Who answers."""

    name: str


class ChatMarks(Schema):
    """How far messages were read, by `seq`. `delivered` and `read` are the visitor's own, on any device."""

    agent_read: int
    delivered: int
    read: int


class ChatRating(Schema):
    """The question after the chat."""

    state: Literal["asked", "answered"]
    score: int | None


class ChatPerson(Schema):
    """Who the site says this is; `name` null: nobody yet."""

    is_verified: bool
    name: str | None


class ChatState(Schema):
    """Everything that is no message; each one replaces the one before."""

    version: str = Field(description="of this very state: what a long poll names to be told of the next")
    phase: Literal["new", "self_service", "waiting", "talking", "ended"]
    prompt: ChatPrompt | None
    queue: ChatPlace | None
    agent: ChatAgent | None
    marks: ChatMarks
    is_open: bool
    opens_at: datetime | None
    may_leave_message: bool
    rating: ChatRating | None
    person: ChatPerson


class ChatUpdates(Schema):
    """What a client that has nothing, or everything up to a number, needs to be up to date."""

    conversation_id: UUID | None = Field(description="null before anything was written")
    mode: Literal["resume", "reset"] = Field(
        description="resume: add these messages; reset: forget what you have and show these"
    )
    messages: list[ChatMessage]
    earlier: bool = Field(description="older messages can be read by GET /chat/messages")
    state: ChatState


class CartLine(Schema):
    """One line of the visitor's cart, as the site writes it."""

    name: str = Field(max_length=200)
    quantity: int = Field(ge=0, le=100_000)
    price: str | None = Field(default=None, max_length=40)


class PageContext(Schema):
    """The page the visitor looks at, sent with the visitor's consent only."""

    address: str = Field(max_length=2000, description="cut to 500 characters, its query to utm_ fields")
    title: str = Field(default="", max_length=MAX_PAGE_TEXT)
    campaign: str | None = Field(default=None, max_length=200)
    cart: list[CartLine] = Field(default_factory=list, max_length=MAX_CART_LINES)


class Choice(Schema):
    """A button of a prompt."""

    step: int
    key: str = Field(min_length=1, max_length=16)


class NewChatMessage(Schema):
    """What the visitor writes. `client_id` makes a repeated request one message."""

    client_id: UUID
    body: str = Field(default="", max_length=MAX_TEXT)
    upload_ids: list[UUID] = Field(default_factory=list, max_length=MAX_FILES)
    choice: Choice | None = None


class StartChat(Schema):
    """Begin the flow before anything is written; harmless when something was."""

    client_id: UUID


class Signals(Schema):
    """What a client without a socket tells between its messages."""

    typing: bool | None = None
    delivered: int | None = Field(default=None, ge=0)
    read: int | None = Field(default=None, ge=0)
    page: PageContext | None = None
