"""The visitor's side by HTTP: session, messages and the long poll for where sockets are blocked."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from app.channels.chat import reading, visitors
from app.channels.chat.command_schemas import (
    ChatConfig,
    ChatFeatures,
    ChatSession,
    ChatTicket,
    ChatWait,
    Identify,
    NewChatSession,
    PolledUpdates,
)
from app.channels.chat.errors import (
    Blocked,
    IdentityConflict,
    IdentityRefused,
    OriginRefused,
    VisitorUnknown,
    WidgetUnknown,
)
from app.channels.chat.file_types import TYPES
from app.channels.chat.guarding import Address, KeyChecked, SiteKey, TheDesk, TokenVisitor, VisitorChecked
from app.channels.chat.keys import FEATURES
from app.channels.chat.opening import queue_hours
from app.channels.chat.schemas import (
    ChatMessage,
    ChatUpdates,
    NewChatMessage,
    Signals,
    StartChat,
)
from app.core.clock import utc_now
from app.core.errors import InvalidInput, NotFound, TooManyAttempts
from app.core.http import problem_responses
from app.routing.estimates import outlook
from app.selfservice.locales import Locale

router = APIRouter(prefix="/chat", tags=["chat"])
KEY_PROBLEMS = (WidgetUnknown, OriginRefused)
VISITOR_PROBLEMS = (VisitorUnknown, OriginRefused)


@router.get(
    "/{key}/config",
    operation_id="chat_config",
    dependencies=[Depends(KeyChecked)],
    responses=problem_responses(*KEY_PROBLEMS),
)
async def chat_config(key: SiteKey, desk: TheDesk) -> ChatConfig:
    """What the widget of this site is drawn with, whether the queue is open, and the wait. May be kept for 30 s."""
    async with desk.database.read() as reader:
        now = await reader.fetchval("select switchboard_now()")
        hours = await queue_hours(reader, key.queue_id)
        ahead = await outlook(reader, key.queue_id) if hours.is_open(now) else None
    wait = None
    if ahead is not None and ahead.waiting == 0 and ahead.free_agents > 0:
        wait = ChatWait(low_seconds=0, high_seconds=0)
    elif ahead is not None and ahead.wait is not None:
        wait = ChatWait(low_seconds=int(ahead.wait.low), high_seconds=int(ahead.wait.high))
    return ChatConfig(
        key=key.key,
        locales=[Locale(one) for one in key.locales],
        locale=Locale(key.locale),
        appearance=key.appearance,
        features=ChatFeatures(**{name: key.has(name) for name in FEATURES}),
        is_open=hours.is_open(now),
        opens_at=hours.opens_at(now),
        wait=wait,
        file_types=list(TYPES),
        file_max_bytes=desk.settings.chat_file_max_mb * 1024 * 1024,
    )


@router.post(
    "/{key}/sessions",
    operation_id="begin_chat_session",
    dependencies=[Depends(KeyChecked)],
    status_code=201,
    responses=problem_responses(*KEY_PROBLEMS, Blocked, TooManyAttempts),
)
async def begin_chat_session(
    key: SiteKey, body: NewChatSession, desk: TheDesk, address: Address
) -> ChatSession:
    """A new visitor: the token is the visitor's secret and is told once, the ticket opens the first socket."""
    locale = key.reads(body.locale)
    visitor, token, ticket = await desk.begin(key, locale=locale.value, address=address, page=body.page)
    return ChatSession(
        visitor_id=visitor.id, token=token, expires_at=utc_now() + desk.lifetime, ticket=ticket
    )


@router.post(
    "/tickets",
    operation_id="chat_ticket",
    dependencies=[Depends(VisitorChecked)],
    status_code=201,
    responses=problem_responses(*VISITOR_PROBLEMS),
)
async def chat_ticket(visitor: TokenVisitor, desk: TheDesk) -> ChatTicket:
    """A ticket for one more socket."""
    async with desk.database.transaction() as tx:
        await visitors.touch(tx, [visitor.id])
        ticket, expires_at = await visitors.issue_ticket(tx, visitor.id)
    return ChatTicket(ticket=ticket, expires_at=expires_at)


