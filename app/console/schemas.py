"""What the console shows and sends over REST; its socket's messages are in `socket_schemas.py`.

Every shape here is part of the public OpenAPI document; the front end's types are generated from it.
Times are RFC 3339 in UTC; durations are whole seconds; ids are UUID strings.
"""

from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.agents.presence import Activity, Presence
from app.contacts.lifecycle import ContactState
from app.contacts.schemas import PartyView
from app.core.schemas import Schema
from app.routing.offers import OfferState


class CallState(StrEnum):
    """Where a phone call stands, as the agent sees it."""

    IVR = "ivr"
    WAITING = "waiting"
    CONNECTING = "connecting"
    TALKING = "talking"
    HELD = "held"
    VOICEMAIL = "voicemail"
    SURVEY = "survey"
    CLOSING = "closing"
    CLOSED = "closed"


class Identification(StrEnum):
    """How sure the match of caller and customer is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    UNKNOWN = "unknown"


class Engagement(Schema):
    """A call of somebody else's that takes the agent's phone."""

    role: Literal["consult", "supervise"] = Field(description="asked by a colleague, or listening to one")
    mode: Literal["listen", "whisper", "barge"] | None = Field(description="null for a consultation")
    contact_id: UUID
    leg_id: UUID
    by: str = Field(description="the colleague who asks, or the supervisor")


class AgentState(Schema):
    """Presence and activity of the signed-in agent."""

    agent_id: UUID
    presence: Presence
    presence_reason: str | None = Field(description="why away, e.g. `lunch`; null unless away")
    presence_since: datetime
    activity: Activity
    activity_since: datetime
    wrap_up_until: datetime | None
    engagement: Engagement | None


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
    kind: Literal[
        "greeting", "menu", "question", "answer", "helped", "queued", "announcement",
        "entered", "looked_up", "requested", "texted",
    ]  # fmt: skip
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
    is_by_phone: bool = Field(
        description="your own telephone rings and is answered there; here it may be declined"
    )
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


class RecordingShown(Schema):
    """How the recording of a conversation stands, as the carrier has confirmed it."""

    state: Literal["starting", "recording", "paused", "stopped", "failed"]
    pending: Literal["pause", "resume"] | None = Field(description="ordered and not confirmed yet")
    paused_until: datetime | None = Field(description="it goes on by itself then")
    error: str | None = Field(description="why the last order failed: it may still be recording")


class ChatCartLine(Schema):
    """One line of the visitor's cart, as the site wrote it."""

    name: str
    quantity: int
    price: str | None


class ChatPageView(Schema):
    """The page the visitor looks at. Text from outside: show it as text; `address` is http(s) or null."""

    address: str | None
    title: str
    campaign: str | None
    cart: list[ChatCartLine]


class ChatVisitorView(Schema):
    """A visitor of a web chat. Name, mail and number are what the site proved (`is_verified`) or what they said."""

    visitor_id: UUID
    is_away: bool = Field(description="no connection for a while; the chat goes on")
    is_verified: bool
    external: str | None = Field(description="the site's own id of the person")
    name: str | None
    email: str | None
    phone: str | None
    page: ChatPageView | None
    left_message: bool = Field(
        default=False, description="left while nobody was there: answer by mail or telephone"
    )


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
    pending_command: Literal["hold", "resume", "hang_up", "focus"] | None = Field(
        description="a call control that was ordered and is not confirmed by the carrier yet"
    )
    command_error: str | None = Field(description="why the last call control failed, null when it did not")
    not_reached: (
        Literal["busy", "no_answer", "declined", "not_in_service", "not_reachable", "failed", "hung_up"]
        | None
    ) = Field(
        description="of a call the agent made: why nobody came on the line; `hung_up`: the agent did not wait"
    )
    held_since: datetime | None
    recording: RecordingShown | None = Field(description="null: this conversation has not been recorded")
    is_hold_long: bool = Field(description="nobody has talked to the customer for minutes")
    parties: list[PartyView] = Field(
        description="who is in the call; empty while agent and customer are alone"
    )
    guest_ended: str | None = Field(
        description="what became of the last guest: left, busy, no-answer, failed, canceled, completed; null: none yet"
    )
    chat: ChatVisitorView | None = Field(description="of a web chat: what is known of the visitor")
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
    topic: str | None = Field(
        default=None,
        max_length=64,
        description="what it was about, as the agent says (`GET /topics`); null: not judged",
    )


class CustomerChoice(Schema):
    """The agent's word on who is calling; `null` means none of the candidates."""

    customer_id: UUID | None
