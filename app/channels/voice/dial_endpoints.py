"""Dialling out over REST."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from app.channels.voice import dial_out, reach
from app.channels.voice.dial_check import DialLimitReached, NumberRefused, check_dialable
from app.channels.voice.dial_schemas import DialTask, NewDial
from app.contacts import repository as contact_rows
from app.contacts.service import NewOutbound
from app.core.auth import Permission, Principal
from app.core.db import Reader
from app.core.errors import InvalidInput
from app.core.http import CurrentSettings, Requires, Tx, problem_responses
from app.customers.identify import identify
from app.customers.models import Certain, Likely
from app.customers.phones import normalise
from app.customers.profile import stored_candidates
from app.routing.caller_id import number_shown
from app.routing.errors import AgentNotFree

router = APIRouter(tags=["console"])

Dialler = Annotated[Principal, Depends(Requires(Permission.CALLS_DIAL))]


@router.post(
    "/dial",
    operation_id="dial",
    responses=problem_responses(NumberRefused, DialLimitReached, AgentNotFree, InvalidInput),
)
async def dial(body: NewDial, principal: Dialler, settings: CurrentSettings, tx: Tx) -> DialTask:
    """Call a customer. The contact is in your hands at once; your own phone rings first and is answered by the
    console, then the customer's, and you hear the line. `contact.changed` tells how it goes: `call_state`, and
    `not_reached` with the reason when nobody answers. 422 `number_refused` says why a number is not called, 429
    `dial_limit_reached` that too much was dialled, 409 `agent_not_free` what to finish first."""
    there = await _task(tx, body.task_id, principal.agent_id)
    if there is not None:
        return there
    text, field = await _number(tx, body)
    number = await check_dialable(
        tx,
        settings,
        text,
        dial_id=body.task_id,
        purpose="dial_out",
        agent_id=principal.agent_id,
        field=field,
    )
    queue_id = await _queue(tx, body.queue_id, principal.agent_id)
    found = await identify(tx, address=normalise(number, settings.default_region))
    customer_id = body.customer_id or (found.customer.customer_id if isinstance(found, Certain) else None)
    language = found.customer.language if isinstance(found, Certain) else None
    now: datetime = await tx.fetchval("select switchboard_now()")
    new = NewOutbound(
        channel="voice",
        to_address=number,
        from_address=await number_shown(tx, queue_id),
        customer_id=customer_id,
        identification="certain" if customer_id else "likely" if isinstance(found, Likely) else "unknown",
        candidates=stored_candidates(found.candidates)
        if isinstance(found, Likely) and not customer_id
        else [],
        language=language or await _language(tx, customer_id) or "zh-Hant",
        queue_id=queue_id,
    )
    offer = await dial_out.begin(
        tx,
        new,
        task_id=body.task_id,
        agent_id=principal.agent_id,
        now=now,
        timeout=reach.time_to_join(await reach.of_agent(tx, principal.agent_id), settings),
    )
    return DialTask(task_id=body.task_id, contact_id=offer.contact_id, number=number)


async def _task(reader: Reader, task_id: UUID, agent_id: UUID) -> DialTask | None:
    row = await reader.fetchrow("select agent_id, contact_id, number from dial_tasks where id = $1", task_id)
    if row is None:
        return None
    if row["agent_id"] != agent_id:
        raise InvalidInput.of("task_id", "this id belongs to another call; make a new one")
    return DialTask(task_id=task_id, contact_id=row["contact_id"], number=row["number"])


async def _number(reader: Reader, body: NewDial) -> tuple[str, str]:
    """What is to be dialled, and which field said so. Raises InvalidInput or ContactNotFound."""
    if body.number is not None:
        return body.number, "number"
    if body.contact_id is not None:
        number = (await contact_rows.get(reader, body.contact_id)).customer_address
        if number is None:
            raise InvalidInput.of("contact_id", "the customer's number was withheld; type one")
        return number, "contact_id"
    number = await reader.fetchval(
        """select value from identities where customer_id = $1 and kind = 'phone' and not is_former
           order by is_verified desc, confirmations desc, created_at limit 1""",
        body.customer_id,
    )
    if number is None:
        raise InvalidInput.of("customer_id", "no telephone number is known of this customer; type one")
    return str(number), "customer_id"


async def _queue(reader: Reader, wanted: UUID | None, agent_id: UUID) -> UUID:
    """The queue on whose behalf is called. Raises InvalidInput."""
    found: UUID | None = await reader.fetchval(
        """select q.id from queues q left join agent_queues a on a.queue_id = q.id and a.agent_id = $2
           where $1::uuid is null or q.id = $1 order by a.rank nulls last, q.key limit 1""",
        wanted,
        agent_id,
    )
    if found is None:
        raise InvalidInput.of("queue_id", "there is no such queue")
    return found


async def _language(reader: Reader, customer_id: UUID | None) -> str | None:
    language: str | None = await reader.fetchval("select language from customers where id = $1", customer_id)
    return language
