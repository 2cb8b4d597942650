"""What the widget asks beside the messages: the FAQ, files, who the visitor says they are, a callback, a rating."""

from datetime import datetime
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from app.channels.chat import conversing, faq, file_types, files, rating, visitors
from app.channels.chat.command_schemas import (
    CallbackTaken,
    CallbackWish,
    ChatSearch,
    Details,
    LeftMessage,
    NewRating,
    SearchVerdict,
    Uploaded,
)
from app.channels.chat.errors import Blocked, FileRefused, OriginRefused, VisitorUnknown
from app.channels.chat.guarding import Address, TheDesk, TokenVisitor, VisitorChecked
from app.channels.chat.identifying import known_as
from app.channels.chat.naming import CHANNEL
from app.channels.chat.opening import show_visitor
from app.channels.chat.reading import message_view
from app.channels.chat.schemas import ChatMessage
from app.channels.chat.visitors import Visitor
from app.contacts import conversations
from app.core import buckets, serving
from app.core.buckets import Rate
from app.core.db import Reader, Transaction
from app.core.errors import Conflict, InvalidInput, NotFound, TooManyAttempts, Unavailable
from app.core.http import Public, problem_responses
from app.core.settings import Settings
from app.customers.dialable import rules_of, why_not_dialled
from app.customers.models import Certain, IdentityKind, Likely
from app.customers.profile import stored_candidates, stored_identity
from app.faq.models import Language
from app.routing import callbacks
from app.selfservice.locales import Locale

router = APIRouter(prefix="/chat", tags=["chat"])
PROBLEMS = (VisitorUnknown, OriginRefused)
SEARCHES_OF_ADDRESS = Rate(120, 2.0)
CALLBACKS_OF_ADDRESS = Rate(5, 1 / 600)
LEFT_MESSAGES_OF_ADDRESS = Rate(20, 1 / 30)
FileSigned = Public("the address of a file is signed and good for an hour")


async def _now(reader: Reader) -> datetime:
    now: datetime = await reader.fetchval("select switchboard_now()")
    return now


@router.get(
    "/faq",
    operation_id="chat_faq",
    dependencies=[Depends(VisitorChecked)],
    responses=problem_responses(*PROBLEMS, TooManyAttempts),
)
async def chat_faq(
    visitor: TokenVisitor,
    desk: TheDesk,
    address: Address,
    q: Annotated[str, Query(min_length=1, max_length=500)],
    locale: Locale | None = None,
) -> ChatSearch:
    """What the FAQ knows, of what the public may read. Logged: ask on a pause in typing."""
    async with desk.database.transaction() as tx:
        await buckets.require(tx, f"chat.faq:{address}", SEARCHES_OF_ADDRESS, "questions")
        language = Language((locale or Locale(visitor.locale)).value)
        return await faq.ask(tx, q, language, now=await _now(tx))


@router.post(
    "/faq/{search_id}/outcome",
    operation_id="chat_faq_outcome",
    dependencies=[Depends(VisitorChecked)],
    status_code=204,
    responses=problem_responses(*PROBLEMS, NotFound),
)
async def chat_faq_outcome(
    search_id: UUID, body: SearchVerdict, visitor: TokenVisitor, desk: TheDesk
) -> None:
    """What became of a found article."""
    async with desk.database.transaction() as tx:
        await faq.judge(tx, search_id, body, Language(visitor.locale), now=await _now(tx))


@router.post(
    "/uploads",
    operation_id="chat_upload",
    dependencies=[Depends(VisitorChecked)],
    status_code=201,
    responses=problem_responses(*PROBLEMS, FileRefused, Blocked, TooManyAttempts, Unavailable),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def chat_upload(
    visitor: TokenVisitor,
    desk: TheDesk,
    address: Address,
    request: Request,
    name: Annotated[str, Query(max_length=300)] = "file",
) -> Uploaded:
    """A file for a message to name; its bytes are the body. What it is, the bytes say."""
    if not await _takes_files(desk, visitor):
        raise FileRefused("off: this site takes no files")
    data = await _body(request, desk.settings.chat_file_max_mb * 1024 * 1024)
    upload = await desk.take_file(visitor, data, name, address)
    return Uploaded(
        upload_id=upload.id, name=upload.name, content_type=upload.content_type, size_bytes=upload.size_bytes
    )


async def _body(request: Request, limit: int) -> bytes:
    """Read no more than one byte over the limit, which `files.check` refuses."""
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > limit:
            break
    return bytes(data[: limit + 1])


async def _takes_files(desk: TheDesk, visitor: Visitor) -> bool:
    async with desk.database.transaction() as tx:
        return (await conversing.site_of(tx, desk.settings, visitor)).key.has("files")


@router.get(
    "/files/{attachment_id}",
    operation_id="chat_file",
    dependencies=[Depends(FileSigned)],
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}, **problem_responses(NotFound)},
)
async def chat_file(
    attachment_id: UUID,
    expires: Annotated[int, Query(ge=0, le=2**40)],
    signature: Annotated[str, Query(max_length=100)],
    desk: TheDesk,
    request: Request,
) -> Response:
    """A file of a message, by its signed address. A browser runs nothing of it; pictures may be shown."""
    async with desk.database.read() as reader:
        stored, name = await files.find(
            reader,
            desk.settings,
            attachment_id,
            expires=expires,
            signature=signature,
            now=await _now(reader),
        )
    kind = "inline" if stored.content_type in file_types.PICTURES else "attachment"
    headers = {
        # RFC 6266, section 4.3: filename* for what is not ASCII
        "Content-Disposition": f"{kind}; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "Cross-Origin-Resource-Policy": "cross-origin",  # shown in pages of the sites
        "Cache-Control": "private, max-age=3600",
        "X-Content-Type-Options": "nosniff",
    }
    return await serving.answer(request, desk.store, stored, headers)


