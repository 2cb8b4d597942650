"""A visitor becomes a person: the site's token is checked, the chat goes along, the customer is looked up.

A session belongs to one person for ever. The customer is found by the rules of `customers/identify.py`: what is
shared, unproven or contradictory gives candidates for the agent, and nothing is ever merged.
"""

from dataclasses import asdict
from datetime import datetime

from app.channels.chat import identity_keys, visitors
from app.channels.chat.errors import IdentityConflict, IdentityRefused
from app.channels.chat.identity_tokens import Person, key_id, person_of
from app.channels.chat.naming import CHANNEL
from app.channels.chat.telling import tell_state, tell_visitor
from app.channels.chat.visitors import Visitor
from app.contacts import conversations, messages
from app.contacts import repository as contact_rows
from app.contacts.conversations import Conversation
from app.contacts.events import ContactChanged
from app.contacts.lifecycle import ContactState
from app.core.db import Reader, Transaction
from app.core.ids import new_id
from app.core.settings import Settings
from app.customers.identify import identify_by
from app.customers.models import (
    Candidate,
    Certain,
    Identified,
    Identity,
    IdentityKind,
    Likely,
    Reason,
    Unknown,
)
from app.customers.phones import Number, normalise
from app.customers.profile import create_customer, stored_candidates
from app.routing import service as routing
from app.selfservice.locales import Locale
from app.selfservice.prompts import message
from app.touchpoints import log as touchpoints

OVER = (ContactState.WRAP_UP, ContactState.CLOSED)


async def identify(
    tx: Transaction, settings: Settings, visitor: Visitor, token: str, *, now: datetime
) -> Visitor:
    """Take the site's word. The same person again changes names only. Raises IdentityRefused or IdentityConflict."""
    kid = key_id(token)
    key = await identity_keys.find(tx, settings, visitor.widget_key, kid)
    if key is None:
        raise IdentityRefused("identity_token: this widget key has no identity key of that `kid`")
    person = person_of(token, key, audience=visitor.widget_key, now=now)
    before = await visitors.lock(tx, visitor.id)
    if before.subject not in (None, person.subject):
        raise IdentityConflict("this session is another person's; start a new session and identify that one")
    customer = await _customer(tx, settings, before, person)
    facts = {name: value for name, value in asdict(person).items() if value and name != "subject"}
    changes: dict[str, object] = {"subject": person.subject, "person": facts}
    if isinstance(customer, Certain):
        changes["customer_id"] = customer.customer.customer_id
    after = await visitors.change(tx, visitor.id, changes)
    if before.subject is None:
        await visitors.check_not_blocked(tx, after)
        await _take_along(tx, before, after, now=now)
    await _tell_contact(tx, after, customer)
    return after


async def known_as(reader: Reader, settings: Settings, visitor: Visitor) -> Identified:
    """Who the customer is, for a contact that opens: proven, or perhaps, by what the visitor said."""
    if visitor.subject is not None:
        found = await _of_person(reader, settings, visitor.widget_key, _person(visitor))
        if not isinstance(found, Unknown):
            return found
    candidates: list[Candidate] = []
    for identity in _identities(settings, visitor.details.get("email"), visitor.details.get("phone")):
        match await identify_by(reader, identity=identity):
            case Certain(customer):  # the identity is proven to be the customer's, but not the visitor's
                candidates.append(Candidate(customer, Reason.UNVERIFIED_NUMBER, None))
            case Likely(found_candidates):
                candidates += found_candidates
    return Likely(tuple(candidates)) if candidates else Unknown()


def _person(visitor: Visitor) -> Person:
    facts = visitor.person
    return Person(visitor.subject or "", facts.get("name"), facts.get("email"), facts.get("phone"))


def _identities(settings: Settings, email: str | None, phone: str | None) -> list[Identity]:
    found = [Identity(IdentityKind.EMAIL, email.lower())] if email else []
    number = normalise(phone, settings.default_region) if phone else None
    if isinstance(number, Number):
        found.append(Identity(IdentityKind.PHONE, number.e164))
    return found


def external(widget_key: str, subject: str) -> Identity:
    """Who the site knows under this name: of two sites with the same number they are two people."""
    return Identity(IdentityKind.EXTERNAL, f"{widget_key}:{subject}")


