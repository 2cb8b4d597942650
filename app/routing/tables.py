"""Reads from the tables what the engine must know, in the engine's own terms. Ids are strings there."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.agents.presence import Presence, may_receive_offers
from app.core.db import Reader, Record
from app.routing import capacity, queue_tables
from app.routing.relaxing import demand_steps

AVAILABLE = "available"
OFFLINE = "offline"  # not at work: a queue whose agents are all so is not staffed
REMEMBER_SECONDS = 3600  # how long the engine knows the ids of ended contacts
OFFER_SECONDS = 20  # how long an offer lives in a queue that was deleted meanwhile
TAKEN_BACK = "taken_back"  # why a supervisor's withdrawal says the offer ended
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
    message_slots: int

    @property
    def abilities(self) -> tuple[Any, ...]:
        """What an `agent.update` is about."""
        return (self.queues, self.skills, self.units, self.message_slots)

    @property
    def slots(self) -> dict[str, int]:
        """How many contacts of each channel of text the agent has at once."""
        return dict.fromkeys(capacity.TEXT_CHANNELS, self.message_slots)


@dataclass(frozen=True, slots=True)
class Demands:
    """Where a contact belongs and what it needs, as the engine names it. `ttl` and the seconds of `sticky` count
    from the enqueue time there, so what was waited before this wait began is added to them. `virtual`: a callback whose
    customer is rung first (R28)."""

    queue: str | None
    priority: int
    steps: list[dict[str, Any]]
    age_credit: float
    ttl: float | None
    sticky: list[Any] | None
    virtual: bool

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of an event."""
        return {
            "queue": self.queue,
            "priority": self.priority,
            "steps": self.steps,
            "age_credit": self.age_credit,
            "ttl": self.ttl,
            "sticky": self.sticky,
            "virtual": self.virtual,
        }

    def update_of(self, contact: str) -> dict[str, Any]:
        """The event that makes them the contact's."""
        return {"type": "contact.update", "contact": contact, **self.fields}


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """One live offer; `expires` in seconds. `is_shared`: one of several that ring together."""

    agent: str
    state: str
    expires: float | None
    is_shared: bool


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """Where one contact stands. `item`: the engine's id of this wait. `enqueued_at`: seconds, never after the
    reader's now. `offers`: the live ones, oldest first; `endings`: how the other offers of the round ended, by agent
    (a state, or TAKEN_BACK)."""

    id: str
    item: str
    state: str
    channel: str
    demands: Demands
    enqueued_at: float | None
    offers: tuple[OfferFacts, ...]
    endings: dict[str, str]
    is_dial_out: bool = False

    @property
    def is_begun_by_agent(self) -> bool:
        """Whether an agent called the customer and has the contact in hand."""
        return self.is_dial_out and self.taker is not None

    @property
    def engine_state(self) -> str:
        """What the engine calls it."""
        return ENGINE_STATES[self.offers[0].state] if self.offers else "waiting"

    @property
    def taker(self) -> OfferFacts | None:
        """The offer of the one agent who said yes."""
        return next((offer for offer in self.offers if offer.state != "pending"), None)

    @property
    def rings_at(self) -> list[str]:
        """The agents who are asked and have not answered."""
        return [offer.agent for offer in self.offers if offer.state == "pending"]

    def arrival(self) -> dict[str, Any]:
        """The fields of `contact.arrive`."""
        return {
            "contact": self.item,
            "channel": self.channel,
            "enqueued_at": self.enqueued_at,
            **self.demands.fields,
        }


_AGENTS = """
select a.id, a.is_enabled, s.presence, s.is_connected, s.not_responding_since, s.lost_at, s.idle_since,
       s.wrap_up_until, s.engagement is not null as is_engaged, s.units, s.message_slots,
       coalesce((select jsonb_object_agg(queue_id::text, jsonb_build_object('rank', rank, 'delay', delay_seconds))
                 from agent_queues q where q.agent_id = a.id), '{}')
         || case when exists (select from contacts c where c.assigned_agent = a.id and c.state in ('queued', 'offered'))
                 then jsonb_build_object('agent:' || a.id, jsonb_build_object('rank', 0, 'delay', 0))
                 else '{}' end as queues,
       coalesce((select jsonb_object_agg(skill, level) from agent_skills k where k.agent_id = a.id), '{}') as skills
from agents a join agent_states s on s.agent_id = a.id
where $1::uuid[] is null or a.id = any($1) order by a.number"""


