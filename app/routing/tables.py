"""Reads from the tables what the engine must know, in the engine's own terms. Ids are strings there."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.agents.presence import Presence, may_receive_offers
from app.core.db import Reader, Record

AVAILABLE = "available"
REMEMBER_SECONDS = 3600  # how long the engine knows the ids of ended contacts
OFFER_SECONDS = 20  # how long an offer lives in a queue that was deleted meanwhile
FAILED_PAIR_SKIP = timedelta(seconds=10)  # somebody else first, when connecting this agent has just failed


@dataclass(frozen=True, slots=True)
class AgentFacts:
    """What the engine is told about one agent."""

    id: str
    state: str
    is_lost: bool
    lost_at: datetime | None
    idle_since: datetime
    queues: dict[str, dict[str, int]]
    skills: dict[str, int]
    units: int

    @property
    def abilities(self) -> tuple[Any, ...]:
        """What an `agent.update` is about."""
        return (self.queues, self.skills, self.units)


@dataclass(frozen=True, slots=True)
class Demands:
    """Where a contact belongs and what it needs."""

    queue: str | None
    priority: int
    required_skills: dict[str, int]

    @property
    def fields(self) -> dict[str, Any]:
        """As the engine names them."""
        skills = self.required_skills
        return {
            "queue": self.queue,
            "priority": self.priority,
            "steps": [{"skills": skills, "for": None}] if skills else [],
        }

    def update_of(self, contact: str) -> dict[str, Any]:
        """The event that makes them the contact's."""
        return {"type": "contact.update", "contact": contact, **self.fields}


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """Where one contact stands. `enqueued_at`: seconds, never after the reader's now."""

    id: str
    state: str
    channel: str
    demands: Demands
    enqueued_at: float | None
    agent: str | None
    offer_state: str | None
    offer_expires_at: datetime | None
    last_offer_state: str | None

    def arrival(self) -> dict[str, Any]:
        """The fields of `contact.arrive`."""
        return {
            "contact": self.id,
            "channel": self.channel,
            "enqueued_at": self.enqueued_at,
            **self.demands.fields,
        }


_AGENTS = """
select a.id, a.is_enabled, s.presence, s.is_connected, s.not_responding_since, s.lost_at, s.idle_since,
       s.wrap_up_until, s.units,
       coalesce((select jsonb_object_agg(queue_id::text, jsonb_build_object('rank', rank, 'delay', delay_seconds))
                 from agent_queues q where q.agent_id = a.id), '{}') as queues,
       coalesce((select jsonb_object_agg(skill, level) from agent_skills k where k.agent_id = a.id), '{}') as skills
from agents a join agent_states s on s.agent_id = a.id
where $1::uuid[] is null or a.id = any($1) order by a.number"""


def _agent(row: Record) -> AgentFacts:
    presence = Presence(row["presence"])
    is_not_responding = row["not_responding_since"] is not None
    # A lost agent keeps the state it had until the grace is over; the engine makes it no new offers.
    is_lost = not row["is_connected"] and row["lost_at"] is not None
    if not row["is_enabled"]:
        state = "disabled"
    elif row["wrap_up_until"] is not None:
        state = "wrap_up"
    elif may_receive_offers(
        presence=presence,
        is_connected=row["is_connected"] or is_lost,
        is_not_responding=is_not_responding,
    ):
        state = AVAILABLE
    else:
        state = "not_responding" if is_not_responding else f"not_{AVAILABLE}"
    return AgentFacts(
        id=str(row["id"]),
        state=state,
        is_lost=is_lost,
        lost_at=row["lost_at"],
        idle_since=row["idle_since"],
        queues=row["queues"],
        skills=row["skills"],
        units=row["units"],
    )


async def agents(reader: Reader, ids: list[UUID] | None = None) -> list[AgentFacts]:
    """These agents (all without `ids`), in agent order."""
    return [_agent(row) for row in await reader.fetch(_AGENTS, ids)]


_CONTACTS = """
select c.id, c.state, c.queue_id, c.channel, c.priority, c.required_skills, c.queued_at,
       o.agent_id, o.state as offer_state, o.expires_at,
       (select p.state from offers p where p.contact_id = c.id order by p.made_at desc, p.id desc limit 1)
         as last_offer_state
from contacts c
left join offers o on o.contact_id = c.id and o.state in ('pending', 'accepting', 'accepted')"""


