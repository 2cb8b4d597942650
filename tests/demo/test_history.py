"""What the screen-pop tells of earlier contacts, on small histories and on the demo's."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from app.console.history import past_contacts, usual_topics
from app.contacts.models import COLUMNS, Contact, contact_of
from app.core.db import Database, Reader, Transaction
from app.core.ids import new_id
from app.customers.profile import create_customer

DAY = timedelta(days=1)
START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


async def earlier(
    tx: Transaction, customer_id: UUID, day: int, topic: str | None, *, article: UUID | None, helped: bool
) -> UUID:
    contact_id = new_id()
    await tx.execute(
        """insert into contacts (id, channel, state, outcome, customer_id, topic, summary, opened_at,
                                 closed_at)
           values ($1, 'voice', 'closed', $2, $3, $4, $5, $6, $6)""",
        contact_id,
        "solved_by_self_service" if helped else "handled",
        customer_id,
        topic,
        {"article_id": str(article)} if article else {},
        START + day * DAY,
    )
    return contact_id


async def current(tx: Transaction, customer_id: UUID, *, day: int = 9) -> Contact:
    row = await tx.fetchrow(
        f"""insert into contacts (id, channel, state, customer_id, opened_at)
            values ($1, 'voice', 'new', $2, $3) returning {COLUMNS}""",
        new_id(),
        customer_id,
        START + day * DAY,
    )
    assert row is not None
    return contact_of(row)


async def test_the_three_most_frequent_topics_come_with_the_article_that_solved_them_last(
    database: Database,
) -> None:
    old, latest, useless = uuid4(), uuid4(), uuid4()
    async with database.transaction() as tx:
        mine = await create_customer(tx, display_name="王小明")
        await earlier(tx, mine, 1, "delivery", article=old, helped=True)
        await earlier(tx, mine, 2, "delivery", article=latest, helped=True)
        await earlier(tx, mine, 3, "delivery", article=useless, helped=False)
        for day in (4, 5):
            await earlier(tx, mine, day, "returns", article=useless, helped=False)
        await earlier(tx, mine, 6, "invoice", article=None, helped=False)
        await earlier(tx, mine, 0, "store", article=None, helped=False)
        await earlier(tx, mine, 7, None, article=None, helped=False)
        shown = await usual_topics(tx, mine, locale="en")
    assert [(t.topic, t.count, t.article_id) for t in shown] == [
        ("delivery", 3, latest),
        ("returns", 2, None),
        ("invoice", 1, None),
    ]


async def test_an_answer_that_helped_counts_even_when_an_agent_was_needed_after_all(
    database: Database,
) -> None:
    article = uuid4()
    async with database.transaction() as tx:
        mine = await create_customer(tx, display_name="王小明")
        contact_id = await earlier(tx, mine, 1, "delivery", article=None, helped=False)
        await tx.execute(
            """insert into touchpoints (id, kind, contact_id, actor_kind, data, dedup_key)
               values ($1, 'faq.helped', $2, 'customer', $3, $4)""",
            new_id(),
            contact_id,
            {"article_id": str(article)},
            f"{contact_id}:faq.helped:1",
        )
        shown = await usual_topics(tx, mine, locale="en")
    assert [t.article_id for t in shown] == [article]


async def test_past_contacts_are_the_five_before_this_one_newest_first(database: Database) -> None:
    async with database.transaction() as tx:
        mine, other = [await create_customer(tx, display_name=name) for name in ("A", "B")]
        ids = [await earlier(tx, mine, day, "delivery", article=None, helped=False) for day in range(8)]
        await earlier(tx, other, 1, "delivery", article=None, helped=False)
        shown = await past_contacts(tx, mine, before=await current(tx, mine, day=6))
    assert [c.contact_id for c in shown] == ids[6:1:-1]


async def test_a_new_customer_has_no_history(database: Database) -> None:
    async with database.transaction() as tx:
        mine = await create_customer(tx, display_name="新客")
        assert await usual_topics(tx, mine, locale="zh-Hant") == []
        assert await past_contacts(tx, mine, before=await current(tx, mine)) == []


async def _busiest(reader: Reader) -> UUID:
    found: UUID = await reader.fetchval(
        """select customer_id from contacts
           where customer_id is not null and outcome = 'solved_by_self_service'
           group by 1 order by count(*) desc, 1 limit 1"""
    )
    return found


async def test_the_demo_shows_titles_labels_agents_and_notes(seeded: Database) -> None:
    async with seeded.read() as reader:
        mine = await _busiest(reader)
        row = await reader.fetchrow(
            f"select {COLUMNS} from contacts where customer_id = $1 order by opened_at desc limit 1", mine
        )
        assert row is not None
        topics = await usual_topics(reader, mine, locale="en")
        contacts = await past_contacts(reader, mine, before=contact_of(row), limit=50)
    assert len(topics) == 3
    assert any(t.article_title and t.article_title.isascii() for t in topics)
    assert any(c.agent_name and c.note and c.disposition_labels[0]["zh-Hant"] for c in contacts)
    assert all(c.topic_label and c.outcome for c in contacts)
