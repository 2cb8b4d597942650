"""What must hold of contacts, offers and agents at every instant, as queries that must return nothing.

The names I1 to I4 and their meaning are those of the reliability design: no contact lost, one live assignment,
capacity, no orphaned offer.
"""

from app.core.db import Database

QUERIES = {
    "I1 no contact is lost": """
        select id from contacts where state not in
          ('new', 'self_service', 'queued', 'offered', 'active', 'wrap_up', 'closed')
           or (state in ('queued', 'offered') and queue_id is null)""",
    "I2 one live offer per contact": """
        select contact_id from offers where state in ('pending', 'accepting', 'accepted')
        group by 1 having count(*) > 1""",
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
    "I5 one line per occasion": "select dedup_key from touchpoints group by 1 having count(*) > 1",
    "I5 one end per contact": """
        select contact_id from touchpoints where kind = 'contact.closed' group by 1 having count(*) > 1""",
    "I10 no offer of an older epoch after one of a newer": """
        select id from (select id, epoch, lag(epoch) over (order by made_at, id) as before from offers) o
        where epoch < before""",
}


async def broken(database: Database) -> dict[str, int]:
    """Which invariants are broken, with how many rows; empty when all is well."""
    async with database.read(snapshot=True) as reader:
        found = {name: len(await reader.fetch(sql)) for name, sql in QUERIES.items()}
    return {name: rows for name, rows in found.items() if rows}
