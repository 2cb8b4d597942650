"""A survey is asked when the agent hangs up and the caller is still there; it has one score at most.

Every step runs with the contact locked and may run twice: the carrier's answer to our order and the caller's key race.
"""

from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from app.channels.voice import calls
from app.channels.voice.calls import Call, CallState
from app.channels.voice.commands import CommandKind
from app.channels.voice.show import show
from app.contacts import repository as contact_rows
from app.contacts.events import Control
from app.contacts.lifecycle import ContactState
from app.contacts.models import Contact
from app.core import alerts
from app.core.db import Reader, Transaction
from app.routing import service as routing
from app.routing.alert_kinds import LOW_SCORE
from app.touchpoints import log as touchpoints

LOW = 2  # this and less opens a follow-up
SCORES = frozenset("12345")
_TALKS = (CallState.TALKING, CallState.HELD)


@dataclass(frozen=True, slots=True)
class Survey:
    """One row of `surveys`."""

    contact_id: UUID
    agent_id: UUID | None
    state: str
    score: int | None
    asked_at: datetime
    answered_at: datetime | None
    follow_up: str | None


_COLUMNS = ", ".join(f.name for f in fields(Survey))


async def get(reader: Reader, contact_id: UUID) -> Survey | None:
    """The contact's survey."""
    row = await reader.fetchrow(f"select {_COLUMNS} from surveys where contact_id = $1", contact_id)  # noqa: S608
    return Survey(**dict(row.items())) if row else None


async def how_to_hang_up(tx: Transaction, contact: Contact, call: Call) -> CommandKind:
    """The agent hangs up: the call ends, or its caller is asked first, as the queue says. Asked once in a contact."""
    has_survey = await tx.fetchval("select has_survey from queues where id = $1", contact.queue_id)
    is_over = calls.customer_leg(await calls.legs(tx, contact.id)).is_over
    if has_survey and call.state in _TALKS and not is_over and await get(tx, contact.id) is None:
        return CommandKind.ASK_SURVEY
    return CommandKind.END_CALL


async def began(tx: Transaction, contact_id: UUID, now: datetime) -> bool:
    """The caller hears the question: the agent is free of the call and wraps up. False when it was known, or the
    conversation is over for another reason."""
    contact = await contact_rows.get(tx, contact_id)
    call = await calls.get(tx, contact_id)
    if call is None or contact.state != ContactState.ACTIVE or call.state not in _TALKS:
        return False
    await tx.execute(
        "insert into surveys (contact_id, agent_id) values ($1, $2) on conflict do nothing",
        contact_id,
        contact.agent_id,
    )
    await calls.change(tx, contact_id, state=CallState.SURVEY.value, alone_since=None)
    await show(tx, contact_id, state=CallState.SURVEY, settled=Control.HANG_UP, error=None, held_since=None)
    await touchpoints.append(tx, contact.subject, "survey.asked", once="1")
    await routing.start_wrap_up(tx, contact_id, now=now, ended_by="agent")
    return True


async def answered(tx: Transaction, contact: Contact, score: int) -> None:
    """The first score counts. A low one opens a follow-up and tells the supervisors."""
    agent_id = await tx.fetchval(
        """update surveys set state = 'answered', score = $2::smallint, answered_at = switchboard_now(),
             follow_up = case when $2::smallint <= $3::smallint then 'open' end
           where contact_id = $1 and state = 'asked' returning coalesce(agent_id::text, '')""",
        contact.id,
        score,
        LOW,
    )
    if agent_id is None:
        return
    await touchpoints.append(
        tx, contact.subject, "survey.answered", actor=touchpoints.CUSTOMER, data={"score": score}, once="1"
    )
    if score <= LOW:
        data = {"score": score, "agent_id": agent_id or None, "queue_id": str(contact.queue_id)}
        await alerts.raise_alert(tx, LOW_SCORE, str(contact.id), data)


async def unanswered(tx: Transaction, contact: Contact) -> None:
    """No key twice, or the caller has hung up."""
    ended = await tx.fetchval(
        "update surveys set state = 'no_answer' where contact_id = $1 and state = 'asked' returning contact_id",
        contact.id,
    )
    if ended is not None:
        await touchpoints.append(tx, contact.subject, "survey.unanswered", once="1")


async def followed_up(tx: Transaction, contact_id: UUID) -> bool:
    """Somebody has seen to a low score; False when it was done before or there is nothing to do."""
    done = await tx.fetchval(
        """update surveys set follow_up = 'done' where contact_id = $1 and follow_up = 'open'
           returning contact_id""",
        contact_id,
    )
    await alerts.clear_alert(tx, LOW_SCORE, str(contact_id))
    return done is not None
