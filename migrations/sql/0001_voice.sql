-- The telephone around the conversation: recordings, messages left, surveys, who may not call, whom
-- agents call.

create table recordings (
  id            uuid primary key,
  contact_id    uuid not null references contacts on delete cascade,
  leg_id        uuid references voice_legs on delete set null,
  purpose       text not null check (purpose in ('conversation', 'voicemail')),
  recording_sid text unique, -- unknown until the carrier's answer or callback
  status        text not null default 'new' check (status in
                  ('new', 'in_progress', 'paused', 'processing', 'completed', 'absent', 'failed')),
  channels      smallint not null default 1 check (channels in (1, 2)),
  seconds       integer,
  pauses        jsonb not null default '[]', -- [[from, to], …]: card numbers and the like
  paused_until  timestamptz, -- goes on by itself then
  started_at    timestamptz not null default switchboard_now(),
  ended_at      timestamptz,
  object_id     uuid references stored_objects, -- ours, once fetched
  fetch_tries   integer not null default 0,
  is_deleted_at_carrier boolean not null default false,
  delete_after  timestamptz, -- retention
  deleted_at    timestamptz, -- the sound is gone; the line stays
  checked_at    timestamptz  -- when the carrier was last asked how it stands
) with (fillfactor = 80);
create index recordings_contact on recordings (contact_id);
create index recordings_leg on recordings (leg_id) where leg_id is not null;
create index recordings_object on recordings (object_id) where object_id is not null;
-- One kind of recording per leg, one at a time.
create unique index recordings_one_live on recordings (leg_id)
  where purpose = 'conversation' and status in ('new', 'in_progress', 'paused');
create index recordings_open on recordings (started_at) where status in ('new', 'in_progress', 'paused', 'processing');
create index recordings_unfetched on recordings (ended_at)
  where status = 'completed' and object_id is null and deleted_at is null;
create index recordings_due on recordings (delete_after) where deleted_at is null and delete_after is not null;
create index recordings_paused on recordings (paused_until) where paused_until is not null;

-- A message somebody left; it waits for an agent as the contact it belongs to.
create table voicemails (
  contact_id   uuid primary key references contacts on delete cascade,
  recording_id uuid not null unique references recordings on delete cascade,
  heard_at     timestamptz,
  heard_by     uuid references agents,
  callback_id  uuid references callbacks on delete set null -- asked for because of it
);
create index voicemails_unheard on voicemails (contact_id) where heard_at is null;
create index voicemails_callback on voicemails (callback_id) where callback_id is not null;
create index voicemails_heard_by on voicemails (heard_by) where heard_by is not null;

-- One question after the conversation, answered by key.
create table surveys (
  contact_id  uuid primary key references contacts on delete cascade,
  agent_id    uuid references agents,
  state       text not null default 'asked' check (state in ('asked', 'answered', 'no_answer')),
  score       smallint check (score between 1 and 5),
  comment     text, -- in writing, where the channel has room for it
  asked_at    timestamptz not null default switchboard_now(),
  answered_at timestamptz,
  follow_up   text check (follow_up in ('open', 'done')), -- a low score opens one
  check ((state = 'answered') = (score is not null))
);
create index surveys_agent on surveys (agent_id);
create index surveys_follow_up on surveys (asked_at) where follow_up = 'open';

create table blocked_callers (
  number     text primary key check (number ~ '^\+[1-9][0-9]{6,14}$'),
  reason     text not null,
  blocked_by uuid references agents,
  blocked_at timestamptz not null default switchboard_now(),
  until      timestamptz,
  calls      integer not null default 0, -- turned away so far
  last_call_at timestamptz
);
create index blocked_callers_by on blocked_callers (blocked_by);

-- A call an agent makes. The browser sends only the id; the number is looked up here, so it cannot be forged.
create table dial_tasks (
  id          uuid primary key,
  contact_id  uuid not null unique references contacts on delete cascade,
  agent_id    uuid not null references agents,
  number      text not null check (number ~ '^\+[1-9][0-9]{6,14}$'),
  created_at  timestamptz not null default switchboard_now(),
  used_at     timestamptz,
  expires_at  timestamptz not null
);
create index dial_tasks_agent on dial_tasks (agent_id, created_at desc);

-- Every number that was allowed to be rung, whoever asked; limits are counted here.
create table dials (
  id         uuid primary key, -- the leg's, or the task's
  purpose    text not null check (purpose in ('dial_out', 'callback', 'transfer')),
  agent_id   uuid references agents on delete set null,
  dialled_at timestamptz not null default switchboard_now()
);
create index dials_at on dials (dialled_at);
create index dials_agent on dials (agent_id) where agent_id is not null;
