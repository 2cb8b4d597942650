-- Self-service: what is being written of a flow. The flows, their versions and runs are in 0001_foundation.sql.

-- One draft a flow, saved as often as its author likes; what customers meet is the published version alone.
create table flow_drafts (
  flow_id    uuid primary key references flows on delete cascade,
  revision   integer not null check (revision >= 1), -- grows with every save: two authors never overwrite each other
  definition jsonb not null,
  saved_at   timestamptz not null default switchboard_now(),
  saved_by   uuid references agents
);
create index flow_drafts_saved_by on flow_drafts (saved_by) where saved_by is not null;

-- What flows ask of web services. A job asks, outside any transaction; the contact waits, until `deadline_at` at most.
create table flow_requests (
  id          uuid primary key, -- also the Idempotency-Key: a job may run twice
  contact_id  uuid not null references contacts on delete cascade,
  step        integer not null, -- of the run that waits
  request     jsonb not null, -- {"method", "url", "body", "results", "seconds"}
  state       text not null default 'waiting' check (state in ('waiting', 'done', 'failed')),
  result      jsonb not null default '{}', -- the values found
  reason      text, -- why it failed, as a word
  made_at     timestamptz not null,
  deadline_at timestamptz not null,
  finished_at timestamptz,
  unique (contact_id, step),
  check ((finished_at is null) = (state = 'waiting'))
);
create index flow_requests_waiting on flow_requests (deadline_at) where state = 'waiting';

-- How a contact got its topic, and what the agent said it was about.
create table contact_topics (
  contact_id  uuid primary key references contacts on delete cascade,
  topic       text not null,
  source      text not null check (source in ('menu', 'flow', 'words', 'history')),
  confidence  double precision check (confidence between 0 and 1),
  decided_at  timestamptz not null,
  final_topic text, -- as the agent left it at wrap-up
  judged_at   timestamptz,
  judged_by   uuid references agents,
  check ((final_topic is null) = (judged_at is null))
);
create index contact_topics_decided on contact_topics (decided_at);
create index contact_topics_judged_by on contact_topics (judged_by) where judged_by is not null;