@router.post(
    "/details",
    operation_id="chat_details",
    dependencies=[Depends(VisitorChecked)],
    status_code=204,
    responses=problem_responses(*PROBLEMS, InvalidInput),
)
async def chat_details(visitor: TokenVisitor, body: Details, desk: TheDesk) -> None:
    """What visitors say of themselves: shown to the agent, proves nothing."""
    async with desk.database.transaction() as tx:
        await _keep_details(tx, desk.settings, visitor, body)


async def _keep_details(tx: Transaction, settings: Settings, visitor: Visitor, said: Details) -> Visitor:
    known = dict(visitor.details)
    if said.name is not None:
        known["name"] = " ".join("".join(c if c.isprintable() else " " for c in said.name).split())
    for field, kind in (("email", IdentityKind.EMAIL), ("phone", IdentityKind.PHONE)):
        text = getattr(said, field)
        if text is not None:
            known[field] = _identity(settings, field, kind, text) if text.strip() else None
    found = await conversations.current(tx, CHANNEL, visitor.conversation_address, visitor.widget_key)
    if found is not None and found.contact_id is not None:
        await conversing.hold(tx, found.contact_id)
    changed = await visitors.change(tx, visitor.id, {"details": known})
    if found is not None and found.contact_id is not None:
        await show_visitor(tx, found.contact_id, changed)
    return changed


def _identity(settings: Settings, field: str, kind: IdentityKind, text: str) -> str:
    try:
        return stored_identity(kind, text, region=settings.default_region).value
    except InvalidInput as error:
        raise InvalidInput.of(field, error.errors[0].message if error.errors else error.detail) from None


@router.post(
    "/left-messages",
    operation_id="chat_leave_message",
    dependencies=[Depends(VisitorChecked)],
    status_code=201,
    responses=problem_responses(*PROBLEMS, InvalidInput, Blocked, TooManyAttempts),
)
async def chat_leave_message(
    visitor: TokenVisitor, body: LeftMessage, desk: TheDesk, address: Address
) -> ChatMessage:
    """Leave a message while nobody is there. It waits for the opening and is never turned away."""
    if not (body.email or body.phone or visitor.email or visitor.details.get("phone")):
        raise InvalidInput.of("email", "give a mail address or a telephone number for the answer")
    async with desk.database.transaction() as tx:
        await buckets.require(tx, f"chat.left:{address}", LEFT_MESSAGES_OF_ADDRESS, "messages")
        known = await _keep_details(tx, desk.settings, visitor, body)
        site = await conversing.site_of(tx, desk.settings, known)
        now = await _now(tx)
        message = await conversing.leave_message(
            tx, site, known, client_id=body.client_id, body=body.body, now=now
        )
    return message_view(message, desk.settings, now)


@router.post(
    "/callbacks",
    operation_id="chat_callback",
    dependencies=[Depends(VisitorChecked)],
    status_code=201,
    responses=problem_responses(*PROBLEMS, InvalidInput, Blocked, NotFound, TooManyAttempts),
)
async def chat_callback(
    visitor: TokenVisitor, body: CallbackWish, desk: TheDesk, address: Address
) -> CallbackTaken:
    """Ask to be called. A number that waits for a call of this queue already keeps that one."""
    number = _identity(desk.settings, "phone", IdentityKind.PHONE, body.phone)
    if (why := why_not_dialled(number, rules_of(desk.settings))) is not None:
        raise InvalidInput.of("phone", why)
    async with desk.database.transaction() as tx:
        await visitors.check_not_blocked(tx, visitor)
        site = await conversing.site_of(tx, desk.settings, visitor)
        if not site.key.has("callback"):
            raise NotFound("this site offers no callbacks")
        await buckets.require(tx, f"chat.callbacks:{address}", CALLBACKS_OF_ADDRESS, "callbacks")
        who = await known_as(tx, desk.settings, visitor)
        certain = who.customer if isinstance(who, Certain) else None
        wish = callbacks.CallbackWish(
            source="web",
            number=number,
            queue_id=site.key.queue_id,
            customer_id=certain.customer_id if certain else None,
            identification="certain" if certain else "likely" if isinstance(who, Likely) else "unknown",
            candidates=stored_candidates(who.candidates) if isinstance(who, Likely) else [],
            language=visitor.locale,
            not_before=body.not_before,
        )
        made = await callbacks.request_for_number(tx, wish, now=await _now(tx))
    return CallbackTaken(callback_id=made.id, due_at=made.due_at)


@router.post(
    "/rating",
    operation_id="chat_rating",
    dependencies=[Depends(VisitorChecked)],
    status_code=204,
    responses=problem_responses(*PROBLEMS, NotFound, Conflict),
)
async def chat_rating(visitor: TokenVisitor, body: NewRating, desk: TheDesk) -> None:
    """How it was, once the chat is over."""
    async with desk.database.transaction() as tx:
        asking = await desk.asking(tx, visitor)
        await rating.rate(tx, asking, body.score, body.comment)
