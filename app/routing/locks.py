"""Takes every row that a set of changes will touch, before the first is written, in one order: contacts, agent
states, streams, each by id. Who holds all of them waits for nobody afterwards, and so nobody can wait for each other
in a circle.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from app.agents.states import agent_stream
from app.core import streams
from app.core.db import Record, Transaction
from app.touchpoints.log import timeline_stream


@dataclass(frozen=True, slots=True)
class Held:
    """The rows that are ours until the commit. Streams are held with their contact or agent."""

    contacts: dict[UUID, Record]  # id, state, channel
    agents: dict[UUID, Record]  # agent_states with display_name, is_enabled and reached_by


_AGENTS = """
select s.agent_id, s.presence, s.is_connected, s.not_responding_since, s.wrap_up_until, s.units, s.used_units,
       s.engagement is not null as is_engaged,
       s.message_slots - (select count(*) from offers o where o.agent_id = s.agent_id and o.cost = 0
                            and o.state in ('pending', 'accepting', 'accepted')) as free_slots,
       a.display_name, a.is_enabled, a.reached_by
from agent_states s join agents a on a.id = s.agent_id
where s.agent_id = any($1) order by s.agent_id for update of s"""


async def hold(tx: Transaction, pairs: Collection[tuple[UUID, UUID]], *, wait: bool) -> Held:
    """Lock the contact and the agent of each pair, with their streams. Without `wait`, those that somebody else is
    changing are left out, and so are the agents of contacts that are. With it, raises asyncpg.LockNotAvailableError
    after the connection's lock time-out."""
    skip = "" if wait else " skip locked"
    rows = await tx.fetch(
        f"""select id, state, channel, customer_id from contacts where id = any($1) order by id
            for update{skip}""",  # noqa: S608
        list({contact_id for contact_id, _ in pairs}),
    )
    contacts = {row["id"]: row for row in rows}
    timelines = {
        row["id"]: timeline_stream(customer_id=row["customer_id"], contact_id=row["id"]) for row in rows
    }
    wanted = {agent_id for contact_id, agent_id in pairs if contact_id in contacts}
    agents = {row["agent_id"]: row for row in await tx.fetch(_AGENTS + skip, list(wanted))}
    names = {*timelines.values(), *(agent_stream(agent_id) for agent_id in agents)}
    busy = await streams.hold(tx, names, wait=wait)
    return Held(
        {one: row for one, row in contacts.items() if timelines[one] not in busy},
        {one: row for one, row in agents.items() if agent_stream(one) not in busy},
    )
