"""How an agent is reached, over REST: at the browser phone, at a number, or at a SIP phone."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from app.channels.voice import reach
from app.channels.voice.dial_check import NumberRefused
from app.channels.voice.reach_schemas import AgentTelephone, NewAgentTelephone
from app.core import audit
from app.core.auth import Permission, Principal
from app.core.db import Reader, Transaction
from app.core.errors import InvalidInput, NotFound
from app.core.http import CurrentSettings, Read, Requires, Tx, problem_responses
from app.core.settings import Settings

router = APIRouter(tags=["supervision: agents"])

Supervisor = Annotated[Principal, Depends(Requires(Permission.TEAM_SUPERVISE))]
Assigner = Annotated[Principal, Depends(Requires(Permission.AGENTS_ASSIGN))]


async def _telephone(reader: Reader, agent_id: UUID) -> AgentTelephone:
    row = await reader.fetchrow(
        "select id as agent_id, reached_by, phone_address, needs_key from agents where id = $1", agent_id
    )
    if row is None:
        raise NotFound("there is no such agent; GET /agents lists them")
    return AgentTelephone.model_validate(dict(row.items()))


@router.get(
    "/agents/{agent_id}/telephone", operation_id="get_agent_telephone", responses=problem_responses(NotFound)
)
async def get_agent_telephone(agent_id: UUID, principal: Supervisor, tx: Read) -> AgentTelephone:
    """How this agent is reached."""
    return await _telephone(tx, agent_id)


@router.put(
    "/agents/{agent_id}/telephone",
    operation_id="set_agent_telephone",
    responses=problem_responses(NotFound, NumberRefused, InvalidInput),
)
async def set_agent_telephone(
    agent_id: UUID,
    body: NewAgentTelephone,
    principal: Assigner,
    settings: CurrentSettings,
    request: Request,
    tx: Tx,
) -> AgentTelephone:
    """Choose how an agent is reached, from the next call on; what rings or talks now goes on. At a number or a SIP
    phone the ringing is the offer, and it is accepted there. The agent still signs in to the console and chooses to be
    available: a telephone alone says nothing of whether somebody is there. 422 `number_refused` says why a number or
    an address is not called. Audited."""
    before = await _telephone(tx, agent_id)
    address = await _address(tx, settings, body)
    await tx.execute(
        "update agents set reached_by = $2, phone_address = $3, needs_key = $4 where id = $1",
        agent_id,
        body.reached_by,
        address,
        body.reached_by != "sip" or body.needs_key,
    )
    after = await _telephone(tx, agent_id)
    await _note(tx, request, principal, before, after)
    return after


async def _address(tx: Transaction, settings: Settings, body: NewAgentTelephone) -> str | None:
    if body.reached_by == "browser":
        if body.phone_address is not None:
            raise InvalidInput.of("phone_address", "must be null for the browser; or choose phone or sip")
        return None
    if body.phone_address is None:
        raise InvalidInput.of("phone_address", f"is needed to be reached by {body.reached_by}")
    if reach.is_sip(body.phone_address.strip()) != (body.reached_by == "sip"):
        wanted = "a SIP address (sip:…)" if body.reached_by == "sip" else "a telephone number"
        raise InvalidInput.of("phone_address", f"must be {wanted} to be reached by {body.reached_by}")
    return await reach.address_to_ring(tx, settings, body.phone_address)


async def _note(
    tx: Transaction, request: Request, principal: Principal, before: AgentTelephone, after: AgentTelephone
) -> None:
    if before == after:
        return
    actor = audit.Actor("agent", principal.agent_id, request.client.host if request.client else None)
    await audit.record(
        tx,
        actor=actor,
        action="agent.telephone_set",
        object=f"agent:{after.agent_id}",
        before=before.model_dump(mode="json", exclude={"agent_id"}),
        after=after.model_dump(mode="json", exclude={"agent_id"}),
    )
