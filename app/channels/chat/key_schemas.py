"""Widget keys, identity keys and the block list, for administrators and supervisors."""

import re
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, Field

from app.channels.chat.command_schemas import ChatFeatures
from app.core.schemas import Schema
from app.selfservice.locales import Locale

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


def _origin(text: str) -> str:
    """As browsers send it: scheme, host and port, nothing after."""
    parts = urlsplit(text.strip())
    host = parts.netloc.lower()
    is_plain = parts.path in ("", "/") and not parts.query and not parts.fragment and "@" not in host
    if parts.scheme not in ("http", "https") or not host or not is_plain or "*" in host:
        raise ValueError("must be an origin such as https://shop.example.com, without a path or a star")
    if parts.scheme == "http" and (parts.hostname or "") not in ("127.0.0.1", "localhost", "::1"):
        raise ValueError("plain http is allowed on loopback only; use https")
    return f"{parts.scheme}://{host}"


def _color(text: str) -> str:
    if not _COLOR.fullmatch(text):
        raise ValueError("must be a colour such as #3a55d1")
    return text.lower()


Origin = Annotated[str, Field(max_length=300), AfterValidator(_origin)]
Words = dict[Locale, Annotated[str, Field(min_length=1, max_length=200)]]


class Appearance(Schema):
    """What the widget draws with. Texts by locale; what is left out is the widget's own."""

    color: Annotated[str, AfterValidator(_color)] | None = None
    position: Literal["left", "right"] = "right"
    title: Words = Field(default_factory=dict)
    greeting: Words = Field(default_factory=dict)
    launcher: Words = Field(default_factory=dict)


class WantedSkills(Schema):
    """Further skills asked of the agent, by the visitor's language and by topic."""

    locales: dict[Locale, list[str]] = Field(default_factory=dict)
    topics: dict[str, list[str]] = Field(default_factory=dict)


class WidgetSettings(Schema):
    """Everything of a key but the key."""

    name: str = Field(min_length=1, max_length=100)
    origins: list[Origin] = Field(max_length=50)
    locales: list[Locale] = Field(default_factory=lambda: list(Locale), min_length=1)
    locale: Locale = Locale.ZH_HANT
    flow_id: UUID | None = None
    queue_id: UUID
    skills: WantedSkills = Field(default_factory=WantedSkills)
    appearance: Appearance = Field(default_factory=Appearance)
    features: ChatFeatures = Field(default_factory=ChatFeatures)
    is_enabled: bool = True


class WidgetChanges(Schema):
    """Fields to change; what is left out stays."""

    name: str | None = Field(default=None, min_length=1, max_length=100)
    origins: list[Origin] | None = Field(default=None, max_length=50)
    locales: list[Locale] | None = Field(default=None, min_length=1)
    locale: Locale | None = None
    flow_id: UUID | None = None
    queue_id: UUID | None = None
    skills: WantedSkills | None = None
    appearance: Appearance | None = None
    features: ChatFeatures | None = None
    is_enabled: bool | None = None


class IdentityKeyView(Schema):
    """A key the site signs identities with."""

    kid: str
    algorithm: Literal["HS256", "ES256", "RS256"]
    created_at: datetime


class WidgetKeyView(WidgetSettings):
    """One widget key."""

    key: str
    identity_keys: list[IdentityKeyView]
    snippet: str = Field(description="the line for the site's pages")


class NewIdentityKey(Schema):
    """`public_key` in PEM for ES256 (P-256) and RS256 (2048 bits or more); none for HS256."""

    kid: str = Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    algorithm: Literal["HS256", "ES256", "RS256"]
    public_key: str | None = Field(default=None, max_length=4000)


class MadeIdentityKey(IdentityKeyView):
    """The new key. `secret` of HS256 is told this once; keep it on the site's server."""

    secret: str | None


class NewChatBlock(Schema):
    """Whom to keep out: a visitor (id), a person (`<widget key>:<sub>`) or a network address (an IPv6 one counts as
    its /64)."""

    kind: Literal["visitor", "person", "address"]
    value: str = Field(min_length=1, max_length=300)
    reason: str = Field(min_length=1, max_length=300)
    until: datetime | None = None


class ChatBlockView(NewChatBlock):
    """One line of the list."""

    block_id: UUID
    blocked_at: datetime