def _agent(row: Record) -> AgentFacts:
    presence = Presence(row["presence"])
    is_not_responding = row["not_responding_since"] is not None
    # A lost agent keeps the state it had until the grace is over; the engine makes it no new offers.
    is_lost = not row["is_connected"] and row["lost_at"] is not None
    is_gone = not row["is_connected"] and (not is_lost or is_not_responding)
    if not row["is_enabled"] or presence == Presence.OFFLINE or (is_gone and row["wrap_up_until"] is None):
        state = OFFLINE
    elif row["wrap_up_until"] is not None or row["is_engaged"]:
        state = (
            "wrap_up"  # at work with no load of its own: both end by news, and until then there are no offers
        )
    elif may_receive_offers(
        presence=presence,
        is_connected=row["is_connected"] or is_lost,
        is_not_responding=is_not_responding,
    ):
        state = AVAILABLE
    else:
        state = "not_responding" if is_not_responding else "away"
    return AgentFacts(
        id=str(row["id"]),
        state=state,
        is_lost=is_lost,
        lost_at=row["lost_at"],
        idle_since=row["idle_since"],
        queues=row["queues"],
        skills=row["skills"],
        units=row["units"],
        message_slots=row["message_slots"],
    )


async def agents(reader: Reader, ids: list[UUID] | None = None) -> list[AgentFacts]:
    """These agents (all without `ids`), in agent order."""
    return [_agent(row) for row in await reader.fetch(_AGENTS, ids)]


# A contact given to one agent by name waits in that agent's personal queue (rank 0, R08), which asks for no skill;
# when the time is up, or while the agent is offline, it is its own queue's again.
_CONTACTS = """
select c.id, c.work_item, c.state, c.channel, c.priority, c.queued_at, c.item_since, c.age_credit,
       coalesce('agent:' || g.agent_id, c.queue_id::text) as queue, g.agent_id as given_to, c.assigned_until,
       c.preferred_agent, c.preferred_seconds, c.required_skills, q.key as queue_key, q.relax_steps,
       case when c.channel <> 'callback' and coalesce(q.overflow -> 'max_wait' ->> 'do', '') <> 'stay'
            then q.max_wait_seconds end as max_wait,
       c.channel = 'callback' and exists (
         select from callbacks b where b.contact_id = c.id and b.first = 'customer'
           and b.state in ('waiting', 'dialling')) as virtual,
       c.direction = 'outbound' and c.channel = 'voice' as is_dial_out,
       (select jsonb_agg(jsonb_build_array(
                 p.agent_id, p.state, extract(epoch from p.expires_at), p.is_shared, p.reason) order by p.made_at, p.id)
        from offers p where p.contact_id = c.id
          and (p.round = c.routing_round or p.state in ('pending', 'accepting', 'accepted'))) as offers
from contacts c
left join queues q on q.id = c.queue_id
left join lateral (
  select s.agent_id from agent_states s join agents a on a.id = s.agent_id and a.is_enabled
  where s.agent_id = c.assigned_agent and s.presence <> 'offline'
    and (c.assigned_until is null or c.assigned_until > switchboard_now())) g on true"""
LIVE = ("pending", "accepting", "accepted")


def _contact(row: Record, now: datetime) -> ContactFacts:
    queued_at = row["queued_at"]
    # a clock that was set back must not make a contact unacceptable to the engine
    enqueued_at = min(queued_at, now).timestamp() if queued_at else None
    live, endings = [], {}
    for agent, state, expires, is_shared, reason in row["offers"] or ():
        if state in LIVE:
            live.append(OfferFacts(agent, state, expires, is_shared))
        else:
            endings[agent] = TAKEN_BACK if reason == TAKEN_BACK else state
    return ContactFacts(
        id=str(row["id"]),
        item=f"{row['id']}:{row['work_item']}",
        state=row["state"],
        channel=row["channel"],
        demands=_demands(row, enqueued_at or 0.0),
        enqueued_at=enqueued_at,
        offers=tuple(live),
        endings=endings,
        is_dial_out=row["is_dial_out"],
    )


