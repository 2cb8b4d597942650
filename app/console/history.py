"""What a customer asked before and how it ended: the part of the screen-pop that reads earlier contacts.

Reads at most the latest few hundred contacts, so that a customer of twenty years opens as fast as a new one.
"""

from collections.abc import Sequence
from uuid import UUID

from app.console.schemas import PastContact, UsualTopic
from app.contacts.models import Contact
from app.core.db import Reader

TOPIC_COUNT = 3
LOOK_BACK = 200  # contacts

# A topic's label is the flow author's, in the agent's language; else what the contact was filed under.
_LABELS = """
labels as materialized (
  select t.key as topic, t.value->'label' as texts, t.value->'label'->>(v.definition->>'default_locale') as usual
  from flows f join flow_versions v on v.flow_id = f.id and v.version = f.published_version,
       jsonb_each(v.definition->'topics') t
)"""
_LABEL = "(select coalesce(l.texts->>w.locale, l.usual) from labels l where l.topic = c.topic limit 1)"

_USUAL_TOPICS = f"""
with {_LABELS}
select w.place, found.*
from unnest($1::uuid[], $2::text[]) with ordinality as w(customer_id, locale, place)
cross join lateral (
with earlier as (
  select id, topic, summary, outcome, opened_at from contacts
  where customer_id = w.customer_id and state = 'closed' order by opened_at desc limit $3
), counted as (
  select topic, count(*)::int as count, max(opened_at) as latest from earlier
  where topic is not null group by topic order by count(*) desc, max(opened_at) desc, topic limit $4
), solved as (
  select distinct on (e.topic) e.topic,
    coalesce(t.data->>'article_id', e.summary->>'article_id') as article_id
  from earlier e left join touchpoints t on t.contact_id = e.id and t.kind = 'faq.helped'
  where (e.outcome = 'solved_by_self_service' or t.id is not null)
    and coalesce(t.data->>'article_id', e.summary->>'article_id') is not null
  order by e.topic, e.opened_at desc, t.at desc
)
select c.topic, c.count, s.article_id::uuid as article_id,
  row_number() over (order by c.count desc, c.latest desc, c.topic) as nth,
  coalesce(
    {_LABEL},
    (select e.summary->>'topic_label' from earlier e where e.topic = c.topic
     order by e.opened_at desc limit 1),
    c.topic) as label,
  (select a.question from article_contents a where a.article_id = s.article_id::uuid
   order by (a.language = w.locale) desc, a.language desc limit 1) as article_title
from counted c left join solved s using (topic)
order by nth) found
order by w.place, found.nth"""  # noqa: S608 -- composed of constants

_PAST_CONTACTS = f"""
with {_LABELS}
select w.place, found.*
from unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[]) with ordinality
  as w(customer_id, locale, contact_id, opened_at, place)
cross join lateral (
select c.id, c.channel, c.direction, c.opened_at, c.outcome, a.display_name as agent_name,
  coalesce(
    {_LABEL}, c.summary->>'topic_label', c.topic
  ) as topic_label,
  coalesce((select jsonb_agg(d.labels order by d.position, d.code) from contact_dispositions x
            join dispositions d using (code) where x.contact_id = c.id), '[]') as dispositions,
  (select n.body from contact_notes n where n.contact_id = c.id
   order by n.created_at desc, n.id desc limit 1) as note
from contacts c left join agents a on a.id = c.agent_id
where c.customer_id = w.customer_id and c.id <> w.contact_id and c.opened_at <= w.opened_at
order by c.opened_at desc, c.id desc limit $5) found
order by w.place, found.opened_at desc, found.id desc"""  # noqa: S608 -- composed of constants


async def usual_topics_of(reader: Reader, who: Sequence[tuple[UUID, str]]) -> list[list[UsualTopic]]:
    """For each customer the three most frequent topics of earlier contacts, each with the article that solved it
    last. Labels and titles are in the locale beside the customer where there are any, else in another language.
    """
    found: list[list[UsualTopic]] = [[] for _ in who]
    columns = [[one[n] for one in who] for n in range(2)]
    for r in await reader.fetch(_USUAL_TOPICS, *columns, LOOK_BACK, TOPIC_COUNT) if who else ():
        topic = UsualTopic(
            topic=r["topic"],
            label=r["label"],
            count=r["count"],
            article_id=r["article_id"],
            article_title=r["article_title"],
        )
        found[r["place"] - 1].append(topic)
    return found


async def usual_topics(reader: Reader, customer_id: UUID, *, locale: str) -> list[UsualTopic]:
    """The same for one customer."""
    return (await usual_topics_of(reader, [(customer_id, locale)]))[0]


async def past_contacts_of(
    reader: Reader, who: Sequence[tuple[UUID, str, Contact]], *, limit: int = 5
) -> list[list[PastContact]]:
    """For each customer the contacts that were opened before the one beside, newest first, each with its latest
    note; labels in the locale beside."""
    found: list[list[PastContact]] = [[] for _ in who]
    rows = await reader.fetch(
        _PAST_CONTACTS,
        [customer_id for customer_id, _, _ in who],
        [locale for _, locale, _ in who],
        [before.id for _, _, before in who],
        [before.opened_at for _, _, before in who],
        limit,
    )
    for r in rows:
        past = PastContact(
            contact_id=r["id"],
            channel=r["channel"],
            direction=r["direction"],
            topic_label=r["topic_label"],
            started_at=r["opened_at"],
            outcome=r["outcome"],
            disposition_labels=r["dispositions"],
            agent_name=r["agent_name"],
            note=r["note"],
        )
        found[r["place"] - 1].append(past)
    return found


async def past_contacts(
    reader: Reader, customer_id: UUID, *, before: Contact, limit: int = 5, locale: str | None = None
) -> list[PastContact]:
    """The same for one customer, in the contact's language unless told otherwise."""
    who = [(customer_id, locale or before.language, before)]
    return (await past_contacts_of(reader, who, limit=limit))[0]
