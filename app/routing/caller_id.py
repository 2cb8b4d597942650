"""Which of our numbers is shown to whom we call: dial-outs, callbacks, telephones outside that a call goes to.

Only a row of `phone_numbers` can be: the carrier refuses a number that is not the account's own
(https://www.twilio.com/docs/voice/api/call-resource#create-a-call-resource, `From`).
"""

from uuid import UUID

from app.core.db import Reader

_SHOWN = """
select n.number from phone_numbers n left join queues q on q.id = $1
order by (n.number = q.caller_id) desc nulls last, (n.number = $2) desc nulls last,
         (n.queue_id = $1) desc nulls last, n.is_default desc, n.number
limit 1"""


async def number_shown(reader: Reader, queue_id: UUID | None, *, called: str | None = None) -> str | None:
    """The number, E.164: the queue's own setting; else `called`, the one the customer called us on, while it is ours;
    else a number that leads to the queue; else the site's; else the first. None when we have no number at all."""
    number: str | None = await reader.fetchval(_SHOWN, queue_id, called)
    return number
