"""Table → engine: tells the engine what the rows say now. Reads only; what the engine decides waits in `effects`."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from app.core.db import Reader
from app.routing import tables
from app.routing.beliefs import Beliefs, OutOfStep
from app.routing.tables import AVAILABLE, AgentFacts, ContactFacts

log = structlog.get_logger()


async def find_agents(reader: Reader, beliefs: Beliefs, now: datetime, ids: list[UUID]) -> list[AgentFacts]:
    """These agents, the longest idle first, then in agent order. Those who are no more are removed."""
    found = await tables.agents(reader, ids) if ids else []
    for gone in {str(agent_id) for agent_id in ids} - {agent.id for agent in found}:
        _remove_agent(beliefs, now, gone)
    return sorted(found, key=lambda agent: agent.idle_since)


def becomes_free(beliefs: Beliefs, agent: AgentFacts) -> bool:
    """Whether the agent may receive offers now and might not before."""
    before = beliefs.agents.get(agent.id)
    if agent.state != AVAILABLE or agent.is_lost:
        return False
    return before is None or before.is_lost or beliefs.told.get(agent.id) != AVAILABLE


def sync_agent(beliefs: Beliefs, now: datetime, agent: AgentFacts, grace: timedelta) -> None:
    """Tell the engine how this agent is now."""
    before = beliefs.agents.get(agent.id)
    beliefs.agents[agent.id] = agent
    beliefs.suspects.discard(agent.id)
    beliefs.busy.pop(agent.id, None)
    if before is None:
        beliefs.told[agent.id] = agent.state
        config = tables.agent_config(agent, grace.total_seconds())
        beliefs.step(now, {"type": "agent.add", **config, "agent": agent.id})
        return
    if agent.abilities != before.abilities:
        event = {"queues": agent.queues, "skills": agent.skills, "units": agent.units, "slots": agent.slots}
        beliefs.step(now, {"type": "agent.update", "agent": agent.id, **event})
    if agent.is_lost and not before.is_lost:
        beliefs.step(now, {"type": "agent.lost", "agent": agent.id})
    elif before.is_lost and not agent.is_lost:
        beliefs.step(now, {"type": "agent.back", "agent": agent.id})
    state = agent.state
    if state == AVAILABLE and agent.lost_at is not None and agent.lost_at + grace <= now:
        # the grace ran out while something else (a wrap-up) kept offers away
        state = "not_responding"
        beliefs.effects.append({"type": "agent.state", "agent": agent.id, "state": state})
    beliefs.set_state(now, agent.id, state)
    set_idle_clock(beliefs, now, agent.id)


def set_idle_clock(beliefs: Beliefs, now: datetime, agent: str) -> None:
    """The engine starts an idle clock when it hears of a change, the tables when it happened: theirs rules,
    so that two agents who became free within one batch keep their order (R03)."""
    if agent in beliefs.agents:
        idle_since = min(beliefs.agents[agent].idle_since.timestamp(), beliefs.t)
        beliefs.step(now, {"type": "agent.update", "agent": agent, "idle_since": idle_since})


def _remove_agent(beliefs: Beliefs, now: datetime, agent: str) -> None:
    if beliefs.agents.pop(agent, None) is not None:
        beliefs.suspects.discard(agent)
        beliefs.busy.pop(agent, None)
        beliefs.step(now, {"type": "agent.remove", "agent": agent})


def sync_contact(beliefs: Beliefs, now: datetime, contact: ContactFacts) -> None:
    """Tell the engine what became of this contact. Raises OutOfStep."""
    known = beliefs.contacts.get(contact.id)
    if known is not None and known.item != contact.item:
        beliefs.leave(now, contact.id)  # it waits anew: elsewhere, or with an agent's work behind it
        known = None
    state = known.state if known else None
    if known is not None and state not in ("connected", "ended") and contact.state in ("queued", "offered"):
        _update_demands(beliefs, now, contact)  # while it rings too: they count when it comes back
    match contact.state, state:
        case "queued", None:
            beliefs.believe(contact, "waiting")
            beliefs.step(now, {"type": "contact.arrive", **contact.arrival(), "contact": contact.id})
        case "queued", "waiting":
            pass
        case "queued", "ended":
            pass  # what becomes of it waits in `effects`, or is tried again in a moment
        case "queued", "offered" | "accepting":
            _take_back(beliefs, now, contact)
        case "queued", "connected":
            beliefs.believe(contact, "waiting")
            beliefs.step(now, {"type": "contact.requeue", "contact": contact.id})
            _update_demands(beliefs, now, contact)
        case (("offered" | "active"), ("offered" | "accepting" | "connected")):
            _sync_offers(beliefs, now, contact)
        case (("wrap_up" | "closed"), _) if known is not None:
            beliefs.leave(now, contact.id)
        case (("self_service" | "new"), ("waiting" | "offered" | "accepting" | "ended")):
            beliefs.leave(now, contact.id)
        case (("wrap_up" | "closed" | "self_service" | "new"), None):
            pass
        case (("offered" | "active"), None) if contact.is_begun_by_agent:
            _take(beliefs, now, contact)
        case (("offered" | "active"), None) if not contact.offers:
            log.error("a contact is in nobody's hands", contact=contact.id, state=contact.state)
        case found, believed:
            raise OutOfStep(f"a contact is {found}, the engine believes {believed}")


def _take(beliefs: Beliefs, now: datetime, contact: ContactFacts) -> None:
    """The agent called the customer: nobody waited, so the engine hears of it when it is in the agent's hands."""
    taker = contact.taker
    assert taker is not None  # noqa: S101 -- `is_begun_by_agent` says so
    beliefs.believe(contact, contact.engine_state, taker.agent)
    expires = taker.expires if taker.state == "accepting" else None
    times = {} if expires is None else {"expires": max(expires, beliefs.t + 0.001)}
    event = {**contact.arrival(), **times, "contact": contact.id, "agent": taker.agent}
    beliefs.step(now, {"type": "contact.take", **event})


