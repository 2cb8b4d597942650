"""A floor for `bench/router.py`, filled and emptied in bulk, and the bare loop it is compared with."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.db import Database
from app.core.ids import new_id

_QUEUES = """
insert into queues (id, key, name, wrap_up_seconds, offer_timeout_seconds)
select gen_random_uuid(), 'bench-' || n, 'Bench ' || n, 0, 300 from generate_series(1, $1) n"""

_AGENTS = """
with made as (
  insert into agents (id, number, login, display_name, password_hash, role, softphone_identity)
  select gen_random_uuid(), n, 'bench' || n, 'Agent ' || n, '-', 'agent', 'bench' || n
  from generate_series(1, $1) n returning id, number),
state as (
  insert into agent_states (agent_id, presence, is_connected, used_units, idle_since)
  select id, 'available', true, 0, switchboard_now() - make_interval(secs => number::double precision / 1000)
  from made)
insert into agent_queues (agent_id, queue_id)
select a.id, q.id from made a
join (select id, row_number() over (order by key) as place, count(*) over () as size from queues) q
  on (q.place - a.number + 100000 * q.size) % q.size < 5"""

_CONNECTIONS = """
insert into agent_connections (id, agent_id, node) select gen_random_uuid(), id, $1 from agents"""

# Every second contact is of a known customer, who has called before.
_CUSTOMERS = """
with made as (
  insert into customers (id, display_name, language)
  select gen_random_uuid(), 'Customer ' || n, 'en' from generate_series(1, $1) n returning id),
known as (
  insert into identities (id, customer_id, kind, value, is_verified)
  select gen_random_uuid(), id, 'phone', '+8869' || lpad((row_number() over ())::text, 8, '0'), true from made)
insert into contacts (id, channel, state, customer_id, topic, outcome, closed_at, opened_at)
select gen_random_uuid(), 'voice', 'closed', id, 'delivery', 'handled', switchboard_now() - interval '1 day',
       switchboard_now() - interval '1 day'
from made, generate_series(1, 3)"""

_CONTACTS = """
with people as (select id, row_number() over () as place, count(*) over () as size from customers),
lines as (select id, row_number() over (order by key) as place, count(*) over () as size from queues)
insert into contacts (id, channel, state, queue_id, customer_id, identification, from_address, queued_at, opened_at)
select gen_random_uuid(), 'voice', 'queued', l.id, case when n % 2 = 0 then p.id end,
       case when n % 2 = 0 then 'certain' else 'unknown' end, '+886912345678',
       switchboard_now() - make_interval(secs => ($1 - n)::double precision / 1000), switchboard_now()
from generate_series(1, $1) n
join lines l on l.place = 1 + n % l.size
join people p on p.place = 1 + n % p.size"""


async def fill(database: Database, *, queues: int, agents: int, waiting: int, busy: int = 0) -> None:
    """Agents who serve five queues each, `busy` of them with a caller; contacts that wait."""
    async with database.transaction() as tx:
        await tx.execute(_QUEUES, queues)
        await tx.execute(_AGENTS, agents)
        await tx.execute(_CONNECTIONS, new_id())
        await tx.execute(_CUSTOMERS, 2000)
        await tx.execute(_CONTACTS, waiting + busy)
        await tx.execute(_TALKING, busy)
        await tx.execute("delete from router_marks")
        await tx.execute("delete from router_leases")
    async with database.read() as reader:
        await reader.connection.execute("analyze")


_TALKING = """
with c as (
  select id, row_number() over (order by queued_at) as place from contacts where state = 'queued'
  order by queued_at limit $1),
a as (select id, row_number() over (order by number) as place from agents order by number limit $1),
talk as (
  update contacts set state = 'active', agent_id = a.id, accepted_at = switchboard_now()
  from c join a using (place) where contacts.id = c.id),
load as (
  update agent_states set used_units = 1 from a where agent_id = a.id)
insert into offers (id, contact_id, agent_id, state, round, accepted_at, epoch)
select gen_random_uuid(), c.id, a.id, 'accepted', 1, switchboard_now(), 0 from c join a using (place)"""

# Everybody accepts and is done at once: what the tables say afterwards, with the marks of both.
_FINISH = """
with ended as (
  update offers set state = 'ended', ended_at = switchboard_now() where state in ('pending', 'accepting', 'accepted')
  returning contact_id, agent_id),
closed as (
  update contacts set state = 'closed', outcome = 'handled', closed_at = switchboard_now(),
    agent_id = ended.agent_id from ended where id = ended.contact_id),
free as (
  update agent_states s set used_units = 0, idle_since = switchboard_now() from ended e
  where s.agent_id = e.agent_id)