def _contact(row: Record, now: datetime) -> ContactFacts:
    queued_at = row["queued_at"]
    return ContactFacts(
        id=str(row["id"]),
        state=row["state"],
        channel=row["channel"],
        demands=Demands(
            str(row["queue_id"]) if row["queue_id"] else None, row["priority"], row["required_skills"]
        ),
        # a clock that was set back must not make a contact unacceptable to the engine
        enqueued_at=min(queued_at, now).timestamp() if queued_at else None,
        agent=str(row["agent_id"]) if row["agent_id"] else None,
        offer_state=row["offer_state"],
        offer_expires_at=row["expires_at"],
        last_offer_state=row["last_offer_state"],
    )


async def contacts(reader: Reader, ids: list[UUID], now: datetime) -> list[ContactFacts]:
    """These contacts."""
    return [_contact(row, now) for row in await reader.fetch(f"{_CONTACTS} where c.id = any($1)", ids)]


async def queues(reader: Reader, ids: list[UUID] | None = None) -> dict[str, dict[str, Any]]:
    """The rules of these queues (all without `ids`). `max_waiting` is not among them: the engine would drop the
    newest contact, and there is nothing yet that a full queue could do with a customer."""
    rows = await reader.fetch(
        "select id, offer_timeout_seconds from queues where $1::uuid[] is null or id = any($1)", ids
    )
    return {str(row["id"]): {"reservation_timeout": row["offer_timeout_seconds"]} for row in rows}


Skips = dict[str, list[list[Any]]]


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything the engine must know, read at one instant."""

    agents: list[AgentFacts]
    contacts: list[ContactFacts]
    queues: dict[str, dict[str, Any]]
    skips: Skips


async def load(reader: Reader, now: datetime) -> Loaded:
    """All agents, and every contact that waits, is offered or is in an agent's hands, in order of arrival."""
    rows = await reader.fetch(
        f"""{_CONTACTS} where c.state = 'queued' or (c.state in ('offered', 'active') and o.id is not null)
            order by c.queued_at, c.id"""
    )
    return Loaded(
        agents=await agents(reader),
        contacts=[_contact(row, now) for row in rows],
        queues=await queues(reader),
        skips=await _skips(reader, now),
    )


async def _skips(reader: Reader, now: datetime) -> Skips:
    """Whom each contact passes over: for ever after a rejection, for a while after a failed connection."""
    rows = await reader.fetch(
        """select o.contact_id, o.agent_id, bool_or(o.state = 'rejected') as for_ever, max(o.ended_at) as ended_at
           from offers o join contacts c on c.id = o.contact_id and c.state in ('queued', 'offered', 'active')
           where o.state = 'rejected'
              or (o.state = 'withdrawn' and o.ended_at > $1
                  and o.reason not in ('agent_left', 'abandoned', 'connect_timeout'))
           group by o.contact_id, o.agent_id""",
        now - FAILED_PAIR_SKIP,
    )
    skips: Skips = {}
    for row in rows:
        until = None if row["for_ever"] else (row["ended_at"] + FAILED_PAIR_SKIP).timestamp()
        skips.setdefault(str(row["contact_id"]), []).append([str(row["agent_id"]), until])
    return skips


ENGINE_STATES = {"pending": "offered", "accepting": "accepting", "accepted": "connected"}


def engine_config(loaded: Loaded, *, grace_seconds: float, connect_timeout_seconds: float) -> dict[str, Any]:
    """The config with which the engine goes on where the tables stand. Wrap-up is a state of the agent here (its
    deadline is the table's), so the engine's own wrap-up is zero."""
    held: list[dict[str, Any]] = []
    for contact in loaded.contacts:
        entry = {**contact.arrival(), "skips": loaded.skips.get(contact.id, [])}
        if contact.offer_state is not None:
            entry["state"] = ENGINE_STATES[contact.offer_state]
            entry["agent"] = contact.agent
            if contact.offer_expires_at is not None:
                entry["expires"] = contact.offer_expires_at.timestamp()
        held.append(entry)
    return {
        "auto_accept": False,
        "reservation_timeout": OFFER_SECONDS,
        "wrapup": 0,
        "reject_delay": 0,
        "grace": grace_seconds,
        "connect_timeout": connect_timeout_seconds,
        "remember": REMEMBER_SECONDS,
        "queues": loaded.queues,
        "agents": [agent_config(agent, grace_seconds) for agent in loaded.agents],
        "contacts": held,
    }


def agent_config(agent: AgentFacts, grace_seconds: float) -> dict[str, Any]:
    """One entry of the engine's `agents`."""
    lost_until = agent.lost_at.timestamp() + grace_seconds if agent.is_lost and agent.lost_at else None
    return {
        "id": agent.id,
        "queues": agent.queues,
        "state": agent.state,
        "skills": agent.skills,
        "units": agent.units,
        "idle_since": agent.idle_since.timestamp(),
        "lost_until": lost_until,
    }
