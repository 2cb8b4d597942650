"""A supervisor's commands on contacts: they act at once, are audited, and may be repeated."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from app.contacts.errors import ContactNotFound
from app.contacts.lifecycle import Outcome
from app.core import inbox
from app.core.auth import Permission, Principal
from app.core.db import Reader, Transaction
from app.core.http import Requires, Tx, problem_responses
from app.routing import supervising
from app.routing.supervising import NotPossibleNow, Supervisor
from app.supervision.auditing import note
from app.supervision.contact_schemas import (
    Assignment,
    DirectedContact,
    End,
    NewPriority,
    NewQueue,
    TakeBack,
)

router = APIRouter(tags=["supervision: contacts"])

Director = Annotated[Principal, Depends(Requires(Permission.CONTACTS_DIRECT))]
Ender = Annotated[Principal, Depends(Requires(Permission.CONTACTS_END))]
REFUSALS = problem_responses(ContactNotFound, NotPossibleNow)
TAKE_BACK_SOURCE = "supervision.take_back"

_STANDING = """
select c.id as contact_id, c.channel, c.state, c.outcome, c.queue_id, q.name as queue_name, c.priority, c.age_credit,
       c.queued_at, coalesce(o.agent_id, case when c.state in ('active', 'wrap_up') then c.agent_id end) as agent_id,
       c.assigned_agent, c.assigned_until, c.version
from contacts c left join queues q on q.id = c.queue_id
left join lateral (select agent_id from offers o where o.contact_id = c.id
                   and o.state in ('pending', 'accepting', 'accepted') order by o.made_at limit 1) o on true
where c.id = $1"""
_AUDITED = (
    "state",
    "outcome",
    "queue_id",
    "priority",
    "age_credit",
    "agent_id",
    "assigned_agent",
    "assigned_until",
)


async def _standing(reader: Reader, contact_id: UUID) -> DirectedContact:
    row = await reader.fetchrow(_STANDING, contact_id)
    if row is None:
        raise ContactNotFound("there is no such contact")
    return DirectedContact.model_validate(dict(row.items()))


def _audited(contact: DirectedContact, **more: Any) -> dict[str, Any]:
    shown = contact.model_dump(mode="json")
    return {**{name: shown[name] for name in _AUDITED}, **more}


class _Command:
    """One command: where the contact stood before, and the line in the audit log after."""

    def __init__(self, tx: Transaction, request: Request, principal: Principal, contact_id: UUID):
        self._tx = tx
        self._request = request
        self._principal = principal
        self._contact_id = contact_id
        self.by = Supervisor(principal.agent_id, principal.display_name)

    async def begin(self) -> "_Command":
        """Lock the contact and look. Raises ContactNotFound."""
        await self._tx.execute("select from contacts where id = $1 for update", self._contact_id)
        self._before = await _standing(self._tx, self._contact_id)
        return self

    async def done(self, action: str, **more: Any) -> DirectedContact:
        """Where the contact stands now; audited when that is not as before."""
        after = await _standing(self._tx, self._contact_id)
        shown, changed = _audited(self._before), _audited(after)
        await note(
            self._tx,
            self._request,
            self._principal,
            action=action,
            object=f"contact:{self._contact_id}",
            before=shown,
            after={**changed, **more} if changed != shown else changed,
        )
        return after


async def _now(reader: Reader) -> datetime:
    now: datetime = await reader.fetchval("select switchboard_now()")
    return now


@router.put("/contacts/{contact_id}/priority", operation_id="set_contact_priority", responses=REFUSALS)
async def set_contact_priority(
    contact_id: UUID, body: NewPriority, principal: Director, request: Request, tx: Tx
) -> DirectedContact:
    """Change the priority of a waiting contact; its place changes at once. 409 when it does not wait."""
    command = await _Command(tx, request, principal, contact_id).begin()
    await supervising.reprioritise(tx, contact_id, body.priority, command.by)
    return await command.done("contact.reprioritised")


@router.put("/contacts/{contact_id}/queue", operation_id="move_contact", responses=REFUSALS)
async def move_contact(
    contact_id: UUID, body: NewQueue, principal: Director, request: Request, tx: Tx
) -> DirectedContact:
    """Let a waiting contact wait in another queue, with its age or as a new one. An offer that rings is withdrawn.
    409 when it does not wait, when an agent has just accepted it, or when that queue is closed."""
    command = await _Command(tx, request, principal, contact_id).begin()
    await supervising.move_to_queue(
        tx, contact_id, body.queue_id, keep_age=body.age == "keep", now=await _now(tx), by=command.by
    )
    return await command.done("contact.moved", age=body.age)


@router.put("/contacts/{contact_id}/agent", operation_id="assign_contact", responses=REFUSALS)
async def assign_contact(
    contact_id: UUID, body: Assignment, principal: Director, request: Request, tx: Tx
) -> DirectedContact:
    """Give a waiting contact to one agent, before everything else; offered at once when they are free. Queue and
    skills are not asked about. It ends when the limit is over, or the agent declines, misses it or goes offline.
    409 when it does not wait or the agent is offline."""
    command = await _Command(tx, request, principal, contact_id).begin()
    limit = timedelta(seconds=body.limit_seconds) if body.limit_seconds is not None else None
    await supervising.assign(tx, contact_id, body.agent_id, limit=limit, now=await _now(tx), by=command.by)
    return await command.done("contact.assigned")


@router.delete("/contacts/{contact_id}/agent", operation_id="unassign_contact", responses=REFUSALS)
async def unassign_contact(
    contact_id: UUID, principal: Director, request: Request, tx: Tx
) -> DirectedContact:
    """Ask everybody in the queue again."""
    command = await _Command(tx, request, principal, contact_id).begin()
    await supervising.unassign(tx, contact_id, command.by)
    return await command.done("contact.unassigned")


@router.post("/contacts/{contact_id}/take-back", operation_id="take_contact_back", responses=REFUSALS)
async def take_contact_back(
    contact_id: UUID, body: TakeBack, principal: Director, request: Request, tx: Tx
) -> DirectedContact:
    """Withdraw the offer that rings, or take the contact out of the agent's hands: it waits at its original place.
    409 when nobody has it."""
    command = await _Command(tx, request, principal, contact_id).begin()
    if await inbox.take(tx, TAKE_BACK_SOURCE, str(body.command_id)):
        await supervising.take_back(tx, contact_id, command.by)
    return await command.done("contact.taken_back")


@router.post("/contacts/{contact_id}/end", operation_id="end_contact", responses=REFUSALS)
async def end_contact(
    contact_id: UUID, body: End, principal: Ender, request: Request, tx: Tx
) -> DirectedContact:
    """Close a contact in any state, with an outcome and the reason; a call is hung up. 409 when it was closed with
    another outcome."""
    command = await _Command(tx, request, principal, contact_id).begin()
    await supervising.end(
        tx, contact_id, Outcome(body.outcome), reason=body.reason, now=await _now(tx), by=command.by
    )
    return await command.done("contact.ended", reason=body.reason)
