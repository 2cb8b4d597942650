"""How it was: one score after a talk with an agent, kept where the scores of calls are."""

from app.channels.chat.reading import Asking, conversation_of
from app.channels.chat.telling import tell_state
from app.contacts import repository as contact_rows
from app.contacts.lifecycle import ContactState
from app.core import alerts
from app.core.db import Transaction
from app.core.errors import Conflict, NotFound
from app.routing.alert_kinds import LOW_SCORE
from app.touchpoints import log as touchpoints

LOW = 2  # this and less opens a follow-up, as after a call
_OVER = (ContactState.WRAP_UP, ContactState.CLOSED)


async def rate(tx: Transaction, asking: Asking, score: int, comment: str | None) -> None:
    """Keep the score; the same again changes nothing. Raises NotFound when there was no talk, Conflict when it goes on
    or was rated otherwise."""
    found = await conversation_of(tx, asking)
    if found is None or found.contact_id is None:
        raise NotFound("there is no chat to rate")
    contact = await contact_rows.get_for_update(tx, found.contact_id)
    if contact.accepted_at is None:
        raise NotFound("there was no talk to rate")
    if contact.state not in _OVER:
        raise Conflict("the chat goes on; rate it when it is over")
    words = " ".join((comment or "").replace("\x00", "").split()) or None
    added = await tx.fetchval(
        """insert into surveys (contact_id, agent_id, state, score, comment, answered_at, follow_up)
           values ($1, $2, 'answered', $3::smallint, $4, switchboard_now(),
                   case when $3::smallint <= $5::smallint then 'open' end)
           on conflict (contact_id) do nothing returning true""",
        contact.id,
        contact.agent_id,
        score,
        words,
        LOW,
    )
    if not added:
        given = await tx.fetchval("select score from surveys where contact_id = $1", contact.id)
        if given != score:
            raise Conflict("this chat has been rated")
        return
    data = {"score": score, **({"comment": words} if words else {})}
    await touchpoints.append(
        tx, contact.subject, "survey.answered", actor=touchpoints.CUSTOMER, data=data, once="1"
    )
    if score <= LOW:
        agent_id = str(contact.agent_id) if contact.agent_id else None
        facts = {"score": score, "agent_id": agent_id, "queue_id": str(contact.queue_id)}
        await alerts.raise_alert(tx, LOW_SCORE, str(contact.id), facts)
    tell_state(tx, found.id)
