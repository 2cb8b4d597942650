"""A customer writes, on whatever channel of text: whose conversation it is, whether the FAQ knows the answer, or who
takes over.

Self-service in text is short: the customer's own words are searched for, and when the site lets the machine answer
and it is sure, it answers and the next message says whether that helped. Everything else goes to people. All of it is
in the caller's transaction, which has claimed the message.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.contacts import conversations, messages, opt_outs
from app.contacts import repository as contact_rows
from app.contacts import service as contacts
from app.contacts.conversations import Conversation
from app.contacts.lifecycle import ContactState, Outcome
from app.contacts.messages import Message, NewAttachment
from app.contacts.models import Contact
from app.core.db import Transaction
from app.customers.identify import identify
from app.customers.models import Certain
from app.customers.phones import PhoneAddress
from app.faq import search as faq_search
from app.faq import usage as faq_usage
from app.faq.forms import plain_text
from app.faq.models import Audience, Language
from app.faq.search import SearchResult
from app.faq.usage import SearchResolution
from app.intake import classifying, mapping
from app.intake.service import new_contact
from app.routing import service as routing
from app.routing.queueing import REMEMBER
from app.routing.service import Memory, QueueRequest
from app.selfservice.locales import Locale
from app.selfservice.masking import mask
from app.selfservice.prompts import message as prompt
from app.selfservice.speech import command, normalise, yes_or_no
from app.selfservice.state import TopicSource, UnsolvedReason
from app.selfservice.turns import Zone
from app.touchpoints import log as touchpoints

# A contact in wrap-up is over for the customer: what comes then begins a new one, or it would end unread.
_OPEN: Final = frozenset(set(ContactState) - {ContactState.WRAP_UP, ContactState.CLOSED})
_ASKS_FOR_PERSON: Final = "0"


@dataclass(frozen=True, slots=True)
class TextLine:
    """One of our addresses for text: which queue answers, in which language when the customer's is not known, and for
    how long after its last message a conversation is gone on with."""

    queue_id: UUID
    locale: Locale
    reopen: timedelta


@dataclass(frozen=True, slots=True)
class Text:
    """What the customer sent. `address` and `our_address` as the channel writes them; `who` is the same customer's
    telephone number. `client_id`: the sender's own id of the message."""

    channel: str
    address: str
    our_address: str
    who: PhoneAddress
    client_id: str
    body: str
    attachments: Sequence[NewAttachment] = ()


@dataclass(frozen=True, slots=True)
class _Arrived:
    """The message in its conversation, with the contact it belongs to, locked."""

    contact: Contact
    conversation: Conversation
    message: Message
    is_new: bool  # the message opened the contact


async def receive(
    tx: Transaction, text: Text, line: TextLine, *, now: datetime, memory: Memory = REMEMBER
) -> Message:
    """Store the message where it belongs and do what follows from it."""
    arrived = await _arrive(tx, text, line, now=now)
    if arrived.contact.state == ContactState.SELF_SERVICE:
        await (_first(tx, arrived, line, now=now, memory=memory) if arrived.is_new
               else _reply(tx, arrived, line, now=now, memory=memory))  # fmt: skip
    return arrived.message


async def opt_out(tx: Transaction, text: Text, line: TextLine, *, now: datetime) -> Message:
    """The customer wants no more messages: recorded, and nobody is asked to write back. An agent who has the
    conversation in hand sees it."""
    arrived = await _arrive(tx, text, line, now=now)
    await opt_outs.opt_out(tx, text.address, text.our_address, text.body.strip()[:100])
    await _log(tx, arrived, "messaging.opted_out")
    if arrived.contact.state != ContactState.ACTIVE:
        await routing.customer_left(tx, arrived.contact.id, now=now)
    return arrived.message


