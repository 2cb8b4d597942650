"""The house words by REST."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict

from app.core import audit
from app.core.auth import Permission, Principal
from app.core.errors import InvalidInput
from app.core.http import Read, Requires, Tx, problem_responses
from app.faq import synonyms
from app.faq.article_audit import actor_of

router = APIRouter(prefix="/faq", tags=["faq: learning"])

Editor = Annotated[Principal, Depends(Requires(Permission.FAQ_EDIT))]
Publisher = Annotated[Principal, Depends(Requires(Permission.FAQ_PUBLISH))]


class SynonymView(BaseModel):
    """`term` in a question also searches for `replacement`; `weight` above 0 and at most 1 says how much it counts."""

    id: UUID
    term: str
    replacement: str
    weight: float
    created_at: datetime
    created_by_name: str | None


class NewSynonym(BaseModel):
    """The same pair again sets the weight."""

    model_config = ConfigDict(extra="forbid")

    term: str
    replacement: str
    weight: float = 0.5


@router.get("/synonyms", operation_id="list_synonyms")
async def list_synonyms(principal: Editor, tx: Read) -> list[SynonymView]:
    """Every synonym, by term."""
    return [SynonymView.model_validate(one, from_attributes=True) for one in await synonyms.synonyms(tx)]


@router.post(
    "/synonyms", operation_id="add_synonym", status_code=201, responses=problem_responses(InvalidInput)
)
async def add_synonym(body: NewSynonym, principal: Publisher, request: Request, tx: Tx) -> SynonymView:
    """Let a word of a question also find another, from the next search on; both scripts of Chinese at once."""
    made = await synonyms.add_synonym(
        tx,
        term=body.term,
        replacement=body.replacement,
        weight=body.weight,
        now=await tx.fetchval("select switchboard_now()"),
        by=principal.agent_id,
    )
    (view,) = [one for one in await synonyms.synonyms(tx) if one.id == made]
    await audit.record(
        tx,
        actor=actor_of(request, principal),
        action="synonym.set",
        object=f"synonym:{made}",
        after={"term": view.term, "replacement": view.replacement, "weight": view.weight},
    )
    return SynonymView.model_validate(view, from_attributes=True)


@router.delete("/synonyms/{synonym_id}", operation_id="remove_synonym", status_code=204)
async def remove_synonym(synonym_id: UUID, principal: Publisher, request: Request, tx: Tx) -> None:
    """Forget a synonym; removing it twice is no error."""
    if await synonyms.remove_synonym(tx, synonym_id=synonym_id):
        await audit.record(
            tx,
            actor=actor_of(request, principal),
            action="synonym.removed",
            object=f"synonym:{synonym_id}",
        )