async def _of_person(reader: Reader, settings: Settings, widget_key: str, person: Person) -> Identified:
    """By the site's own id; else by verified mail and number, which must not contradict each other."""
    own = await identify_by(reader, identity=external(widget_key, person.subject))
    if isinstance(own, Certain):
        return own
    found = [
        await identify_by(reader, identity=identity)
        for identity in _identities(settings, person.email, person.phone)
    ]
    certain = {one.customer.customer_id: one for one in found if isinstance(one, Certain)}
    likely = [candidate for one in found if isinstance(one, Likely) for candidate in one.candidates]
    if len(certain) == 1 and not likely:
        return next(iter(certain.values()))
    contradicting = [Candidate(one.customer, Reason.SHARED_NUMBER, None) for one in certain.values()]
    return Likely((*contradicting, *likely)) if contradicting or likely else Unknown()


async def _customer(tx: Transaction, settings: Settings, visitor: Visitor, person: Person) -> Identified:
    """The customer, learning the site's id for them; a new one when nobody is known. Candidates stay candidates."""
    own = external(visitor.widget_key, person.subject)
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"customer|{own.value}")
    found = await _of_person(tx, settings, visitor.widget_key, person)
    match found:
        case Certain(customer):
            await _add_identity(tx, own, customer.customer_id)
        case Unknown():
            name = person.name or person.email or person.subject
            customer_id = await create_customer(tx, display_name=name, language=Locale(visitor.locale).value)
            for identity in [own, *_identities(settings, person.email, person.phone)]:
                await _add_identity(tx, identity, customer_id)
            return await _of_person(tx, settings, visitor.widget_key, person)
    return found


async def _add_identity(tx: Transaction, identity: Identity, customer_id: object) -> None:
    await tx.execute(
        """insert into identities (id, customer_id, kind, value, is_verified) values ($1, $2, $3, $4, true)
           on conflict (kind, value, customer_id) do update set is_verified = true, is_former = false""",
        new_id(),
        customer_id,
        identity.kind.value,
        identity.value,
    )


async def _take_along(tx: Transaction, before: Visitor, after: Visitor, *, now: datetime) -> None:
    """The open chat of the token becomes the person's; one that the person has open elsewhere goes on instead."""
    own, theirs = before.conversation_address, after.conversation_address
    for address in sorted((own, theirs)):  # in one order: two devices may identify at once
        await conversations.take_turns(tx, CHANNEL, address, before.widget_key)
    here = await conversations.current(tx, CHANNEL, own, before.widget_key)
    there = await conversations.current(tx, CHANNEL, theirs, before.widget_key)
    await tell_visitor(tx, after)
    if here is None:
        return
    if there is not None and await _is_open(tx, there):
        await _close_here(tx, before, here, now=now)
        await conversations.readdress(tx, here.id, theirs, is_current=False)
        return
    if there is not None:
        await conversations.retire(tx, there.id)
    await conversations.readdress(tx, here.id, theirs, is_current=True)


async def _is_open(tx: Transaction, conversation: Conversation) -> bool:
    if conversation.contact_id is None:
        return False
    contact = await contact_rows.get_for_update(tx, conversation.contact_id)
    return contact.state not in OVER


async def _close_here(tx: Transaction, visitor: Visitor, here: Conversation, *, now: datetime) -> None:
    if here.contact_id is None:
        return
    contact = await contact_rows.get_for_update(tx, here.contact_id)
    if contact.state not in OVER:
        words = message("chat.goes_on_elsewhere", Locale(visitor.locale))
        await messages.say(tx, contact, here, client_id=f"elsewhere:{visitor.id}", body=words)
        await routing.customer_left(tx, contact.id, now=now)


async def _tell_contact(tx: Transaction, visitor: Visitor, customer: Identified) -> None:
    """The agent sees at once who it is."""
    found = await conversations.current(tx, CHANNEL, visitor.conversation_address, visitor.widget_key)
    if found is None or found.contact_id is None:
        return
    contact = await contact_rows.get_for_update(tx, found.contact_id)
    if contact.state == ContactState.CLOSED:
        return
    changes: dict[str, object] = {}
    match customer:
        case Certain(known) if contact.customer_id != known.customer_id:
            changes = {"customer_id": known.customer_id, "identification": "certain", "candidates": []}
        case Likely(candidates) if contact.customer_id is None:
            changes = {"identification": "likely", "candidates": stored_candidates(candidates)}
    if changes:
        contact = await contact_rows.change(tx, contact.id, changes)
        await touchpoints.append(
            tx, contact.subject, "customer.verified", data={"by": "site"}, once=str(contact.version)
        )
        await tx.publish(ContactChanged(contact))
    tell_state(tx, found.id)
