"""What the widget asks for by HTTP alone: its settings, a session, who the visitor is, files, the end."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from app.channels.chat.schemas import ChatUpdates, PageContext
from app.core.schemas import Schema
from app.selfservice.locales import Locale


class ChatFeatures(Schema):
    """What the widget offers."""

    files: bool = True
    rating: bool = True
    callback: bool = False
    page_context: bool = False


class ChatWait(Schema):
    """What somebody who comes now would wait, in seconds; null when nothing honest can be said."""

    low_seconds: int | None
    high_seconds: int | None


class ChatConfig(Schema):
    """What a widget is drawn with. `appearance`: `color`, `title`, `greeting`, `position`, `launcher`."""

    key: str
    locales: list[Locale]
    locale: Locale
    appearance: dict[str, Any]
    features: ChatFeatures
    is_open: bool
    opens_at: datetime | None
    wait: ChatWait | None = Field(description="null while it is closed or nothing is known")
    file_types: list[str]
    file_max_bytes: int


class NewChatSession(Schema):
    """The language the visitor reads, and the page where the widget was opened."""

    locale: Locale | None = None
    page: PageContext | None = None


class ChatSession(Schema):
    """`token` is the visitor's secret, `ticket` opens one socket within 30 seconds."""

    visitor_id: UUID
    token: str
    expires_at: datetime
    ticket: str


class ChatTicket(Schema):
    """Opens one socket until `expires_at`."""

    ticket: str
    expires_at: datetime


class Identify(Schema):
    """A JWT signed by the site, see docs/chat.md."""

    identity_token: str = Field(max_length=8000)


class Details(Schema):
    """What visitors say of themselves. It proves nothing."""

    name: str | None = Field(default=None, max_length=100)
    email: str | None = Field(default=None, max_length=254)
    phone: str | None = Field(default=None, max_length=40)


class LeftMessage(Details):
    """A message for when somebody is there again; a mail address or a number is needed for the answer."""

    client_id: UUID
    body: str = Field(min_length=1, max_length=4000)


class CallbackWish(Schema):
    """A wish to be called."""

    client_id: UUID
    phone: str = Field(max_length=40)
    not_before: datetime | None = None


class CallbackTaken(Schema):
    """The callback that was made of it."""

    callback_id: UUID
    due_at: datetime


class FoundArticle(Schema):
    """An article for the public; `answer` is Markdown."""

    article_id: UUID
    title: str
    answer_short: str | None
    answer: str


class ChatSearch(Schema):
    """What a question found. `zone`: how sure the search is."""

    search_id: UUID
    zone: Literal["answer", "choose", "none"]
    results: list[FoundArticle]


class SearchVerdict(Schema):
    """What became of a found article."""

    article_id: UUID
    outcome: Literal["opened", "helped", "not_helped"]


class Uploaded(Schema):
    """A file that was taken; a message names it. It is forgotten when none does within a day."""

    upload_id: UUID
    name: str
    content_type: str
    size_bytes: int


class NewRating(Schema):
    """How it was, 1 (bad) to 5 (good)."""

    score: int = Field(ge=1, le=5)
    comment: str | None = Field(default=None, max_length=1000)


class PolledUpdates(Schema):
    """The answer of the long poll."""

    updates: ChatUpdates