@router.get(
    "/updates",
    operation_id="chat_updates",
    dependencies=[Depends(VisitorChecked)],
    responses=problem_responses(*VISITOR_PROBLEMS),
)
async def chat_updates(
    visitor: TokenVisitor,
    desk: TheDesk,
    conversation_id: UUID | None = None,
    after: Annotated[int, Query(ge=0)] = 0,
    state: Annotated[str | None, Query(max_length=64)] = None,
    wait: Annotated[float, Query(ge=0, le=25)] = 25,
) -> PolledUpdates:
    """Long poll: messages after `after` of `conversation_id` and the state, once there is something new against
    these and the state's version `state`, after `wait` seconds at the latest."""
    found = await desk.poll(visitor.id, conversation_id=conversation_id, after=after, state=state, wait=wait)
    return PolledUpdates(updates=found)


@router.get(
    "/messages",
    operation_id="chat_messages",
    dependencies=[Depends(VisitorChecked)],
    responses=problem_responses(*VISITOR_PROBLEMS, NotFound),
)
async def chat_messages(
    visitor: TokenVisitor,
    desk: TheDesk,
    conversation_id: UUID | None = None,
    before: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> list[ChatMessage]:
    """Messages before a number, oldest first: of the conversation that goes on, or of an earlier one of the same
    person, once verified."""
    async with desk.database.read() as reader:
        asking = await desk.asking(reader, visitor)
        return await reading.earlier_messages(
            reader, asking, conversation_id=conversation_id, before=before, limit=limit
        )


@router.post(
    "/messages",
    operation_id="chat_write",
    dependencies=[Depends(VisitorChecked)],
    status_code=201,
    responses=problem_responses(*VISITOR_PROBLEMS, InvalidInput, Blocked, TooManyAttempts),
)
async def chat_write(visitor: TokenVisitor, body: NewChatMessage, desk: TheDesk) -> ChatMessage:
    """Write. The same `client_id` again returns the message that is there; answered after the commit."""
    return await desk.write(visitor.id, body)


@router.post(
    "/start",
    operation_id="chat_start",
    dependencies=[Depends(VisitorChecked)],
    responses=problem_responses(*VISITOR_PROBLEMS, Blocked),
)
async def chat_start(visitor: TokenVisitor, body: StartChat, desk: TheDesk) -> ChatUpdates:
    """Begin the flow before anything is written; harmless when something was."""
    await desk.start(visitor.id)
    async with desk.database.read() as reader:
        return await desk.updates(reader, visitor.id, conversation_id=None, after=0)


@router.post(
    "/end",
    operation_id="chat_end",
    dependencies=[Depends(VisitorChecked)],
    status_code=204,
    responses=problem_responses(*VISITOR_PROBLEMS),
)
async def chat_end(visitor: TokenVisitor, desk: TheDesk) -> None:
    """The visitor ends the chat; harmless when none is open."""
    await desk.end(visitor.id)


@router.post(
    "/signals",
    operation_id="chat_signals",
    dependencies=[Depends(VisitorChecked)],
    status_code=204,
    responses=problem_responses(*VISITOR_PROBLEMS),
)
async def chat_signals(visitor: TokenVisitor, body: Signals, desk: TheDesk) -> None:
    """Typing, how far messages were taken and read, and the page."""
    await desk.signal(visitor.id, body)


@router.post(
    "/identify",
    operation_id="chat_identify",
    dependencies=[Depends(VisitorChecked)],
    responses=problem_responses(*VISITOR_PROBLEMS, IdentityRefused, IdentityConflict, TooManyAttempts),
)
async def chat_identify(
    visitor: TokenVisitor, body: Identify, desk: TheDesk, address: Address
) -> ChatUpdates:
    """The site says who the visitor is; answers what the person sees."""
    await desk.identify(visitor.id, body.identity_token, address)
    async with desk.database.read() as reader:
        return await desk.updates(reader, visitor.id, conversation_id=None, after=0)
