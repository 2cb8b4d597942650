"""What must be true of the tables whatever has happened, as queries that find the rows that break it."""

from typing import TYPE_CHECKING

from app.core.db import Reader
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from tests.support.centre import Centre

# Simulated seconds per real one where silence is judged: a second of a busy machine must not count as half a minute.
CALM_SPEED = 8.0

LIVE = "('pending', 'accepting', 'accepted')"

ALWAYS = {
    "I2 a contact has one live offer at most": f"""
        select contact_id from offers where state in {LIVE} group by 1 having count(*) > 1""",
    "I3 the load of an agent is that of the live offers": f"""
        select s.agent_id from agent_states s
        left join (select agent_id, sum(cost) as cost from offers where state in {LIVE} group by 1) o
          on o.agent_id = s.agent_id
        where coalesce(o.cost, 0) <> s.used_units or s.used_units > s.units""",
    "I4 a pending offer is of an offered contact and not overdue": """
        select o.id from offers o join contacts c on c.id = o.contact_id
        where o.state in ('pending', 'accepting')
          and (c.state <> 'offered' or o.expires_at < switchboard_now() - interval '2 s')""",
    "I4 an offered contact has an offer": f"""
        select c.id from contacts c where c.state = 'offered' and not exists
          (select from offers o where o.contact_id = c.id and o.state in {LIVE})""",
    "I4 a contact in hand is in the hands of its offer's agent": """
        select c.id from contacts c where c.state = 'active' and not exists
          (select from offers o where o.contact_id = c.id and o.state = 'accepted' and o.agent_id = c.agent_id)""",
    "I5 nothing is logged twice": "select dedup_key from touchpoints group by 1 having count(*) > 1",
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
        where queued_at < opened_at or accepted_at < queued_at or closed_at < ended_at or ended_at < opened_at""",
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
