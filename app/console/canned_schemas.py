"""Texts agents send often."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.core.schemas import Schema
from app.selfservice.locales import Locale

TextChannel = Literal["chat", "messaging", "email"]
Text = Annotated[str, Field(min_length=1, max_length=4000)]


class CannedReplyText(Schema):
    """`texts` by locale. Variables: `{customer.name}`, `{agent.name}`, `{contact.topic}`, `{company.name}`; one that is
    not known is an error when it is saved, one that is empty for a contact vanishes."""

    shortcut: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$", description="typed after / in the composer")
    title: str = Field(min_length=1, max_length=100)
    texts: dict[Locale, Text] = Field(min_length=1)
    channels: list[TextChannel] = Field(default=["chat", "messaging"], min_length=1)


class CannedReplyView(CannedReplyText):
    """One canned reply. `filled`: its text for the contact asked about, in the contact's language if there is one."""

    reply_id: UUID
    changed_at: datetime
    filled: str | None = None
