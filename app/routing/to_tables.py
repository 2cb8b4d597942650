"""Engine → table: writes what the engine decided, each offer by compare-and-set, and corrects what was refused."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import structlog
from prometheus_client import Counter

from app.agents import states as agent_states
from app.core import alerts
from app.core.db import Transaction
from app.routing import callback_dialling, offering, overflow, tables
from app.routing.alert_kinds import CONTACT_SET_ASIDE
from app.routing.assigning import Proposal, Refusal, make_offers
from app.routing.beliefs import ASIDE, ENDINGS, SUSPECT, Beliefs, Effect, OutOfStep
from app.routing.from_tables import find_agents, sync_agent, sync_contact
from app.routing.offers import Offer
from app.routing.outlets import Outlets

log = structlog.get_logger()

corrections = Counter("switchboard_router_corrections_total", "Decisions the tables did not confirm")
set_aside = Counter("switchboard_router_set_aside_total", "Contacts whose offer failed with an error")

ASIDE_SECONDS = 5.0  # until such a contact is tried again
_TAKEN_BACK = ("timeout", "connect timeout", "agent left")  # what the engine says first, and not the tables
OFFERS_AT_ONCE = 400
BUSY_SECONDS = 0.05  # until one is tried again that somebody else was changing


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the decisions of one batch in its transaction."""

    tx: Transaction
    now: datetime
    beliefs: Beliefs
    epoch: int
    grace: timedelta
    outlets: Outlets

    async def write(self) -> None:
        """Write all that waits, in order. What a refused decision makes necessary is decided and written too."""
        while self.beliefs.effects:
            if offers := self._next_offers():
                await self._offer(offers)
            elif self.beliefs.effects:
                await self._write(self.beliefs.effects.popleft())

    def _next_offers(self) -> list[Proposal]:
        """The offers that come next: as many as nothing else that is to be written stands between, within a measure:
        the server does not wait long for what is prepared here."""
        effects = self.beliefs.effects
        found: list[Proposal] = []
        while effects and len(found) < OFFERS_AT_ONCE:
            match effects[0]["type"]:
                case "offer" if (proposal := self._proposal(effects[0])) is not None:
                    found.append(proposal)
                case "rescind" if self._is_settled(effects[0]):
                    self.beliefs.unmade.discard((effects[0]["contact"], effects[0]["agent"]))
                case "offer" | "connect":
                    pass
                case _:
                    break
            effects.popleft()
        return found

    def _proposal(self, effect: Effect) -> Proposal | None:
        """What is to be written; None when what an earlier effect met has taken it back again."""
        contact, agent, expires = effect["contact"], effect["agent"], effect["expires"]
        self.beliefs.unwritten.discard((contact, agent))
        if not self.beliefs.is_offered(contact, agent):
            self.beliefs.unmade.add((contact, agent))
            return None
        expires_at = datetime.fromtimestamp(expires, UTC) if expires is not None else None
        return Proposal(UUID(contact), UUID(agent), expires_at, ring=effect.get("ring", 1))

    def _is_settled(self, rescind: Effect) -> bool:
        """Whether the tables need not be told: they never saw the offer, or they said first that it ended."""
        pair = (rescind["contact"], rescind["agent"])
        return pair in self.beliefs.unmade or rescind["why"] not in _TAKEN_BACK

    async def _write(self, effect: Effect) -> None:
        match effect["type"]:
            case "rescind":
                await self._rescind(effect["contact"], effect["agent"], effect["why"])
            case "agent.state":
                await agent_states.fall_silent(self.tx, UUID(effect["agent"]))
            case "contact.first":
                await self._ring_first(effect["contact"])
            case kind if kind in ENDINGS:
                await self._divert(effect)
            case "reject":
                raise OutOfStep(f"the engine refused an event: {effect['why']}")
            case kind:
                raise OutOfStep(f"the engine ordered {kind}, which no queue is configured for")

    async def _offer(self, proposals: list[Proposal]) -> None:
        outcomes = await self._make(proposals)
        if outcomes is None:  # one of them fails: which, each alone will tell
            for proposal in proposals:
                contact, agent = str(proposal.contact_id), str(proposal.agent_id)
                if self.beliefs.is_offered(contact, agent):
                    await self._settle(proposal, await self._make([proposal]))
                else:  # what came of the one before has changed the engine's mind
                    self.beliefs.unmade.add((contact, agent))
            return
        for proposal, outcome in zip(proposals, outcomes, strict=True):
            await self._settle(proposal, [outcome])

    async def _make(self, proposals: list[Proposal]) -> list[Offer | Refusal] | None:
        """None when it failed with an error; nothing is written then."""
        try:
            async with self.tx.savepoint():
                return await make_offers(self.tx, proposals, epoch=self.epoch)
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            return [Refusal.CONTACT_BUSY] * len(proposals)
        except Exception:
            if len(proposals) == 1:
                log.exception("an offer failed; the contact is set aside for a while", offer=proposals[0])
            return None

    async def _settle(self, proposal: Proposal, outcome: list[Offer | Refusal] | None) -> None:
        contact, agent = str(proposal.contact_id), str(proposal.agent_id)
        if outcome is not None and isinstance(outcome[0], Offer):
            return
        self.beliefs.unmade.add((contact, agent))
        if not self.beliefs.is_offered(contact, agent):
            return  # another agent's offer of the same contact was refused as well, and said what became of it
        match outcome:
            case None:  # one contact that cannot be offered must not stop the others
                set_aside.inc()
                await alerts.raise_alert(self.tx, CONTACT_SET_ASIDE, contact, {"agent": agent})
                self._set_aside(contact, agent, ASIDE_SECONDS)
            case [Refusal.CONTACT_BUSY]:
                self._set_aside(contact, agent, BUSY_SECONDS)
            case [Refusal.AGENT_BUSY]:
                self._let_be(contact, agent)
            case _:
                corrections.inc()
                log.info("an offer was refused by the tables", contact=contact, agent=agent)
                await self._correct(contact, agent)

    def _set_aside(self, contact: str, agent: str, seconds: float) -> None:
        self.beliefs.aside[contact] = self.beliefs.t + seconds
        self.beliefs.step(self.now, {"type": "contact.update", "contact": contact, "queue": ASIDE})
        self.beliefs.step(self.now, {"type": "reservation.fail", "contact": contact, "agent": agent})

    def _let_be(self, contact: str, agent: str) -> None:
        """Somebody is changing the agent: leave them out for a moment, so that the contacts keep their order. One
        at whom something else rings must not lose that for it; then the contact waits a moment instead."""
        contacts = self.beliefs.contacts
        others = (known for one, known in contacts.items() if agent in known.agents and one != contact)
        if any(known.state == "offered" for known in others):
            self._set_aside(contact, agent, BUSY_SECONDS)
            return
        self.beliefs.busy[agent] = self.beliefs.t + BUSY_SECONDS
        self.beliefs.set_state(self.now, agent, SUSPECT)

    async def _correct(self, contact: str, agent: str) -> None:
        """The tables refused the pair: see whether the contact or the agent is not as believed. An agent who
        looks free all the same is left out until the next mark or sweep, or the pair would be tried for ever."""
        beliefs = self.beliefs
        for found in await tables.contacts(self.tx, [UUID(contact)], self.now):
            if found.state == "offered" and not self._rings_together(found, agent):
                raise OutOfStep("somebody else offered the contact")
            if found.taker is not None or found.state not in ("queued", "offered"):
                sync_contact(beliefs, self.now, found)
        for facts in await find_agents(self.tx, beliefs, self.now, [UUID(agent)]):
            sync_agent(beliefs, self.now, facts, self.grace)
        known = beliefs.agents.get(agent)
        if known is None or not beliefs.is_offered(contact, agent):
            return
        if not known.is_lost:
            beliefs.suspects.add(agent)
            log.error("the tables refuse an agent who looks free", agent=agent)
            beliefs.set_state(self.now, agent, SUSPECT)
        else:
            beliefs.step(self.now, {"type": "reservation.fail", "contact": contact, "agent": agent})

    def _rings_together(self, found: tables.ContactFacts, agent: str) -> bool:
        """Whether the contact is in the hands of those to whom the engine gave it together with this agent."""
        known = self.beliefs.contacts[found.id]
        ours = all(offer.is_shared and offer.agent in known.agents for offer in found.offers)
        return ours and agent not in found.rings_at

    async def _ring_first(self, contact: str) -> None:
        """A callback whose customer is rung first is first in line. One that cannot be rung waits for another time,
        and does not stop the others."""
        try:
            async with self.tx.savepoint():
                await callback_dialling.begin_with_customer(self.tx, UUID(contact), now=self.now)
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            raise OutOfStep("somebody is changing a callback that came first") from None
        except Exception:
            log.exception("a callback could not be rung; it pauses", contact=contact)
            set_aside.inc()
            await callback_dialling.turned_away(self.tx, UUID(contact), now=self.now)

    async def _divert(self, ending: Effect) -> None:
        """The contact has ended for the engine: its queue's overflow rules say what becomes of it."""
        beliefs, contact = self.beliefs, ending["contact"]
        known = beliefs.contacts.get(contact)
        if known is None or known.ending is not ending:
            return  # it has left, or waits anew, since this was decided
        try:
            async with self.tx.savepoint():
                await overflow.divert(
                    self.tx,
                    contact_id=UUID(contact),
                    work_item=int(ending["item"].partition(":")[2]),
                    cause=ending["cause"],
                    now=self.now,
                    outlets=self.outlets,
                )
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            beliefs.aside[contact] = beliefs.t + BUSY_SECONDS
            return
        except Exception:
            log.exception("an overflow failed; it is tried again in a while", contact=contact)
            set_aside.inc()
            await alerts.raise_alert(self.tx, CONTACT_SET_ASIDE, contact, {"cause": ending["cause"]})
            beliefs.aside[contact] = beliefs.t + ASIDE_SECONDS
            return
        for facts in await tables.contacts(self.tx, [UUID(contact)], self.now):
            sync_contact(beliefs, self.now, facts)

    async def _rescind(self, contact: str, agent: str, why: str) -> None:
        contact_id, agent_id = UUID(contact), UUID(agent)
        match why:
            case "timeout":
                done = await offering.expire_offer(
                    self.tx, contact_id=contact_id, agent_id=agent_id, now=self.now
                )
            case "connect timeout":
                done = await offering.expire_accepting(self.tx, contact_id=contact_id, now=self.now)
            case _:
                done = await offering.withdraw_offer(
                    self.tx, contact_id=contact_id, agent_id=agent_id, reason="agent_left"
                )
        if not done:
            # an answer or a hang-up was committed just before: it won, and nobody may be blamed for silence
            raise OutOfStep(f"an offer had ended before it could be taken back ({why})")
