"""Turns rows into what the console shows."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.agents import states
from app.agents.presence import Facts, activity
from app.agents.states import AgentRow
from app.console.schemas import (
    AgentState,
    ContactView,
    DispositionOption,
    Engagement,
    NoteView,
    OfferView,
    QueueFigures,
    TouchpointView,
)
from app.console.screen_pop import screen_pop, screen_pops
from app.contacts import service as contacts
from app.contacts.models import Contact
from app.core.db import Reader
from app.core.errors import NotFound
from app.routing import offers
from app.routing.offers import Offer, OfferState
from app.touchpoints.timeline import TimelineLine


async def agent_state(reader: Reader, agent_id: UUID) -> AgentState:
    """Presence and activity of one agent. Raises NotFound."""
    found = await agent_states(reader, [agent_id])
    if not found:
        raise NotFound("there is no such agent")
    return found[0]


async def agent_states(reader: Reader, agent_ids: Sequence[UUID]) -> list[AgentState]:
    """Presence and activity of these agents, in their order; those who are no more are left out."""
    live = await offers.live_of_agents(reader, agent_ids)
    rows = {row.agent_id: row for row in await states.get_many(reader, agent_ids)}
    return [_agent_state(rows[agent_id], live[agent_id]) for agent_id in agent_ids if agent_id in rows]


def _agent_state(row: AgentRow, live: list[Offer]) -> AgentState:
    facts = Facts(
        is_not_responding=row.not_responding_since is not None,
        has_accepted_offer=any(o.state == OfferState.ACCEPTED for o in live),
        has_pending_offer=any(o.state != OfferState.ACCEPTED for o in live),
        wrap_up_until=row.wrap_up_until,
        is_engaged=row.engagement is not None,
    )
    return AgentState(
        agent_id=row.agent_id,
        presence=row.presence,
        presence_reason=row.presence_reason,
        presence_since=row.presence_since,
        activity=activity(facts),
        activity_since=row.activity_since,
        wrap_up_until=row.wrap_up_until,
        engagement=Engagement.model_validate(row.engagement) if row.engagement else None,
    )


async def offer_view(reader: Reader, offer: Offer, contact: Contact) -> OfferView:
    """An offer with its screen-pop, in the locale of the agent it is made to."""
    return (await offer_views(reader, [(offer, contact)]))[0]


async def offer_views(reader: Reader, made: Sequence[tuple[Offer, Contact]]) -> list[OfferView]:
    """The same for several offers."""
    names = await _by_id(
        reader, "select id, name from queues where id = any($1)", [c.queue_id for _, c in made]
    )
    locales = await _by_id(
        reader, "select id, locale from agents where id = any($1)", [o.agent_id for o, _ in made]
    )
    pops = await screen_pops(
        reader, [(contact, locales.get(offer.agent_id, "en")) for offer, contact in made]
    )
    return [
        OfferView(
            offer_id=offer.id,
            contact_id=contact.id,
            state=offer.state,
            channel=contact.channel,
            queue_name=names.get(contact.queue_id, ""),
            made_at=offer.made_at,
            expires_at=offer.expires_at,
            waiting_since=contact.queued_at or contact.opened_at,
            from_address=contact.customer_address,
            is_by_phone=offer.is_by_phone,
            screen_pop=pop,
        )
        for (offer, contact), pop in zip(made, pops, strict=True)
    ]


async def _by_id(reader: Reader, sql: str, ids: Sequence[UUID | None]) -> dict[UUID | None, str]:
    return {row[0]: row[1] for row in await reader.fetch(sql, list(set(ids)))}


async def contact_view(reader: Reader, contact: Contact, *, locale: str) -> ContactView:
    """A contact in an agent's hands."""
    media = contact.media
    return ContactView(
        contact_id=contact.id,
        channel=contact.channel,
        direction="outbound" if contact.direction == "outbound" else "inbound",
        state=contact.state,
        outcome=contact.outcome,
        queue_name=await queue_name(reader, contact.queue_id),
        from_address=contact.customer_address,
        opened_at=contact.opened_at,
        queued_at=contact.queued_at,
        accepted_at=contact.accepted_at,
        ended_at=contact.ended_at,
        wrap_up_until=contact.wrap_up_until,
        call_state=media.get("call_state"),
        pending_command=media.get("pending_command"),
        command_error=media.get("command_error"),
        not_reached=media.get("not_reached"),
        held_since=_time(media.get("held_since")),
        recording=media.get("recording"),
        is_hold_long=media.get("is_hold_long", False),
        parties=media.get("parties", []),
        guest_ended=media.get("guest_ended"),
        chat=media.get("chat"),
        notes=[
            NoteView(note_id=n.id, body=n.body, agent_name=n.agent_name, at=n.at)
            for n in await contacts.notes(reader, contact.id)
        ],
        dispositions=await contacts.dispositions(reader, contact.id),
        screen_pop=await screen_pop(reader, contact, locale=locale),
        version=contact.version,
    )


def _time(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def touchpoint_view(line: TimelineLine) -> TouchpointView:
    """One line of the timeline."""
    return TouchpointView.model_validate(
        {
            "touchpoint_id": line.id,
            "contact_id": line.contact_id,
            "kind": line.kind,
            "channel": line.channel,
            "at": line.at,
            "actor": line.actor_kind,
            "actor_name": line.actor_name,
            "data": line.data,
        }
    )


async def queue_name(reader: Reader, queue_id: UUID | None) -> str | None:
    """The queue's name."""
    name: str | None = await reader.fetchval("select name from queues where id = $1", queue_id)
    return name


async def agent_locale(reader: Reader, agent_id: UUID) -> str:
    """The language the agent works in."""
    locale: str | None = await reader.fetchval("select locale from agents where id = $1", agent_id)
    return locale or "en"


async def queue_figures(reader: Reader, agent_id: UUID) -> list[QueueFigures]:
    """How the agent's queues stand."""
    return (await queue_figures_of(reader, [agent_id]))[agent_id]


async def queue_figures_of(reader: Reader, agent_ids: Iterable[UUID]) -> dict[UUID, list[QueueFigures]]:
    """How the queues of several agents stand; each contact is counted once, however many agents look."""
    found: dict[UUID, list[QueueFigures]] = {agent_id: [] for agent_id in agent_ids}
    rows = await reader.fetch(
        """with standing as (
             select queue_id, count(*) as waiting, min(queued_at) as longest_since
             from contacts where state = 'queued' group by queue_id)
           select aq.agent_id, q.id, q.name, coalesce(s.waiting, 0) as waiting, s.longest_since
           from agent_queues aq join queues q on q.id = aq.queue_id left join standing s on s.queue_id = q.id
           where aq.agent_id = any($1) order by aq.rank, q.name""",
        list(found),
    )
    for r in rows:
        figures = QueueFigures(
            queue_id=r["id"], name=r["name"], waiting=r["waiting"], longest_since=r["longest_since"]
        )
        found[r["agent_id"]].append(figures)
    return found


async def disposition_options(reader: Reader) -> list[DispositionOption]:
    """The outcome codes an agent may choose."""
    rows = await reader.fetch("select code, labels from dispositions where is_active order by position, code")
    return [DispositionOption(code=r["code"], labels=r["labels"]) for r in rows]
