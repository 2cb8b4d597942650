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