def _demands(row: Record, enqueued_at: float) -> Demands:
    waited_before = max(row["item_since"].timestamp() - enqueued_at, 0.0) if row["item_since"] else 0.0
    ttl: float | None = None
    steps: list[dict[str, Any]] = []
    sticky: list[Any] | None = None
    if row["given_to"]:
        if row["assigned_until"] is not None:
            ttl = max(row["assigned_until"].timestamp() - enqueued_at, 0.0)
    else:
        ttl = None if row["max_wait"] is None else waited_before + row["max_wait"]
        relax = queue_tables.relax_steps_of(row["relax_steps"], row["queue_key"])
        steps = demand_steps(row["required_skills"], relax)
        if row["preferred_agent"] and row["preferred_seconds"]:
            sticky = [str(row["preferred_agent"]), waited_before + row["preferred_seconds"]]
    return Demands(row["queue"], row["priority"], steps, row["age_credit"], ttl, sticky, row["virtual"])


async def contacts(reader: Reader, ids: list[UUID], now: datetime) -> list[ContactFacts]:
    """These contacts."""
    return [_contact(row, now) for row in await reader.fetch(f"{_CONTACTS} where c.id = any($1)", ids)]


async def waiting_in(reader: Reader, queues: list[UUID], now: datetime) -> list[ContactFacts]:
    """The contacts that wait in these queues, or ring from them."""
    rows = await reader.fetch(
        f"{_CONTACTS} where c.queue_id = any($1) and c.state in ('queued', 'offered')", queues
    )
    return [_contact(row, now) for row in rows]


Skips = dict[str, list[list[Any]]]


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything the engine must know, read at one instant."""

    agents: list[AgentFacts]
    contacts: list[ContactFacts]
    queues: dict[str, dict[str, Any]]
    skips: Skips


async def load(reader: Reader, now: datetime) -> Loaded:
    """All agents, and every contact that waits, is offered or is in an agent's hands, in order of arrival; but for
    those that begin to wait just now, whose marks tell of them."""
    rows = await reader.fetch(
        f"""{_CONTACTS}
            where (c.state = 'queued' and not exists (
                     select from router_marks m where m.kind = 'contact' and m.ref = c.id and m.is_arrival))
               or (c.state in ('offered', 'active') and exists (
                     select from offers o
                     where o.contact_id = c.id and o.state in ('pending', 'accepting', 'accepted')))
            order by c.queued_at, c.id"""  # noqa: S608 -- put together from constants
    )
    return Loaded(
        agents=await agents(reader),
        contacts=[_contact(row, now) for row in rows],
        queues=await queue_tables.of_queues(reader),
        skips=await _skips(reader, now),
    )


async def _skips(reader: Reader, now: datetime) -> Skips:
    """Whom each contact passes over: for ever after a rejection, for a while after a failed connection."""
    rows = await reader.fetch(
        """select o.contact_id, o.agent_id, bool_or(o.state = 'rejected') as for_ever, max(o.ended_at) as ended_at
           from offers o join contacts c on c.id = o.contact_id and c.state in ('queued', 'offered', 'active')
           where o.state = 'rejected'
              or (o.state = 'withdrawn' and o.ended_at > $1
                  and o.reason not in ('agent_left', 'abandoned', 'connect_timeout', 'moved', 'assigned', 'taken'))
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
        if contact.offers:
            first = contact.offers[0]
            entry |= {"state": contact.engine_state, "agent": first.agent, "expires": first.expires}
            if first.is_shared:
                entry["offers"] = [[offer.agent, offer.expires] for offer in contact.offers]
            else:
                entry["ring"] = 1  # whatever the queue says by now: nobody else is asked in this round
        held.append(entry)
    return {
        "auto_accept": False,
        "reservation_timeout": OFFER_SECONDS,
        "wrapup": 0,
        "reject_delay": 0,
        "grace": grace_seconds,
        "connect_timeout": connect_timeout_seconds,
        "remember": REMEMBER_SECONDS,
        "sticky_skip": True,
        **capacity.ENGINE_RULES,
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
        "slots": agent.slots,
        "idle_since": agent.idle_since.timestamp(),
        "lost_until": lost_until,
    }