insert into router_marks (kind, ref)
select kind, ref from ended, lateral (values ('contact', contact_id), ('agent', agent_id)) m(kind, ref)"""


async def finish_all(database: Database) -> None:
    """Every offer is accepted and done; the agents are free again."""
    async with database.transaction() as tx:
        await tx.execute("update agent_connections set last_heartbeat_at = switchboard_now()")
        await tx.execute(_FINISH)
        tx.hint("router")


async def arrive(database: Database, n: int) -> UUID:
    """A contact that asks for somebody, committed with its mark."""
    contact = new_id()
    async with database.transaction() as tx:
        await tx.execute(
            """insert into contacts (id, channel, state, queue_id, customer_id, identification, queued_at)
               select $1, 'voice', 'queued',
                      (select id from queues order by key offset $2 % (select count(*) from queues) limit 1),
                      (select id from customers order by id offset $2 limit 1), 'certain', switchboard_now()""",
            contact,
            n,
        )
        await tx.execute("insert into router_marks (kind, ref) values ('contact', $1)", contact)
        tx.hint("router")
    return contact


async def offers_made(database: Database) -> int:
    """How many there ever were, by the router."""
    async with database.read() as reader:
        count: int = await reader.fetchval("select count(*) from offers where epoch > 0")
    return count


async def waiting(database: Database) -> int:
    """How many contacts wait."""
    async with database.read() as reader:
        count: int = await reader.fetchval("select count(*) from contacts where state = 'queued'")
    return count


@dataclass(frozen=True, slots=True)
class Assignment:
    """A pair the bare loop writes, with what the rows hold."""

    contact: UUID
    agent: UUID
    timeline: str
    bodies: Sequence[dict[str, Any]]  # of the line, the offer and the agent's state


def parts(assignments: Sequence[Assignment], count: int) -> list[Sequence[Assignment]]:
    """Split in so many parts of like size."""
    size = -(-len(assignments) // count) if assignments else 1
    return [assignments[at : at + size] for at in range(0, len(assignments), size)]


class BareLoop:
    """Writes assignments without reading or deciding anything: a pipelined statement for each table."""

    def __init__(self, database: Database):
        self._database = database
        self._contacts: list[UUID] = []

    async def prepare(self, count: int) -> list[Assignment]:
        """So many pairs, their marks, and bodies of events as the router writes them."""
        async with self._database.transaction() as tx:
            await tx.execute("update agent_states set used_units = 0")
            rows = await tx.fetch(
                """insert into contacts (id, channel, state, queue_id, customer_id, queued_at)
                   select gen_random_uuid(), 'voice', 'queued', (select id from queues limit 1),
                          case when n % 2 = 0 then (select id from customers where id > gen_random_uuid()
                                                    order by id limit 1) end, switchboard_now()
                   from generate_series(1, $1) n returning id, customer_id""",
                count,
            )
            await tx.execute(
                """insert into router_marks (kind, ref)
                   select kind, ref from unnest($1::uuid[]) ref, (values ('contact'), ('agent')) k(kind)""",
                [row["id"] for row in rows],
            )
            # those the rows above are like; the router's own last ones
            bodies = [
                await tx.fetchval(
                    "select body from events where type = $1 order by at desc, length(body::text) desc limit 1",
                    kind,
                )
                for kind in ("touchpoint.added", "offer.made", "agent.state_changed")
            ]
            agents = await tx.fetch("select agent_id from agent_states order by agent_id limit $1", count)
        self._contacts = [row["id"] for row in rows]
        return [
            Assignment(
                row["id"],
                agents[n % len(agents)]["agent_id"],
                f"customer:{row['customer_id']}" if row["customer_id"] else f"contact:{row['id']}",
                bodies,
            )
            for n, row in enumerate(rows)
        ]

    async def write(self, assignments: Sequence[Assignment], *, pipelined: bool) -> None:
        """One transaction. Plain: one statement after the other; pipelined: a table at a time, sent in one go."""
        offers = [new_id() for _ in assignments]
        numbered = list(zip(assignments, offers, strict=True))
        async with self._database.transaction() as tx:

            async def run(sql: str, rows: list[Any]) -> None:
                if pipelined:
                    await tx.executemany(sql, rows)
                    return
                for row in rows:
                    await tx.execute(sql, *row)

            await tx.execute(
                "delete from router_marks where ref = any($1)", [one.contact for one in assignments]
            )
            await run(
                """update contacts set state = 'offered', routing_round = routing_round + 1, version = version + 1
                   where id = $1 and state = 'queued'""",
                [(one.contact,) for one in assignments],
            )
            await run(
                """update agent_states set used_units = used_units + 1, activity_since = switchboard_now(),
                     version = version + 1
                   where agent_id = $1 and used_units + 1 <= units""",
                [(one.agent,) for one in assignments],
            )
            await run(
                """insert into offers (id, contact_id, agent_id, state, round, cost, expires_at, epoch)
                   values ($1, $2, $3, 'pending', 1, 1, switchboard_now() + interval '5 min', 0)""",
                [(offer, one.contact, one.agent) for one, offer in numbered],
            )
            await run(
                """insert into touchpoints (id, kind, contact_id, channel, actor_kind, data, dedup_key)
                   values ($1, 'offer.made', $2, 'voice', 'system', '{"agent": "Agent"}', $3)""",
                [(new_id(), one.contact, f"{one.contact}:{secrets.token_hex(8)}") for one in assignments],
            )
            for place, kind in enumerate(("touchpoint.added", "offer.made", "agent.state_changed")):
                await run(
                    """with moved as (
                         insert into streams (stream, seq) values ($1, 1)
                         on conflict (stream) do update set seq = streams.seq + 1 returning seq)
                       insert into events (stream, seq, type, body, at)
                       select $1, seq, $2, $3, switchboard_now() from moved""",
                    [
                        (one.timeline if place == 0 else f"agent:{one.agent}", kind, one.bodies[place])
                        for one in assignments
                    ],
                )

    async def clean(self) -> None:
        """Away with what was written, so that the router does not see it."""
        async with self._database.transaction() as tx:
            await tx.execute("delete from offers where epoch = 0")
            await tx.execute(
                """update contacts set state = 'closed', outcome = 'handled', closed_at = switchboard_now()
                   where id = any($1)""",
                self._contacts,
            )
            await tx.execute("delete from router_marks where ref = any($1)", self._contacts)
