"""The screen-pop: everything an agent should know before saying hello, gathered in one go."""

from collections.abc import Sequence
from typing import Any

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
from app.customers.profile import Card, Order


async def screen_pop(reader: Reader, contact: Contact, *, locale: str) -> ScreenPop:
    """Gather it for one contact; titles of articles in the agent's `locale` where there is one."""
    return (await screen_pops(reader, [(contact, locale)]))[0]


async def screen_pops(reader: Reader, wanted: Sequence[tuple[Contact, str]]) -> list[ScreenPop]:
    """Gather it for several contacts, each with the locale of its agent; as many round trips as for one."""
    known = [(c.customer_id, locale, c) for c, locale in wanted if c.customer_id is not None]
    ids = list({customer_id for customer_id, _, _ in known})
    cards = {one: _card(found) for one, found in (await profile.cards(reader, ids)).items()}
    orders = {one: _orders(found) for one, found in (await profile.orders_of(reader, ids)).items()}
    topics = iter(await history.usual_topics_of(reader, [(one, locale) for one, locale, _ in known]))
    past = iter(await history.past_contacts_of(reader, known) if known else [])
    return [
        ScreenPop(
            identification=Identification(contact.identification),
            language=contact.language,
            customer=cards[contact.customer_id] if contact.customer_id else None,
            candidates=[] if contact.customer_id else await _candidates(reader, contact),
            self_service=self_service(contact.summary),
            usual_topics=next(topics) if contact.customer_id else [],
            past_contacts=next(past) if contact.customer_id else [],
            orders=orders[contact.customer_id] if contact.customer_id else [],
        )
        for contact, _ in wanted
    ]


async def _candidates(reader: Reader, contact: Contact) -> list[CustomerCandidate]:
    return [
        CustomerCandidate(
            customer_id=c.customer.customer_id,
            display_name=c.customer.display_name,
            tier=c.customer.tier,
            reason=c.reason.value,
            last_contact_at=c.last_contact_at,
        )
        for c in await profile.candidates(reader, contact.candidates)
    ]


def _card(card: Card) -> CustomerCard:
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


def _orders(orders: Sequence[Order]) -> list[OrderView]:
    return [
        OrderView(
            number=order.number,
            placed_at=order.placed_at,
            status=order.status,
            total_minor=order.total_minor,
            currency=order.currency,
            items=list(order.items),
        )
        for order in orders
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
