"""Lines in the audit log for changes of articles: what was before and after, the changed fields alone."""

from typing import Any
from uuid import UUID

from fastapi import Request

from app.core import audit
from app.core.auth import Principal
from app.core.db import Transaction
from app.faq.differences import differences
from app.faq.entries import entry_to_json
from app.faq.models import Article

SYSTEM = audit.Actor("system")


def actor_of(request: Request, principal: Principal) -> audit.Actor:
    """The signed-in agent, with the address of the request."""
    return audit.Actor("agent", principal.agent_id, request.client.host if request.client else None)


def state_of(article: Article) -> dict[str, Any]:
    """What a command may change of an article."""
    return {
        "status": article.status.value,
        "latest_version": article.latest_version,
        "published_version": article.published_version,
        "publish_at": article.publish_at.isoformat() if article.publish_at else None,
        "publish_version": article.publish_version,
        "entry": entry_to_json(article.entry),
    }


async def note_article(
    tx: Transaction, actor: audit.Actor, action: str, article_id: UUID, before: Article | None, after: Article
) -> None:
    """Write what a command changed; nothing when it changed nothing. Call it last: it holds the chain."""
    changes = differences(state_of(before) if before else {}, state_of(after))
    if changes:
        await audit.record(
            tx,
            actor=actor,
            action=action,
            object=f"article:{article_id}",
            before={change["field"]: change["before"] for change in changes} if before else None,
            after={change["field"]: change["after"] for change in changes},
        )
