"""Conversations by message: read, write, open a file. What follows from a command arrives on the agent's stream."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from app.console.message_schemas import MessagePage, MessagesReadTo, MessageView, NewMessage
from app.console.message_views import message_view
from app.contacts import conversations, messages, opt_outs
from app.contacts import repository as contact_rows
from app.contacts.errors import CannotWrite, ContactNotFound, OptedOut
from app.core import objects, serving
from app.core.auth import Permission, Principal
from app.core.errors import InvalidInput, NotFound
from app.core.http import Requires, Tx, database_of, problem_responses
from app.routing.errors import NotYourContact

router = APIRouter(tags=["messages"])

ContactHandler = Annotated[Principal, Depends(Requires(Permission.CONTACTS_HANDLE_OWN))]
CustomerReader = Annotated[Principal, Depends(Requires(Permission.CUSTOMERS_READ))]
PageSize = Annotated[int, Query(ge=1, le=200)]
LONGEST_SMS = 1600  # https://www.twilio.com/docs/glossary/what-sms-character-limit


@router.get(
    "/contacts/{contact_id}/messages",
    operation_id="contact_messages",
    responses=problem_responses(ContactNotFound),
)
async def contact_messages(
    contact_id: UUID,
    principal: CustomerReader,
    request: Request,
    before: Annotated[int | None, Query(ge=1)] = None,
    limit: PageSize = 50,
) -> MessagePage:
    """The conversation this contact belongs to, earlier contacts of it included: the newest messages, or those before
    number `before`. A contact without messages has an empty one."""
    async with database_of(request).read(snapshot=True) as reader:
        await contact_rows.get(reader, contact_id)
        found = await conversations.of_contact(reader, contact_id)
        if found is None:
            return MessagePage(
                conversation_id=None,
                address=None,
                is_opted_out=False,
                messages=[],
                agent_read=0,
                next_before=None,
            )
        page = await messages.page(reader, found.id, before=before, limit=limit)
        is_out = await opt_outs.is_opted_out(reader, found.address, found.our_address)
    return MessagePage(
        conversation_id=found.id,
        address=found.address,
        is_opted_out=is_out,
        messages=[message_view(message) for message in page],
        agent_read=found.agent_read,
        next_before=page[0].seq if page and page[0].seq > 1 else None,
    )


@router.post(
    "/contacts/{contact_id}/messages",
    operation_id="send_message",
    responses=problem_responses(NotYourContact, CannotWrite, OptedOut, InvalidInput),
)
async def send_message(contact_id: UUID, body: NewMessage, principal: ContactHandler, tx: Tx) -> MessageView:
    """Write to the customer. The same `client_id` again returns the message that is there. Answered when it is stored:
    `message.changed` tells how far it got."""
    contact = await contact_rows.get_for_update(tx, contact_id)
    if contact.agent_id != principal.agent_id:
        raise NotYourContact("there is no such contact")
    if contact.channel == "messaging" and len(body.body) > LONGEST_SMS:
        raise InvalidInput.of("body", f"an SMS carries {LONGEST_SMS} characters at most")
    sent = await messages.send(
        tx, contact, agent_id=principal.agent_id, client_id=body.client_id, body=body.body
    )
    return message_view(sent)


@router.put(
    "/contacts/{contact_id}/messages/read",
    operation_id="messages_read",
    status_code=204,
    responses=problem_responses(NotYourContact),
)
async def messages_read(contact_id: UUID, body: MessagesReadTo, principal: ContactHandler, tx: Tx) -> None:
    """Everything up to a number was read; a visitor of a web chat sees it. Going back changes nothing."""
    contact = await contact_rows.get_for_update(tx, contact_id)
    if contact.agent_id != principal.agent_id:
        raise NotYourContact("there is no such contact")
    found = await conversations.of_contact(tx, contact_id)
    if found is not None:
        await messages.read_by_agent(tx, found.id, body.seq)


@router.get(
    "/contacts/{contact_id}/attachments/{attachment_id}",
    operation_id="message_attachment",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}, **problem_responses(NotFound)},
)
async def message_attachment(
    contact_id: UUID, attachment_id: UUID, principal: CustomerReader, request: Request
) -> Response:
    """A file a customer sent. Pictures may be shown in the page; a browser runs nothing of it."""
    async with database_of(request).read() as reader:
        object_id = await reader.fetchval(
            """select f.object_id from message_attachments f join messages m on m.id = f.message_id
               where f.id = $1 and m.contact_id = $2 and f.state = 'stored'""",
            attachment_id,
            contact_id,
        )
        if object_id is None:
            raise NotFound("there is no such file")
        stored = await objects.find(reader, object_id)
    kind = "inline" if stored.content_type.startswith(("image/", "audio/", "video/")) else "attachment"
    headers = {
        "Content-Disposition": f'{kind}; filename="{attachment_id}"',
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "Cache-Control": "private, no-store",
    }
    return await serving.answer(request, request.app.state.files, stored, headers)
