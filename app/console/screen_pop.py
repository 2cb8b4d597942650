"""The screen-pop: everything an agent should know before saying hello, gathered in one go."""

from typing import Any
from uuid import UUID

from app.console import history
from app.console.schemas import (
    CustomerCandidate,
    CustomerCard,
    Identification,
    OrderView,
    PathStep,
    ScreenPop,
    SelfServiceSummary,
)
from app.contacts.models import Contact
from app.core.db import Reader
from app.customers import profile


async def screen_pop(reader: Reader, contact: Contact, *, locale: str) -> ScreenPop:
    """Gather it for one contact; titles of articles in the agent's `locale` where there is one."""
    customer_id = contact.customer_id
    candidates = [] if customer_id else await profile.candidates(reader, contact.candidates)
    return ScreenPop(
        identification=Identification(contact.identification),
        language=contact.language,
        customer=await customer_card(reader, customer_id) if customer_id else None,
        candidates=[
            CustomerCandidate(
                customer_id=c.customer.customer_id,
                display_name=c.customer.display_name,
                tier=c.customer.tier,
                reason=c.reason.value,
                last_contact_at=c.last_contact_at,
            )
            for c in candidates
        ],
        self_service=self_service(contact.summary),
        usual_topics=await history.usual_topics(reader, customer_id, locale=locale) if customer_id else [],
        past_contacts=await history.past_contacts(reader, customer_id, before=contact, locale=locale)
        if customer_id
        else [],
        orders=await orders(reader, customer_id) if customer_id else [],
    )


async def customer_card(reader: Reader, customer_id: UUID) -> CustomerCard:
    """Who the customer is."""
    card = await profile.card(reader, customer_id)
    return CustomerCard(
        customer_id=card.customer_id,
        display_name=card.display_name,
        kind=card.kind,
        tier=card.tier,
        language=card.language,
        customer_since=card.customer_since,
        pinned_note=card.pinned_note,
        phones=list(card.phones),
        emails=list(card.emails),
    )


async def orders(reader: Reader, customer_id: UUID) -> list[OrderView]:
    """The latest orders."""
    return [
        OrderView(
            number=order.number,
            placed_at=order.placed_at,
            status=order.status,
            total_minor=order.total_minor,
            currency=order.currency,
            items=list(order.items),
        )
        for order in await profile.orders(reader, customer_id)
    ]


def self_service(summary: dict[str, Any]) -> SelfServiceSummary:
    """What `contacts.summary` keeps of self-service."""
    return SelfServiceSummary(
        topic=summary.get("topic"),
        topic_label=summary.get("topic_label"),
        question=summary.get("question"),
        article_id=summary.get("article_id"),
        article_title=summary.get("article_title"),
        unsolved_reason=summary.get("unsolved_reason"),
        path=[PathStep.model_validate(step) for step in summary.get("path", [])],
    )
