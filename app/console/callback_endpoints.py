"""Callbacks over REST: ask for one, see who waits, call one off.

A public form (rate limits, proof that it is a person) is the web widget's; here a signed-in person asks.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from app.console.callback_schemas import CallbackList, CallbackView, NewCallback
from app.core import audit
from app.core.auth import Permission, Principal
from app.core.db import Reader
from app.core.errors import InvalidInput
from app.core.http import CurrentSettings, Read, Requires, Tx, problem_responses
from app.core.settings import Settings
from app.customers.dialable import rules_of, why_not_dialled
from app.customers.identify import identify
from app.customers.models import Certain, Identified, Likely
from app.customers.phones import Number, normalise
from app.customers.profile import stored_candidates
from app.routing import callback_list, callbacks
from app.routing.callback_list import ListedCallback
from app.routing.callback_rules import First
from app.routing.callbacks import CallbackWish
from app.routing.errors import CallbackNotFound, CallbackOver
from app.touchpoints import log as touchpoints

router = APIRouter(tags=["callbacks"])

Requester = Annotated[Principal, Depends(Requires(Permission.CALLBACKS_REQUEST))]
Viewer = Annotated[Principal, Depends(Requires(Permission.ROUTING_READ))]
Canceller = Annotated[Principal, Depends(Requires(Permission.CONTACTS_END))]
PageSize = Annotated[int, Query(ge=1, le=200)]


async def _now(reader: Reader) -> datetime:
    now: datetime = await reader.fetchval("select switchboard_now()")
    return now


def _view(listed: ListedCallback) -> CallbackView:
    found = listed.callback
    return CallbackView.model_validate(
        {
            "callback_id": found.id,
            "contact_id": found.contact_id,
            "from_contact_id": found.from_contact_id,
            "number": found.number,
            "customer_id": found.customer_id,
            "customer_name": listed.customer_name,
            "queue_id": found.queue_id,
            "queue_name": listed.queue_name,
            "source": found.source,
            "first": found.first.value,
            "state": found.state.value,
            "place": listed.place,
            "place_from": found.place_from,
            "tries": found.tries,
            "max_tries": found.max_tries,
            "next_try_at": listed.next_try_at,
            "last_result": found.last_result,
            "requested_at": found.requested_at,
            "ended_at": found.ended_at,
        }
    )


async def _shown(reader: Reader, callback_id: UUID, settings: Settings) -> CallbackView:
    listed = await callback_list.one(reader, callback_id, site=settings.time_zone)
    if listed is None:
        raise CallbackNotFound("there is no such callback; GET /callbacks lists those that wait")
    return _view(listed)


@router.post("/callbacks", operation_id="request_callback")
async def request_callback(
    body: NewCallback, principal: Requester, settings: CurrentSettings, tx: Tx
) -> CallbackView:
    """Have somebody called back; the place in the queue begins now. A number that waits for a call of this queue
    already keeps that one and its place, so asking twice is harmless. 422 names what cannot be used: a number that is
    none, costs a premium, or is in a country that is not called; a queue that does not exist."""
    address = normalise(body.number, settings.default_region)
    if not isinstance(address, Number):
        raise InvalidInput.of("number", "must be a telephone number, such as 0912 345 678 or +886912345678")
    found = await identify(tx, address=address)
    is_known = isinstance(found, Certain | Likely)
    if (why := why_not_dialled(address.e164, rules_of(settings))) is not None:
        raise InvalidInput.of("number", why)
    wish = CallbackWish(
        source=body.source,
        number=address.e164,
        queue_id=body.queue_id,
        customer_id=found.customer.customer_id if isinstance(found, Certain) else None,
        identification="certain" if isinstance(found, Certain) else "likely" if is_known else "unknown",
        candidates=stored_candidates(found.candidates) if isinstance(found, Likely) else [],
        language=body.language or _language(found),
        reason=body.reason,
        not_before=body.not_before,
        first=First(body.first) if body.first else None,
        time_zone=body.time_zone,
        by=touchpoints.agent(principal.agent_id, principal.display_name),
    )
    callback = await callbacks.request_for_number(tx, wish, now=await _now(tx))
    return await _shown(tx, callback.id, settings)


def _language(found: Identified) -> str:
    return found.customer.language if isinstance(found, Certain) else "zh-Hant"


@router.get("/callbacks", operation_id="list_callbacks")
async def list_callbacks(
    _: Viewer,
    settings: CurrentSettings,
    reader: Read,
    queue_id: Annotated[UUID | None, Query(description="of this queue only")] = None,
    ended: Annotated[bool, Query(description="those that are over, the newest first")] = False,
    limit: PageSize = 100,
) -> CallbackList:
    """Who waits to be called back: number, place in the queue, tries and the next try."""
    found = await callback_list.listed(
        reader, site=settings.time_zone, queue_id=queue_id, ended=ended, limit=limit
    )
    return CallbackList(callbacks=[_view(one) for one in found])


@router.get(
    "/callbacks/{callback_id}", operation_id="get_callback", responses=problem_responses(CallbackNotFound)
)
async def get_callback(callback_id: UUID, _: Viewer, settings: CurrentSettings, reader: Read) -> CallbackView:
    """One callback."""
    return await _shown(reader, callback_id, settings)


@router.post(
    "/callbacks/{callback_id}/cancel",
    operation_id="cancel_callback",
    responses=problem_responses(CallbackNotFound, CallbackOver),
)
async def cancel_callback(
    callback_id: UUID, principal: Canceller, request: Request, settings: CurrentSettings, tx: Tx
) -> CallbackView:
    """Call it off; a telephone that rings is rung off. Twice gives the same answer; 409 `callback_over` when it has
    ended otherwise."""
    before = await _shown(tx, callback_id, settings)
    by = touchpoints.agent(principal.agent_id, principal.display_name)
    await callbacks.cancel(tx, callback_id, now=await _now(tx), by=by)
    after = await _shown(tx, callback_id, settings)
    if before.state != after.state:
        address = request.client.host if request.client else None
        await audit.record(
            tx,
            actor=audit.Actor("agent", principal.agent_id, address),
            action="callback.cancelled",
            object=f"callback:{callback_id}",
            before={"state": before.state, "number": before.number},
            after={"state": after.state},
        )
    return after
