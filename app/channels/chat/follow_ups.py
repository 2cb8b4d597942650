"""Messages a visitor did not read before going, noted for the channel that can bring them after: mail, once it is
built. One row for each contact, in the transaction that makes it true."""

from uuid import UUID

from app.core.db import Transaction

_NOTE = """
insert into chat_follow_ups (contact_id, conversation_id, email, from_seq, to_seq)
select k.id, v.id, coalesce(p.person ->> 'email', p.details ->> 'email'), min(m.seq), max(m.seq)
from contacts k join conversations v on v.contact_id = k.id join chats c on c.conversation_id = v.id
join chat_visitors p on p.id = c.visitor_id
join messages m on m.conversation_id = v.id and m.direction = 'outbound' and m.agent_id is not null
  and m.seq > c.read_seq
where k.id = $1 and coalesce(p.person ->> 'email', p.details ->> 'email') is not null
group by k.id, v.id, p.person, p.details
on conflict (contact_id) do update set to_seq = greatest(chat_follow_ups.to_seq, excluded.to_seq)
  where chat_follow_ups.sent_at is null
returning true"""


async def note(tx: Transaction, contact_id: UUID) -> bool:
    """Note what an agent wrote and the visitor has not read, where a mail would reach them. False when there is
    nothing to bring, or nowhere to."""
    return bool(await tx.fetchval(_NOTE, contact_id))