async def opt_in(tx: Transaction, text: Text, line: TextLine, *, now: datetime) -> Message:
    """The customer wants messages again. The word alone asks nothing, so it waits for nobody."""
    arrived = await _arrive(tx, text, line, now=now)
    await opt_outs.opt_in(tx, text.address, text.our_address)
    await _log(tx, arrived, "messaging.opted_in")
    if arrived.is_new:
        await contacts.close(tx, arrived.contact.id, Outcome.ENDED_IN_SELF_SERVICE, now=now)
    return arrived.message


async def _log(tx: Transaction, arrived: _Arrived, kind: str) -> None:
    once = str(arrived.message.id)
    data = {"text": arrived.message.body[: messages.EXCERPT_CHARACTERS]}
    await touchpoints.append(
        tx, arrived.contact.subject, kind, actor=touchpoints.CUSTOMER, data=data, once=once
    )


async def _arrive(tx: Transaction, text: Text, line: TextLine, *, now: datetime) -> _Arrived:
    await conversations.take_turns(tx, text.channel, text.address, text.our_address)
    found = await conversations.current(tx, text.channel, text.address, text.our_address)
    contact = None
    if found is not None and found.contact_id is not None:
        contact = await contact_rows.get_for_update(tx, found.contact_id)
    is_new = contact is None or contact.state not in _OPEN
    if contact is None or is_new:
        contact = await _open(tx, text, line)
        if found is not None and now - found.last_at <= line.reopen:
            found = await conversations.hand_to(tx, found.id, contact.id)
        else:
            found = await conversations.begin(
                tx,
                channel=text.channel,
                address=text.address,
                our_address=text.our_address,
                contact_id=contact.id,
            )
    assert found is not None  # noqa: S101 -- an open contact was found through it
    message = await messages.receive(
        tx, contact, found, client_id=text.client_id, body=text.body, attachments=text.attachments
    )
    return _Arrived(contact, found, message, is_new)


async def _open(tx: Transaction, text: Text, line: TextLine) -> Contact:
    identified = await identify(tx, address=text.who)
    if isinstance(identified, Certain):
        locale = Locale(identified.customer.language)
    else:
        locale = written_in(text.body, line.locale)
    new = new_contact(text.channel, text.who, text.our_address, identified, locale)
    return await contacts.open_contact(tx, new)


def written_in(text: str, usual: Locale) -> Locale:
    """The language to answer a stranger in: the line's own, unless the script says otherwise. Which form of Chinese is
    meant cannot be told from a few words, so a Chinese line keeps its own."""
    has_han = any("㐀" <= c <= "鿿" for c in text)
    if has_han:
        return usual if usual.is_chinese else Locale.ZH_HANT
    has_words = sum(c.isascii() and c.isalpha() for c in text) >= 2
    return Locale.EN if has_words else usual


async def _first(
    tx: Transaction, arrived: _Arrived, line: TextLine, *, now: datetime, memory: Memory
) -> None:
    """The words that opened the contact: answered by the FAQ, or given to people."""
    contact, asked = arrived.contact, mask(arrived.message.body).strip()
    said = normalise(asked)
    if not said or command(said) == _ASKS_FOR_PERSON:
        reason = UnsolvedReason.ASKED_FOR_AGENT if said else None
        await _queue(tx, arrived, line, _summary(asked, now), reason, now=now, memory=memory)
        return
    outcome = await faq_search.search(
        tx,
        question=asked,
        language=Language(contact.language),
        audience=Audience.PUBLIC,
        channel=contact.channel,
        now=now,
        limit=3,
    )
    await faq_usage.record_search(
        tx,
        outcome=outcome,
        question_masked=asked,
        action=mapping.search_action(outcome.zone),
        now=now,
        contact_id=contact.id,
    )
    result = mapping.search_result(outcome)
    summary = _summary(asked, now, topic=result.topic)
    if result.topic is not None:
        await classifying.record(
            tx,
            contact.id,
            topic=result.topic,
            source=TopicSource.WORDS,
            confidence=result.topic_confidence,
            now=now,
        )
    if result.zone is Zone.ANSWER and await _answer(tx, arrived, outcome.results[0], summary, now=now):
        return
    reason = UnsolvedReason.NO_ANSWER_FOUND
    await _queue(tx, arrived, line, summary, reason, now=now, memory=memory)


