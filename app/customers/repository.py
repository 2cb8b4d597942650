"""The SQL of identities. Merged customers always resolve to the survivor, whatever a row still points at."""

from uuid import UUID

from app.core.db import Reader, Record, Transaction, rows_changed
from app.customers.models import Identity

CANDIDATE_LIMIT = 20  # a company's switchboard may be held by hundreds; an agent reads a handful
HOUSEHOLD_LABELS = ["household", "family", "home"]

# Two rows are enough to see that there is more than one holder.
_FEW_HOLDERS = """
select c.id, c.display_name, c.language, c.tier, c.merged_into is null as is_live, not i.is_former as is_current,
       i.is_verified or i.confirmations > 0 as is_proven
from identities i join customers c on c.id = i.customer_id
where i.kind = $1 and i.value = $2 limit 2"""

# `path` follows merges from each holder to its survivor; UNION (not ALL) ends even a cycle made by hand.
_HOLDERS = """
with recursive held as (
  select customer_id, is_verified, is_former, label, confirmations, last_confirmed_at
  from identities where kind = $1 and value = $2
), path (holder, customer_id) as (
  select customer_id, customer_id from held
  union
  select p.holder, c.merged_into from path p join customers c on c.id = p.customer_id
  where c.merged_into is not null
), holders as (
  select c.id, c.display_name, c.language, c.tier,
         bool_or(not h.is_former) as is_current,
         bool_or(not h.is_former and (h.is_verified or h.confirmations > 0)) as is_proven,
         bool_or(not h.is_former and h.label = any($3)) as is_household,
         max(h.confirmations) as confirmations,
         max(h.last_confirmed_at) as last_confirmed_at,
         (select max(opened_at) from contacts where customer_id = c.id) as last_contact_at
  from held h
  join path p on p.holder = h.customer_id
  join customers c on c.id = p.customer_id and c.merged_into is null
  group by c.id
)
select *, count(*) filter (where is_current) over () as current_holders,
       bool_or(is_household) over () as any_household
from holders
order by is_current desc, last_confirmed_at desc nulls last, confirmations desc,
         last_contact_at desc nulls last, display_name, id
limit $4"""

_SURVIVOR = """
with recursive path (id, merged_into) as (
  select id, merged_into from customers where id = $1
  union
  select c.id, c.merged_into from path p join customers c on c.id = p.merged_into
)
select id from path where merged_into is null"""

_CONFIRM = """
with first_time as (
  insert into inbox (source, key) select 'identity.confirmed', $4::text where $4::text is not null
  on conflict do nothing returning 1
)
insert into identities (id, customer_id, kind, value, confirmations, last_confirmed_at)
select $5, $1, $2, $3, 1, switchboard_now() where $4::text is null or exists (select from first_time)
on conflict (kind, value, customer_id) do update set
  confirmations = identities.confirmations + 1, last_confirmed_at = switchboard_now(), is_former = false"""

_REJECT = """
update identities set is_verified = false, confirmations = 0, last_confirmed_at = null
where kind = $1 and value = $2 and (customer_id = $3 or customer_id in (
  with recursive merged (id) as (
    select id from customers where merged_into = $3
    union
    select c.id from merged m join customers c on c.merged_into = m.id)
  select id from merged))"""


async def few_holders(reader: Reader, identity: Identity) -> list[Record]:
    """Up to two who hold or held the identity, merged ones included: all that the usual call needs."""
    return await reader.fetch(_FEW_HOLDERS, identity.kind, identity.value)


async def holders(reader: Reader, identity: Identity) -> list[Record]:
    """Live customers who hold or held the identity, best guess first."""
    return await reader.fetch(_HOLDERS, identity.kind, identity.value, HOUSEHOLD_LABELS, CANDIDATE_LIMIT)


async def survivor(reader: Reader, customer_id: UUID) -> UUID | None:
    """The live customer this one is or was merged into; None when there is no such customer."""
    found: UUID | None = await reader.fetchval(_SURVIVOR, customer_id)
    return found


def _once_key(contact_id: UUID, customer_id: UUID, identity: Identity) -> str:
    return f"{contact_id}:{customer_id}:{identity.kind}:{identity.value}"


async def add_confirmation(
    tx: Transaction, identity: Identity, customer_id: UUID, contact_id: UUID | None, new_identity_id: UUID
) -> bool:
    """Count a confirmation, once per contact; False when this contact's was counted already."""
    key = _once_key(contact_id, customer_id, identity) if contact_id else None
    tag = await tx.execute(_CONFIRM, customer_id, identity.kind, identity.value, key, new_identity_id)
    return rows_changed(tag) == 1


async def clear_confirmations(
    tx: Transaction, identity: Identity, customer_id: UUID, contact_id: UUID | None
) -> bool:
    """Take all proof from the identity of this customer; False when the customer does not hold it."""
    if contact_id:
        await tx.execute(
            "delete from inbox where source = 'identity.confirmed' and key = $1",
            _once_key(contact_id, customer_id, identity),
        )
    return rows_changed(await tx.execute(_REJECT, identity.kind, identity.value, customer_id)) > 0