def _sync_offers(beliefs: Beliefs, now: datetime, contact: ContactFacts) -> None:
    """It rings, or somebody has said yes: the engine rang them all, and hears who answered and whose offer ended."""
    known = beliefs.contacts[contact.id]
    taker, state = contact.taker, contact.engine_state
    match contact.state, state, known.state:
        case ("offered", "offered", "offered") if set(contact.rings_at) <= set(known.agents):
            _take_back(beliefs, now, contact)
        case ("offered", "accepting", "offered") if taker is not None and taker.agent in known.agents:
            beliefs.believe(contact, "accepting", taker.agent)
            expires = now.timestamp() if taker.expires is None else taker.expires
            timeout = max(expires - now.timestamp(), 0.001)
            event = {"type": "reservation.accepting", "contact": contact.id, "agent": taker.agent}
            beliefs.step(now, {**event, "timeout": timeout})
        case ("active", "connected", "offered" | "accepting") if (
            taker is not None and taker.agent in known.agents
        ):
            beliefs.bring_back(now, contact.id)  # what is set aside must not wait there when it comes back
            beliefs.believe(contact, "connected", taker.agent)
            event = {"type": "reservation.accept", "contact": contact.id, "agent": taker.agent}
            beliefs.step(now, event)
        case ("offered", "accepting", "accepting"):
            pass
        case ("active", "connected", "connected") if taker is not None and taker.agent in known.agents:
            pass  # anybody else there is a colleague who has taken it over, and no event of the engine's moves it
        case found, offered, believed:
            raise OutOfStep(f"a contact is {found} and its offer {offered}, the engine believes {believed}")


def _take_back(beliefs: Beliefs, now: datetime, contact: ContactFacts) -> None:
    """These offers ended without a conversation; a connection that failed and an offer that a supervisor took back
    keep the pair apart for a while. What the engine has just decided is not in the tables yet, and stands."""
    known = beliefs.contacts[contact.id]
    unwritten = {agent for one, agent in beliefs.unwritten if one == contact.id}
    failed = known.state == "accepting"
    for agent in [one for one in known.agents if one not in unwritten and one not in contact.rings_at]:
        pair = {"contact": contact.id, "agent": agent}
        ending = contact.endings.get(agent)
        if ending == "rejected":
            beliefs.step(now, {"type": "reservation.reject", **pair})
            continue
        skip = tables.FAILED_PAIR_SKIP.total_seconds() if failed or ending == tables.TAKEN_BACK else 0
        beliefs.step(now, {"type": "reservation.fail", **pair, "skip": skip})


def _update_demands(beliefs: Beliefs, now: datetime, contact: ContactFacts) -> None:
    """The engine keeps the enqueue time it was told; a place that was moved since is a credit there."""
    known = beliefs.contacts[contact.id]
    demands = contact.demands
    if known.enqueued_at is not None and contact.enqueued_at is not None:
        credit = demands.age_credit + known.enqueued_at - contact.enqueued_at
        demands = replace(demands, age_credit=credit)
    if known.demands == demands:
        return
    known.demands = demands
    if contact.id not in beliefs.aside:
        beliefs.step(now, demands.update_of(contact.id))
