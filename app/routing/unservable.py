"""Waiting contacts that nobody can ever serve (R09: they would wait for ever): one alert for each queue and set of
skills, raised as soon as such a contact waits and cleared as soon as somebody can serve it or it has gone.

What a queue's `relax_steps` give up in the end is not asked for here, and what was given to an agent by name waits for
that agent.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import structlog

from app.contacts.models import Contact
from app.core import alerts
from app.core.db import Reader, Transaction
from app.core.errors import InvalidInput
from app.routing.alert_kinds import CONTACTS_UNSERVABLE as KIND
from app.routing.relaxing import demand_steps, parse_relax_steps

log = structlog.get_logger()

_WANTS = """
select c.queue_id, q.key, q.name, q.relax_steps, c.required_skills, count(*) as waiting, min(c.queued_at) as since
from contacts c join queues q on q.id = c.queue_id left join agents g on g.id = c.assigned_agent and g.is_enabled
where c.state = 'queued' and g.id is null and (c.assigned_until is null or c.assigned_until > switchboard_now()
                                               or c.assigned_agent is null)
group by c.queue_id, q.key, q.name, q.relax_steps, c.required_skills"""

# which of these wants (queue and skills) some enabled agent could meet
_SERVABLE = """
select w.n from unnest($1::uuid[], $2::jsonb[]) with ordinality as w(queue_id, skills, n)
where exists (
  select from agent_queues s join agents a on a.id = s.agent_id and a.is_enabled
  where s.queue_id = w.queue_id and not exists (
    select from jsonb_each_text(w.skills) need
    where not exists (select from agent_skills k
                      where k.agent_id = a.id and k.skill = need.key and k.level >= need.value::numeric)))"""


def least_demand(required: Mapping[str, int], relax_steps: object) -> dict[str, int]:
    """The skills that are still asked for when everything a queue gives up has been given up."""
    try:
        steps = demand_steps(required, parse_relax_steps(relax_steps))
    except InvalidInput:  # a rule written by hand that nobody can use relaxes nothing
        return dict(required)
    return dict(steps[-1]["skills"]) if steps and steps[-1]["for"] is None else {}


async def check(tx: Transaction) -> int:
    """Make the alerts what they should be; returns how many contacts wait in vain."""
    wants = await tx.fetch(_WANTS)
    demands = [least_demand(row["required_skills"], row["relax_steps"]) for row in wants]
    rows = await tx.fetch(_SERVABLE, [row["queue_id"] for row in wants], demands)
    servable = {row["n"] - 1 for row in rows}
    found: dict[str, dict[str, Any]] = {}
    in_vain = 0
    for n, row in enumerate(wants):
        if n in servable:
            continue
        in_vain += row["waiting"]
        subject = _subject(row["queue_id"], row["required_skills"])
        found[subject] = {
            "queue_id": str(row["queue_id"]),
            "queue": row["name"],
            "skills": row["required_skills"],
            "since": row["since"].isoformat(),
        }
        if await alerts.raise_alert(tx, KIND, subject, found[subject]):
            log.error(
                "contacts wait that no agent can ever serve",
                queue=row["key"],
                skills=row["required_skills"],
                contacts=row["waiting"],
                since=row["since"],
            )
    await alerts.settle(tx, KIND, found)
    return in_vain


async def check_queued(tx: Transaction, contact: Contact) -> None:
    """A contact has begun to wait: one question for the usual one, all of it for one that nobody can serve."""
    if not await _is_servable(tx, contact.queue_id, contact.required_skills):
        await check(tx)


async def check_again(tx: Transaction) -> None:
    """Something has changed that may have solved an alert, or a contact has gone."""
    if await alerts.open_subjects(tx, KIND):
        await check(tx)


async def _is_servable(reader: Reader, queue_id: UUID | None, skills: dict[str, int]) -> bool:
    return bool(await reader.fetch(_SERVABLE, [queue_id], [skills]))


def _subject(queue_id: UUID, skills: Mapping[str, int]) -> str:
    return " ".join([f"queue:{queue_id}", *(f"{skill}>={level}" for skill, level in sorted(skills.items()))])
