-- Routing around the queue: callbacks, what was promised to those who wait, alerts.

-- A customer who is to be called. It waits as a contact of its own (channel callback) that keeps the place of the
-- one it came from; between two tries that contact is `new`, which is not in the queue.
create table callbacks (
  id              uuid primary key,
  contact_id      uuid not null unique references contacts on delete cascade,
  from_contact_id uuid references contacts on delete set null,
  settled_by      uuid references contacts on delete set null, -- the customer's own call that made it unnecessary
  customer_id     uuid references customers,
  number          text not null check (number ~ '^\+[1-9][0-9]{6,14}$'),
  queue_id        uuid not null references queues,
  source          text not null check (source in ('queue', 'flow', 'web', 'agent')),
  first           text not null default 'agent' check (first in ('agent', 'customer')),
  state           text not null default 'pausing' check (state in
                    ('pausing', 'waiting', 'dialling', 'reached', 'settled', 'failed', 'cancelled')),
  tries           integer not null default 0, -- that count
  max_tries       integer not null default 3 check (max_tries > 0),
  gap_seconds     integer not null default 900 check (gap_seconds >= 0),
  ring_seconds    integer not null default 30 check (ring_seconds between 5 and 120),
  dials           integer not null default 0, -- the number of the newest dialling: a late result names an older one
  place_from      timestamptz not null,       -- the enqueue time that is kept
  due_at          timestamptz, -- pausing: the next try; waiting: when calling ends for the day; dialling: given up
  time_zone       text,        -- the customer's own, for quiet hours; none: the site's
  last_result     text,
  requested_at    timestamptz not null default switchboard_now(),
  ended_at        timestamptz,
  check ((state in ('pausing', 'waiting', 'dialling')) = (ended_at is null))
) with (fillfactor = 80);
-- The same number waits for one call of the same queue only.
create unique index callbacks_one_open on callbacks (number, queue_id)
  where state in ('pausing', 'waiting', 'dialling');
create index callbacks_due on callbacks (due_at) where state in ('pausing', 'waiting', 'dialling');
create index callbacks_from on callbacks (from_contact_id) where from_contact_id is not null;
create index callbacks_settled_by on callbacks (settled_by) where settled_by is not null;
create index callbacks_customer on callbacks (customer_id) where customer_id is not null;
create index callbacks_queue on callbacks (queue_id);

-- What a waiting customer was told, and how long it took: so that the error can be reported.
create table wait_promises (
  id             uuid primary key,
  contact_id     uuid not null references contacts on delete cascade,
  queue_id       uuid not null references queues,
  at             timestamptz not null default switchboard_now(),
  position       integer not null,
  low_seconds    double precision, -- none: no honest figure, nothing was said
  high_seconds   double precision,
  waited_seconds double precision, -- from the promise to the agent; none while it waits
  outcome        text check (outcome in ('connected', 'left', 'diverted'))
);
create index wait_promises_contact on wait_promises (contact_id);
create index wait_promises_open on wait_promises (contact_id) where outcome is null;
create index wait_promises_queue on wait_promises (queue_id, at desc);

-- What a supervisor should look at; one open line per cause.
create table alerts (
  id         uuid primary key,
  kind       text not null,
  subject    text not null,
  data       jsonb not null default '{}',
  since      timestamptz not null default switchboard_now(),
  cleared_at timestamptz
);
create unique index alerts_one_open on alerts (kind, subject) where cleared_at is null;
