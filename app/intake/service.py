"""Who is it, open the contact, start the flow; then turn by turn until self-service has solved it or a human must.

Channels call `receive` once and `advance` for every reply; both only say what to do next. Everything they write is
in the caller's transaction.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from app.contacts import repository as contact_rows
from app.contacts import service as contacts
from app.contacts.lifecycle import ContactState
from app.contacts.models import Contact
from app.contacts.service import NewContact
from app.core.batch import Batch
from app.core.db import Reader, Transaction
from app.core.errors import NotFound
from app.customers.dialable import DialRules
from app.customers.identify import identify
from app.customers.models import Certain, Identified, Likely, Unknown
from app.customers.phones import NotANumber, Number, PhoneAddress, Withheld
from app.customers.profile import stored_candidates
from app.intake import leaving, mapping
from app.intake.abilities import with_abilities
from app.intake.searching import run_search, settle_search
from app.routing.callbacks import ANY_NUMBER
from app.routing.hours import ALWAYS_OPEN, Hours
from app.routing.queueing import REMEMBER
from app.routing.service import Memory
from app.selfservice import flow as flows
from app.selfservice import requests, runs
from app.selfservice.locales import Locale
from app.selfservice.state import Facts, PathEntry, Status
from app.selfservice.turns import Digits, FlowInput, HungUp, Search, Turn
from app.touchpoints import log as touchpoints
from app.touchpoints.log import Line


@dataclass(frozen=True, slots=True)
class Entry:
    """Where contacts of one address (a phone number, a widget) come in; `hours` is what its flow goes by."""

    flow_id: UUID
    flow_version: int
    locale: Locale
    hours: Hours = ALWAYS_OPEN


@dataclass(frozen=True, slots=True)
class Received:
    """What is known of a new contact before anything is written."""

    contact_id: UUID
    new: NewContact
    entry: Entry
    turn: Turn


async def prepare(
    reader: Reader,
    *,
    contact_id: UUID,
    channel: str,
    address: PhoneAddress,
    to_address: str,
    entry: Entry,
    now: datetime,
    time_zone: ZoneInfo,
    rules: DialRules = ANY_NUMBER,
    identified: Identified | None = None,
) -> Received:
    """Look the caller up and take the flow's first turn. Writes nothing, so that a repeated webhook can still be
    answered with the first answer. `identified`: who it is, where the channel knows that better than by the address."""
    if identified is None:
        identified = await identify(reader, address=address)
    flow = await runs.definition(reader, entry.flow_id, entry.flow_version)
    facts = await with_abilities(
        reader,
        flow,
        _facts(identified, address, entry, now, time_zone),
        channel=channel,
        address=address,
        called=to_address,
        customer_id=identified.customer.customer_id if isinstance(identified, Certain) else None,
        rules=rules,
        time_zone=time_zone,
    )
    turn = flows.start(flow, facts, now=now)
    new = new_contact(channel, address, to_address, identified, facts.locale)
    return Received(contact_id, new, entry, turn)


def _facts(
    identified: Identified, address: PhoneAddress, entry: Entry, now: datetime, time_zone: ZoneInfo
) -> Facts:
    local_now = now.astimezone(time_zone)
    if isinstance(identified, Certain):
        customer = identified.customer
        # who reads a page has chosen its language; a caller is greeted in the one we know
        locale = entry.locale if isinstance(address, NotANumber) else Locale(customer.language)
        facts = Facts(locale, local_now, known=True, name=customer.display_name, tier=customer.tier)
    else:
        facts = Facts(entry.locale, local_now, withheld=isinstance(address, Withheld))
    if entry.hours.is_open(now):
        return facts
    opens_at = entry.hours.opens_at(now)
    return replace(facts, is_open=False, opens_at=opens_at.astimezone(time_zone) if opens_at else None)


def new_contact(
    channel: str, address: PhoneAddress, to_address: str, identified: Identified, locale: Locale
) -> NewContact:
    """A contact from this address, with whom it may be."""
    customer_id, identification, candidates = None, "unknown", []
    match identified:
        case Certain(customer):
            customer_id, identification = customer.customer_id, "certain"
        case Likely(found):
            identification, candidates = "likely", stored_candidates(found)
        case Unknown() | Withheld():
            pass
    return NewContact(
        channel=channel,
        from_address=address.e164 if isinstance(address, Number) else None,
        to_address=to_address,
        customer_id=customer_id,
        identification=identification,
        candidates=candidates,
        language=locale.value,
    )


def opening(batch: Batch, received: Received, *, answer: str | None) -> None:
    """Add the contact, its run and its first touchpoints to a batch. `answer` is what the channel answers, kept for
    repeated replies."""
    subject, opened = contacts.opening(batch, received.new, received.contact_id)
    runs.start(
        batch,
        contact_id=received.contact_id,
        flow_id=received.entry.flow_id,
        version=received.entry.flow_version,
        state=received.turn.state,
        answer=answer,
    )
    state = received.turn.state
    touchpoints.append_first(batch, subject, [opened, *_lines(received.turn.log, step=state.steps)])


async def settle_first_turn(
    tx: Transaction, received: Received, *, now: datetime, memory: Memory = REMEMBER
) -> None:
    """What follows from a first turn that asks nothing: a flow that queues or closes at once."""
    contact = await contact_rows.get_for_update(tx, received.contact_id)
    flow = await runs.definition(tx, received.entry.flow_id, received.entry.flow_version)
    await leaving.apply(tx, flow, contact, received.turn, now=now, memory=memory)


async def advance(
    tx: Transaction,
    contact_id: UUID,
    event: FlowInput,
    *,
    step: int | None,
    render: Callable[[Turn], str],
    now: datetime,
    memory: Memory = REMEMBER,
) -> str:
    """Take one turn and return what the channel answers (`render` makes it of the turn). A reply to an older step
    (late or repeated) changes nothing and is answered as before.

    Raises NotFound for a contact that has no run."""
    contact = await contact_rows.get_for_update(tx, contact_id)
    run = await runs.get_for_update(tx, contact_id)
    if run is None:
        raise NotFound("this contact is not in self-service")
    if (step is not None and step != run.step) or contact.state != ContactState.SELF_SERVICE:
        return run.answer or ""
    if run.state.status is Status.REQUESTING and not _leaves(event):
        found = await requests.result(tx, contact_id, run.step, now=now)
        if found is None:
            return render(flows.still_waiting(run.state))
        event = found
    flow = await runs.definition(tx, run.flow_id, run.version)
    turn = flows.resume(flow, run.state, event, now=now)
    log = list(turn.log)
    search_id = run.search_id
    if isinstance(turn.action, Search):
        turn, search_id = await run_search(tx, flow, contact, turn, now=now)
        log += turn.log
    await _log_path(tx, contact, log, step=turn.state.steps)
    search_id = await settle_search(tx, search_id, log, now=now)
    turn = await leaving.apply(tx, flow, contact, turn, now=now, memory=memory)
    answer = render(turn)
    await runs.save(tx, contact_id, state=turn.state, answer=answer, search_id=search_id)
    return answer


def _leaves(event: FlowInput) -> bool:
    """Whether this ends the waiting for a web service: the caller wants a person, or goes."""
    return isinstance(event, HungUp) or (isinstance(event, Digits) and event.keys.strip() == "0")


async def hang_up(tx: Transaction, contact_id: UUID, *, now: datetime) -> None:
    """The customer left in self-service: note where, so that the next agent sees it."""
    run = await runs.get_for_update(tx, contact_id)
    if run is None or run.state.is_final:
        return
    flow = await runs.definition(tx, run.flow_id, run.version)
    turn = flows.resume(flow, run.state, HungUp(), now=now)
    summary = mapping.summary(flows.summary(flow, turn.state))
    await contact_rows.change(tx, contact_id, {"summary": summary})
    await runs.save(tx, contact_id, state=turn.state, answer=run.answer, search_id=run.search_id)


def _lines(log: Sequence[PathEntry], *, step: int) -> list[Line]:
    """The touchpoints a turn's log becomes; entries another touchpoint tells are left out."""
    return [
        Line(kind, f"{step}.{n}", mapping.touchpoint_actor(entry), mapping.touchpoint_data(entry))
        for n, entry in enumerate(log)
        if (kind := mapping.touchpoint_kind(entry)) is not None
    ]


async def _log_path(tx: Transaction, contact: Contact, log: Sequence[PathEntry], *, step: int) -> None:
    for line in _lines(log, step=step):
        await touchpoints.append(
            tx, contact.subject, line.kind, actor=line.actor, data=line.data, once=line.once
        )