async def _answer(
    tx: Transaction, arrived: _Arrived, best: SearchResult, summary: dict[str, Any], *, now: datetime
) -> bool:
    """Say what the FAQ knows. False when nothing may be sent to this address."""
    contact, locale = arrived.contact, Locale(arrived.contact.language)
    words = best.answer_short or plain_text(best.answer)
    said = await messages.say(
        tx,
        contact,
        arrived.conversation,
        client_id=f"answer:{arrived.message.client_id}",
        body=prompt("text.answer", locale, answer=words),
    )
    if said is None:
        return False
    article = {"article_id": str(best.article_id), "article_title": best.title}
    _step(summary, "answer", best.title, now)
    await contact_rows.change(tx, contact.id, {"summary": summary | article, "topic": best.topic})
    data = {"text": best.title, "article_id": str(best.article_id)}
    await touchpoints.append(tx, contact.subject, "faq.answered", data=data, once=str(arrived.message.id))
    return True


async def _reply(
    tx: Transaction, arrived: _Arrived, line: TextLine, *, now: datetime, memory: Memory
) -> None:
    """What the customer says to an answer: it helped, or a person is needed."""
    contact = arrived.contact
    helped = yes_or_no(normalise(arrived.message.body)) is True
    summary = dict(contact.summary)
    kind = "faq.helped" if helped else "faq.not_helped"
    await touchpoints.append(
        tx, contact.subject, kind, actor=touchpoints.CUSTOMER, once=str(arrived.message.id)
    )
    search_id = await tx.fetchval(
        "select id from faq_searches where contact_id = $1 and outcome is null order by at desc limit 1",
        contact.id,
    )
    if search_id is not None:
        resolution = SearchResolution.HELPED if helped else SearchResolution.ESCALATED
        article = UUID(summary["article_id"]) if summary.get("article_id") else None
        await faq_usage.record_outcome(
            tx, search_id=search_id, outcome=resolution, now=now, chosen_article_id=article
        )
    _step(summary, "helped", mask(arrived.message.body)[:200], now)
    if helped:
        await contact_rows.change(tx, contact.id, {"summary": summary})
        await contacts.close(tx, contact.id, Outcome.SOLVED_BY_SELF_SERVICE, now=now)
        return
    reason = UnsolvedReason.ANSWER_DID_NOT_HELP
    await _queue(tx, arrived, line, summary, reason, now=now, memory=memory)


async def _queue(
    tx: Transaction,
    arrived: _Arrived,
    line: TextLine,
    summary: dict[str, Any],
    reason: UnsolvedReason | None,
    *,
    now: datetime,
    memory: Memory,
) -> None:
    contact, why = arrived.contact, reason.value if reason else None
    _step(summary, "queued", "", now)
    await contact_rows.change(tx, contact.id, {"summary": summary | {"unsolved_reason": why}})
    request = QueueRequest(line.queue_id, contact.priority, {}, summary["topic"] or contact.topic, why)
    await routing.enqueue(tx, contact.id, request, now=now, memory=memory)


def _summary(question: str, now: datetime, topic: str | None = None) -> dict[str, Any]:
    """The shape of the console's SelfServiceSummary."""
    found: dict[str, Any] = {
        "topic": topic,
        "topic_label": None,
        "question": question or None,
        "article_id": None,
        "article_title": None,
        "unsolved_reason": None,
        "path": [],
    }
    if question:
        _step(found, "question", question, now)
    return found


def _step(summary: dict[str, Any], kind: str, text: str, now: datetime) -> None:
    entry = {"at": now.isoformat(), "kind": kind, "text": text, "detail": None}
    summary["path"] = [*summary.get("path", []), entry]
