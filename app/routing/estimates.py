"""Where a waiting contact stands and how long it may take, from our own queue: never a guess from the carrier.

The place counts who is before in the order of the queue (priority, then age); whom skills keep apart is not looked
at. The wait is the formula of `wait_formula.py` on the staffed capacity and the recent service times of the queue.
"""

from dataclasses import dataclass
from uuid import UUID

from app.contacts.models import Contact
from app.core.db import Reader, Record
from app.routing.wait_formula import ExpectedWait, expected_wait

RECENT_SERVICES = 50  # handled contacts of the queue the estimate looks at
RECENT_HOURS = 8  # not older than this


@dataclass(frozen=True, slots=True)
class Standing:
    """`position` counts from 1; `wait` is None when there is no honest figure: too few recent services, or nobody
    of the queue at work."""

    position: int
    wait: ExpectedWait | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What somebody who comes now finds: how many wait, how many agents are free, and the wait behind them all
    (None as in Standing). While nobody waits and an agent is free there is no wait."""

    waiting: int
    free_agents: int
    wait: ExpectedWait | None


# An agent of several queues is a part of each: the part of the agent's recent work that was of this queue, and an
# equal part while there is none to look at.
_QUEUE = """
with line as (
  select priority, queued_at - make_interval(secs => age_credit) as place, id from contacts
  where queue_id = $1 and state in ('queued', 'offered')),
services as (
  select extract(epoch from coalesce(closed_at, ended_at) - accepted_at) as seconds from contacts
  where queue_id = $1 and state in ('wrap_up', 'closed') and accepted_at is not null and ended_at is not null
    and accepted_at > switchboard_now() - make_interval(hours => $2)
  order by accepted_at desc limit $3),
staff as (
  select s.agent_id, s.used_units = 0 and s.wrap_up_contact_id is null as is_free
  from agent_queues q join agent_states s using (agent_id)
  where q.queue_id = $1 and s.presence = 'available' and s.is_connected and s.not_responding_since is null),
parts as (
  select a.agent_id, (select count(*) from agent_queues where agent_id = a.agent_id) as queues,
         count(c.id) as handled, count(c.id) filter (where c.queue_id = $1) as handled_here
  from staff a left join contacts c on c.agent_id = a.agent_id
    and c.opened_at > switchboard_now() - make_interval(hours => $2) and c.accepted_at is not null
  group by a.agent_id)
select
  (select count(*) from services) as samples,
  (select avg(seconds) from services) as service_seconds,
  (select coalesce(sum(case when handled >= 5 then handled_here::float / handled else 1.0 / queues end), 0)
   from parts) as capacity"""
_STANDING = f"""{_QUEUE},
  (select count(*) from line
   where (priority, place, id) < (select priority, place, id from line where id = $4)) + 1 as position"""  # noqa: S608 -- put together from constants
_OUTLOOK = f"""{_QUEUE},
  (select count(*) from line) as waiting, (select count(*) from staff where is_free) as free_agents"""  # noqa: S608


async def standing(reader: Reader, contact: Contact) -> Standing:
    """How a queued contact stands now."""
    row = await reader.fetchrow(_STANDING, contact.queue_id, RECENT_HOURS, RECENT_SERVICES, contact.id)
    assert row is not None  # noqa: S101
    return Standing(row["position"], _wait(row, row["position"]))


async def outlook(reader: Reader, queue_id: UUID) -> Outlook:
    """How it looks for somebody who would join the queue now, with usual priority."""
    row = await reader.fetchrow(_OUTLOOK, queue_id, RECENT_HOURS, RECENT_SERVICES)
    assert row is not None  # noqa: S101
    return Outlook(row["waiting"], row["free_agents"], _wait(row, row["waiting"] + 1))


def _wait(row: Record, position: int) -> ExpectedWait | None:
    return expected_wait(
        position,
        capacity=float(row["capacity"]),
        service_seconds=float(row["service_seconds"] or 0),
        samples=row["samples"],
    )
