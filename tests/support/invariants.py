"""What must be true of the tables whatever has happened, as queries that find the rows that break it."""

from typing import TYPE_CHECKING

from app.core.db import Reader
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from tests.support.centre import Centre

# Simulated seconds per real one where silence is judged: a second of a busy machine must not count as half a minute.
CALM_SPEED = 8.0

LIVE = "('pending', 'accepting', 'accepted')"

# Of contacts, offers and agents, whatever time it is. The numbers are those of the reliability design.
BOOKS = {
    "I1 no contact is lost": """
        select id from contacts where state not in
          ('new', 'self_service', 'queued', 'offered', 'active', 'wrap_up', 'closed')
           or (state in ('queued', 'offered') and queue_id is null)""",
    "I2 a contact has one live offer at most, or several pending ones that ring together": f"""
        select contact_id from offers where state in {LIVE} group by 1
        having count(*) > 1 and not bool_and(is_shared and state = 'pending')""",
    "I2 nobody has two live offers of one contact": f"""
        select contact_id from offers where state in {LIVE} group by contact_id, agent_id having count(*) > 1""",
    "I2 no contact rings together in a queue that rings one agent": f"""
        select o.id from offers o join contacts c on c.id = o.contact_id join queues q on q.id = c.queue_id
        where o.state in {LIVE} and o.is_shared and q.ring_count = 1""",
    "I2 no more agents are rung together than the queue rings": """
        select c.id from offers o join contacts c on c.id = o.contact_id join queues q on q.id = c.queue_id
        where o.state = 'pending' group by c.id, q.ring_count having count(*) > q.ring_count""",
    "I3 the load is the sum of the live offers and within capacity": """
        select s.agent_id from agent_states s
        left join (select agent_id, sum(cost) as used from offers
                   where state in ('pending', 'accepting', 'accepted') group by 1) o using (agent_id)
        where coalesce(o.used, 0) <> s.used_units or s.used_units > s.units""",
    "I4 an offer that is unanswered has a contact that is offered": """
        select o.id from offers o join contacts c on c.id = o.contact_id
        where o.state in ('pending', 'accepting') and c.state <> 'offered'""",
    "I4 an accepted offer has a contact that is active": """
        select o.id from offers o join contacts c on c.id = o.contact_id
        where o.state = 'accepted' and c.state <> 'active'""",
    "I4 a contact in somebody's hands has a live offer": """
        select c.id from contacts c where c.state in ('offered', 'active') and not exists (
          select from offers o where o.contact_id = c.id and o.state in ('pending', 'accepting', 'accepted'))""",
    "a callback that is open has a contact that is where its state says": """
        select b.id from callbacks b join contacts c on c.id = b.contact_id
        where (b.state = 'pausing' and c.state <> 'new')
           or (b.state = 'waiting' and c.state not in ('queued', 'offered'))
           or (b.state = 'dialling' and c.state <> case b.first when 'agent' then 'offered' else 'queued' end)
           or (b.state in ('settled', 'failed', 'cancelled') and c.state <> 'closed')""",
    "a callback that is open is looked at again": """
        select id from callbacks where state in ('pausing', 'dialling') and due_at is null""",
    "I5 one line per occasion": "select dedup_key from touchpoints group by 1 having count(*) > 1",
    "I5 one end per contact": """
        select contact_id from touchpoints where kind = 'contact.closed' group by 1 having count(*) > 1""",
    "I10 no offer of an older epoch after one of a newer": """
        select id from (select id, epoch, lag(epoch) over (order by made_at, id) as before from offers) o
        where epoch < before""",
}

ALWAYS = BOOKS | {
    "I4 a pending offer is of an offered contact and not overdue": """
        select o.id from offers o join contacts c on c.id = o.contact_id
        where o.state in ('pending', 'accepting')
          and (c.state <> 'offered' or o.expires_at < switchboard_now() - interval '2 s')""",
    "I4 a contact in hand is in the hands of its offer's agent": """
        select c.id from contacts c where c.state = 'active' and not exists
          (select from offers o where o.contact_id = c.id and o.state = 'accepted' and o.agent_id = c.agent_id)""",
    "I6 streams have no gap": """
        select s.stream from streams s
        join (select stream, min(seq) as low, max(seq) as high, count(*) as n from events group by 1) e
          on e.stream = s.stream
        where e.high <> s.seq or e.high - e.low + 1 <> e.n""",
    "I9 no command or job is left over": """
        select id::text from voice_commands
         where state in ('pending', 'sending') and created_at < switchboard_now() - interval '30 s'
        union all select id::text from pgqueuer where status in ('failed', 'exception')""",
    "I12 times are in order": """
        select id from contacts
        where (queued_at < opened_at and channel <> 'callback') -- a callback keeps the place of the one before it
           or accepted_at < queued_at or closed_at < ended_at or ended_at < opened_at""",
}

AT_REST = {
    "I1 every contact has come to an end": """
        select id from contacts where state not in ('closed', 'wrap_up')""",
    "I1 a closed contact has one closing line": """
        select c.id from contacts c join voice_calls v on v.contact_id = c.id
        left join touchpoints t on t.contact_id = c.id and t.kind = 'contact.closed'
        where c.state = 'closed' group by c.id having count(t.id) <> 1""",
    "no offer lives": f"select id from offers where state in {LIVE}",
    "no agent is loaded": "select agent_id from agent_states where used_units <> 0",
    "every call is closed": "select contact_id from voice_calls where state <> 'closed'",
    "every leg is over": "select id from voice_legs where ended_at is null or is_in_room",
    "I9 every command is settled": "select id from voice_commands where state in ('pending', 'sending')",
    "no control is pending": """
        select id from contacts where media ->> 'pending_command' is not null and state <> 'wrap_up'
          and media ->> 'pending_command' <> 'hang_up'""",
}


async def broken(reader: Reader, invariants: dict[str, str]) -> dict[str, list[str]]:
    """The invariants that do not hold, each with the rows that break it."""
    found = {}
    for name, sql in invariants.items():
        if rows := await reader.fetch(sql):
            found[name] = [str(row[0]) for row in rows]
    return found


async def assert_quiescent(centre: "Centre", timeout_s: float = 20.0) -> None:
    """Everybody has hung up: wait until nothing moves, then nothing may be left over or broken."""

    async def rests() -> bool:
        async with centre.database.read() as reader:
            return not await broken(reader, AT_REST)

    try:
        await eventually(rests, timeout_s, "rest")
    finally:
        async with centre.database.read(snapshot=True) as reader:
            found = await broken(reader, AT_REST | ALWAYS)
            assert not found, found
    violations = centre.simulator.oracles()
    assert not violations, violations
