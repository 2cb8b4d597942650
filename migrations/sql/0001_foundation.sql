-- The one clock of SQL. Tests replace its body to move time; nothing else may call now().
create function switchboard_now() returns timestamptz language sql stable parallel safe
  as 'select statement_timestamp()';

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;

-- Streams ------------------------------------------------------------------------------------------------
create table streams (
  stream text primary key,
  seq    bigint not null check (seq > 0)
) with (fillfactor = 50);

create table events (
  stream text not null,
  seq    bigint not null,
  type   text not null,
  body   jsonb not null,
  at     timestamptz not null,
  primary key (stream, seq)
);
create index events_at on events using brin (at);

-- What came in from outside, once each: the key makes a repeated webhook harmless, the answer is replayed.
create table inbox (
  source  text not null,
  key     text not null,
  answer  text,
  seen_at timestamptz not null default switchboard_now(),
  primary key (source, key)
);
create index inbox_seen_at on inbox using brin (seen_at);

create table audit_log (
  id         bigint generated always as identity primary key,
  at         timestamptz not null default switchboard_now(),
  actor_kind text not null check (actor_kind in ('agent', 'system', 'anonymous')),
  actor_id   uuid,
  action     text not null,
  object     text,
  before     jsonb,
  after      jsonb,
  address    text,
  previous   bytea not null,
  hash       bytea not null
);
create trigger audit_log_append_only before update or delete or truncate on audit_log
  for each statement execute function refuse_change();

create table stored_objects (
  id           uuid primary key,
  purpose      text not null,
  content_type text not null,
  size_bytes   bigint not null check (size_bytes >= 0),
  sha256       bytea not null,
  location     text not null,
  created_at   timestamptz not null default switchboard_now(),
  stored_at    timestamptz, -- all of it is there, and somebody refers to it
  deleted_at   timestamptz
);
create index stored_objects_unfinished on stored_objects (created_at) where stored_at is null and deleted_at is null;

-- Agents -------------------------------------------------------------------------------------------------
create table teams (
  id   uuid primary key,
  name text not null unique
);

create table agents (
  id                 uuid primary key,
  number             integer not null unique,
  login              text not null unique check (login = lower(login)),
  display_name       text not null,
  email              text,
  password_hash      text not null,
  role               text not null check (role in ('agent', 'supervisor', 'admin')),
  locale             text not null default 'en' check (locale in ('en', 'zh-Hant', 'zh-Hans')),
  team_id            uuid references teams on delete set null,
  softphone_identity text not null unique check (softphone_identity ~ '^[A-Za-z0-9_]{1,121}$'),
  reached_by         text not null default 'browser' check (reached_by in ('browser', 'phone', 'sip')),
  phone_address      text, -- E.164 or sip:…, for who is not reached by the browser
  -- who answers that telephone takes the call by pressing 1: always at a number, where a mailbox may answer
  needs_key          boolean not null default true,
  is_enabled         boolean not null default true,
  created_at         timestamptz not null default switchboard_now(),
  check ((reached_by = 'browser') or phone_address is not null),
  check (reached_by <> 'phone' or needs_key)
);
create index agents_team on agents (team_id);

-- Hot: what the agent chose (presence), what work does to the agent (activity), and the load. Kept apart from
-- the account so that updates stay in the page (fillfactor) and no index needs touching.
create table agent_states (
  agent_id             uuid primary key references agents on delete cascade,
  presence             text not null default 'offline' check (presence in ('available', 'away', 'offline')),
  presence_reason      text,
  presence_since       timestamptz not null default switchboard_now(),
  not_responding_since timestamptz,
  activity_since       timestamptz not null default switchboard_now(),
  is_connected         boolean not null default false,
  lost_at              timestamptz,
  units                integer not null default 1 check (units > 0),
  used_units           integer not null default 0 check (used_units >= 0 and used_units <= units),
  message_slots        smallint not null default 3 check (message_slots >= 0), -- conversations by message at once
  idle_since           timestamptz not null default switchboard_now(),
  wrap_up_until        timestamptz,
  wrap_up_contact_id   uuid,
  -- consulted by a colleague, or with a call of somebody else's, and so not free: {"role", "contact_id", "leg_id", …}
  engagement           jsonb,
  version              bigint not null default 0
) with (fillfactor = 50);
create index agent_states_wrap_up on agent_states (wrap_up_until) where wrap_up_until is not null;

create table agent_connections (
  id                uuid primary key,
  agent_id          uuid not null references agents on delete cascade,
  node              uuid not null,
  connected_at      timestamptz not null default switchboard_now(),
  last_heartbeat_at timestamptz not null default switchboard_now()
);
create index agent_connections_agent on agent_connections (agent_id);
create index agent_connections_heartbeat on agent_connections (last_heartbeat_at);

create table skills (
  key    text primary key,
  labels jsonb not null default '{}'
);

create table agent_skills (
  agent_id uuid not null references agents on delete cascade,
  skill    text not null references skills on delete cascade,
  level    smallint not null check (level between 1 and 5),
  primary key (agent_id, skill)
);
create index agent_skills_skill on agent_skills (skill);

create table login_sessions (
  token_hash   bytea primary key,
  agent_id     uuid not null references agents on delete cascade,
  created_at   timestamptz not null default switchboard_now(),
  last_seen_at timestamptz not null default switchboard_now(),
  expires_at   timestamptz not null,
  revoked_at   timestamptz,
  address      text,
  user_agent   text
);
create index login_sessions_agent on login_sessions (agent_id);

create table socket_tickets (
  ticket_hash  bytea primary key,
  session_hash bytea not null references login_sessions on delete cascade,
  expires_at   timestamptz not null,
  used_at      timestamptz
);
create index socket_tickets_session on socket_tickets (session_hash);
create index socket_tickets_expires on socket_tickets (expires_at);

create table login_attempts (
  login    text not null,
  address  text not null,
  at       timestamptz not null default switchboard_now()
);
create index login_attempts_login on login_attempts (login, at);
create index login_attempts_address on login_attempts (address, at);

-- Customers ----------------------------------------------------------------------------------------------
create table customers (
  id             uuid primary key,
  kind           text not null default 'person' check (kind in ('person', 'company')),
  display_name   text not null,
  language       text not null default 'zh-Hant' check (language in ('en', 'zh-Hant', 'zh-Hans')),
  tier           text not null default 'standard' check (tier in ('standard', 'silver', 'gold', 'vip')),
  pinned_note    text,
  customer_since timestamptz,
  attributes     jsonb not null default '{}',
  merged_into    uuid references customers,
  created_at     timestamptz not null default switchboard_now()
);
create index customers_merged_into on customers (merged_into) where merged_into is not null;

create index customers_name_prefix on customers (lower(display_name) text_pattern_ops) where merged_into is null;

create table identities (
  id                uuid primary key,
  customer_id       uuid not null references customers on delete cascade,
  kind              text not null check (kind in ('phone', 'email', 'visitor', 'external')),
  value             text not null,
  label             text,
  is_verified       boolean not null default false,
  is_former         boolean not null default false,
  confirmations     integer not null default 0,
  last_confirmed_at timestamptz,
  created_at        timestamptz not null default switchboard_now(),
  unique (kind, value, customer_id)
);
create index identities_customer on identities (customer_id);
create index identities_value_prefix on identities (value text_pattern_ops);

create table orders (
  id          uuid primary key,
  customer_id uuid not null references customers on delete cascade,
  number      text not null unique,
  placed_at   timestamptz not null,
  status      text not null check (status in
                ('placed', 'paid', 'shipped', 'delivered', 'returned', 'refunded', 'cancelled')),
  total_minor bigint not null,
  currency    text not null check (currency ~ '^[A-Z]{3}$'),
  items       jsonb not null default '[]'
);
create index orders_customer on orders (customer_id, placed_at desc);

-- Calendars: when a queue is open ------------------------------------------------------------------------
create table calendars (
  id        uuid primary key,
  key       text not null unique,
  name      text not null,
  time_zone text not null, -- an IANA name, so that daylight saving time is the zone's own
  weekly    jsonb not null default '{}' -- {"mon": [["09:00", "12:30"], ["13:30", "18:00"]], …}; an end before its start is past midnight
);

-- A dated exception replaces the week's spans of that day: no spans is closed all day.
create table calendar_exceptions (
  calendar_id uuid not null references calendars on delete cascade,
  day         date not null,
  name        text not null,
  spans       jsonb not null default '[]',
  primary key (calendar_id, day)
);

-- Queues -------------------------------------------------------------------------------------------------
create table queues (
  id                    uuid primary key,
  key                   text not null unique,
  name                  text not null,
  labels                jsonb not null default '{}',
  wrap_up_seconds       integer not null default 60 check (wrap_up_seconds >= 0),
  offer_timeout_seconds integer not null default 20 check (offer_timeout_seconds > 0),
  max_waiting           integer check (max_waiting > 0),
  max_wait_seconds      integer check (max_wait_seconds > 0),
  calendar_id           uuid references calendars, -- none: always open
  is_closed             boolean not null default false, -- closed by hand, whatever the calendar says
  overflow              jsonb not null default '{}', -- cause → action, see app/routing/overflow.py
  agent_order           text not null default 'idle' check (agent_order in ('idle', 'proficiency')),
  relax_steps           jsonb not null default '[]', -- what is asked less and less, see app/routing/tables.py
  last_agent_seconds    integer not null default 0 check (last_agent_seconds >= 0),
  rising                jsonb not null default '[]', -- [[seconds waited, priority], …]
  ring_count            smallint not null default 1 check (ring_count between 1 and 20),
  callback_rules        jsonb not null default '{}', -- see app/routing/callbacks.py
  recording             text not null default 'never' check (recording in ('never', 'always')),
  has_survey            boolean not null default false -- one question after the call
);
create index queues_calendar on queues (calendar_id) where calendar_id is not null;

create table agent_queues (
  agent_id      uuid not null references agents on delete cascade,
  queue_id      uuid not null references queues on delete cascade,
  rank          smallint not null default 1 check (rank >= 0),
  delay_seconds integer not null default 0 check (delay_seconds >= 0),
  primary key (agent_id, queue_id)
);
create index agent_queues_queue on agent_queues (queue_id);

-- Contacts -----------------------------------------------------------------------------------------------
create table dispositions (
  code      text primary key,
  labels    jsonb not null,
  position  integer not null default 0,
  is_active boolean not null default true
);

create table contacts (
  id              uuid primary key,
  channel         text not null check (channel in ('voice', 'chat', 'email', 'messaging', 'callback', 'walk_in')),
  direction       text not null default 'inbound' check (direction in ('inbound', 'outbound')),
  state           text not null check (state in
                    ('new', 'self_service', 'queued', 'offered', 'active', 'wrap_up', 'closed')),
  outcome         text,
  customer_id     uuid references customers,
  identification  text not null default 'unknown' check (identification in ('certain', 'likely', 'unknown')),
  candidates      jsonb not null default '[]',
  from_address    text,
  to_address      text,
  language        text not null default 'zh-Hant',
  topic           text,
  summary         jsonb not null default '{}',
  media           jsonb not null default '{}', -- what the channel shows the agent: call state, pending control
  queue_id        uuid references queues,
  priority        smallint not null default 5 check (priority between 1 and 9),
  required_skills jsonb not null default '{}',
  work_item       integer not null default 0, -- counts the waits: what the router knew of an older one is void
  item_since      timestamptz,                -- when this wait began; limits of waiting count from here
  age_credit      double precision not null default 0, -- seconds; moves the place, not the wait that is told
  overflowed_from uuid[] not null default '{}', -- queues it has left by overflow, none of them twice
  is_place_taken  boolean not null default false, -- it left its queue, and a later call has taken its place
  preferred_agent uuid references agents,     -- who is asked alone at first
  preferred_seconds integer,                  -- for so long
  assigned_agent  uuid references agents,     -- whom a supervisor gave it to: nobody else is asked
  assigned_until  timestamptz,                -- from then on everybody is asked again; none: no end
  routing_round   integer not null default 0,
  agent_id        uuid references agents,
  opened_at       timestamptz not null default switchboard_now(),
  queued_at       timestamptz,
  accepted_at     timestamptz,
  ended_at        timestamptz,
  wrap_up_until   timestamptz,
  closed_at       timestamptz,
  version         bigint not null default 1,
  check ((state = 'closed') = (closed_at is not null)),
  check (state <> 'closed' or outcome is not null),
  check (state not in ('queued', 'offered') or (queue_id is not null and queued_at is not null))
) with (fillfactor = 80);
create index contacts_customer on contacts (customer_id, opened_at desc);
create index contacts_assigned_agent on contacts (assigned_agent) where assigned_agent is not null;
create index contacts_preferred_agent on contacts (preferred_agent) where preferred_agent is not null;
create index contacts_queue on contacts (queue_id) where queue_id is not null;
create index contacts_left_queue on contacts (from_address, ended_at)
  where outcome = 'abandoned_in_queue' and from_address is not null;
create index contacts_accepted on contacts (accepted_at) where accepted_at is not null; -- who was reached of late
create index contacts_live on contacts (state) where state <> 'closed';
create index contacts_agent_live on contacts (agent_id) where state in ('active', 'wrap_up');
create index contacts_agent on contacts (agent_id, opened_at desc) where agent_id is not null;

create table contact_notes (
  id         uuid primary key,
  contact_id uuid not null references contacts on delete cascade,
  agent_id   uuid not null references agents,
  body       text not null,
  created_at timestamptz not null default switchboard_now()
);
create index contact_notes_contact on contact_notes (contact_id);
create index contact_notes_agent on contact_notes (agent_id);

create table contact_dispositions (
  contact_id uuid not null references contacts on delete cascade,
  code       text not null references dispositions,
  primary key (contact_id, code)
);
create index contact_dispositions_code on contact_dispositions (code);

-- Touchpoints: one append-only line for everything ------------------------------------------------------
create table touchpoints (
  id          uuid primary key,
  at          timestamptz not null default switchboard_now(),
  kind        text not null,
  contact_id  uuid references contacts,
  customer_id uuid references customers,
  channel     text,
  actor_kind  text not null check (actor_kind in ('customer', 'agent', 'system')),
  actor_id    uuid,
  data        jsonb not null default '{}',
  dedup_key   text not null unique
);
create index touchpoints_contact on touchpoints (contact_id, at);
create index touchpoints_customer on touchpoints (customer_id, at desc) where customer_id is not null;
create trigger touchpoints_append_only before update or delete or truncate on touchpoints
  for each statement execute function refuse_change();

-- Routing ------------------------------------------------------------------------------------------------
create table offers (
  id          uuid primary key,
  contact_id  uuid not null references contacts,
  agent_id    uuid not null references agents,
  state       text not null check (state in
                ('pending', 'accepting', 'accepted', 'rejected', 'timed_out', 'withdrawn', 'ended')),
  round       integer not null,
  cost        integer not null default 1 check (cost >= 0), -- units; 0: it takes a message slot instead
  reason      text,
  made_at     timestamptz not null default switchboard_now(),
  expires_at  timestamptz,
  seen_at     timestamptz,
  accepted_at timestamptz,
  ended_at    timestamptz,
  epoch       bigint not null,
  is_shared   boolean not null default false, -- one of several that ring together; the first yes wins
  is_by_phone boolean not null default false  -- a ringing telephone is the offer: it is accepted there, not on a page
) with (fillfactor = 80);
-- The database refuses a double offer, whatever any router does: nobody else while one agent has the contact or is asked
-- alone, and of those that ring together at most one for each agent.
create unique index offers_one_taker on offers (contact_id)
  where state in ('accepting', 'accepted') or (state = 'pending' and not is_shared);
create unique index offers_agent_live on offers (agent_id, contact_id)
  where state in ('pending', 'accepting', 'accepted');
create index offers_contact on offers (contact_id);
create index offers_agent on offers (agent_id, made_at desc);

create table router_leases (
  name       text primary key,
  owner      uuid not null,
  epoch      bigint not null,
  expires_at timestamptz not null
);

-- What the router has to look at again. The rows are marks, not messages: the router reads the table itself.
create table router_marks (
  id   bigint generated always as identity primary key,
  kind text not null check (kind in ('contact', 'agent', 'queue')),
  ref  uuid not null,
  is_arrival boolean not null default false -- a contact begins to wait: no router has decided yet whether it may
);

-- Whoever edits who serves what (a screen, an import, an administrator with psql): the router hears of it.
create function mark_for_router() returns trigger language plpgsql as $$
declare
  changed jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
begin
  insert into router_marks (kind, ref) values (tg_argv[0], (changed ->> tg_argv[1])::uuid);
  return null;
end $$;
create trigger queues_mark after insert or update on queues
  for each row execute function mark_for_router('queue', 'id');
-- What was given to an agent by name is everybody's while that agent is offline or disabled.
create function mark_contacts_of_agent() returns trigger language plpgsql as $$
begin
  insert into router_marks (kind, ref)
  select 'contact', id from contacts
  where assigned_agent = (to_jsonb(new) ->> tg_argv[0])::uuid and state in ('queued', 'offered');
  return null;
end $$;
create trigger agent_presence_mark after update of presence on agent_states
  for each row when (old.presence is distinct from new.presence) execute function mark_contacts_of_agent('agent_id');
create trigger agents_enabled_mark after update of is_enabled on agents
  for each row execute function mark_contacts_of_agent('id');
create function mark_queues_of_calendar() returns trigger language plpgsql as $$
declare
  changed jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
begin
  insert into router_marks (kind, ref)
  select 'queue', id from queues where calendar_id = (changed ->> tg_argv[0])::uuid;
  return null;
end $$;
create trigger calendars_mark after update on calendars
  for each row execute function mark_queues_of_calendar('id');
create trigger calendar_exceptions_mark after insert or update or delete on calendar_exceptions
  for each row execute function mark_queues_of_calendar('calendar_id');
create trigger agent_queues_mark after insert or update or delete on agent_queues
  for each row execute function mark_for_router('agent', 'agent_id');
create trigger agent_skills_mark after insert or update or delete on agent_skills
  for each row execute function mark_for_router('agent', 'agent_id');
create trigger agent_units_mark after update of units, message_slots on agent_states
  for each row execute function mark_for_router('agent', 'agent_id');
create trigger agents_mark after update of is_enabled or delete on agents
  for each row execute function mark_for_router('agent', 'id');

-- Self-service -------------------------------------------------------------------------------------------
create table flows (
  id                uuid primary key,
  key               text not null unique,
  name              text not null,
  published_version integer
);

create table flow_versions (
  flow_id    uuid not null references flows on delete cascade,
  version    integer not null,
  definition jsonb not null,
  why        text not null default '',
  created_at timestamptz not null default switchboard_now(),
  created_by uuid references agents,
  primary key (flow_id, version)
);
create index flow_versions_created_by on flow_versions (created_by);

create table flow_runs (
  contact_id uuid primary key references contacts on delete cascade,
  flow_id    uuid not null,
  version    integer not null,
  step       integer not null default 0,
  state      jsonb not null,
  answer     text, -- what the channel answered last: a late or repeated reply gets it again
  search_id  uuid, -- the FAQ search whose outcome is still open
  updated_at timestamptz not null default switchboard_now(),
  foreign key (flow_id, version) references flow_versions
) with (fillfactor = 70);
create index flow_runs_flow on flow_runs (flow_id, version);

-- Voice --------------------------------------------------------------------------------------------------
create table phone_numbers (
  number   text primary key check (number ~ '^\+[1-9][0-9]{6,14}$'),
  label    text not null,
  flow_id  uuid not null references flows,
  queue_id uuid references queues on delete set null, -- whose hours the flow goes by; none: always open
  locale   text not null default 'zh-Hant' check (locale in ('en', 'zh-Hant', 'zh-Hans')),
  is_default boolean not null default false -- shown to whom we call, where no queue says otherwise
);
create unique index phone_numbers_default on phone_numbers (is_default) where is_default;
-- Which of our numbers the queue shows to whom it calls; see app/routing/caller_id.py.
alter table queues add column caller_id text references phone_numbers on delete set null;
create index queues_caller_id on queues (caller_id) where caller_id is not null;
create index phone_numbers_flow on phone_numbers (flow_id);
create index phone_numbers_queue on phone_numbers (queue_id) where queue_id is not null;

create table voice_calls (
  contact_id      uuid primary key references contacts on delete cascade,
  state           text not null check (state in
                    ('ivr', 'waiting', 'connecting', 'talking', 'held', 'voicemail', 'survey', 'closing', 'closed')),
  version         bigint not null default 1,
  call_sid        text not null unique, -- of a customer we call: the leg's own id until it is answered
  room            text not null,
  conference_sid  text,
  hold_sequence   integer not null default -1, -- of the newest hold or unhold the room has told
  announced       jsonb,       -- what the waiting caller was told last; never followed by a larger number
  farewell        jsonb,       -- {"text", "locale"}: what a caller who leaves the queue without an agent hears
  consent         text check (consent in ('parking', 'moving', 'heard')), -- "this call is recorded": being told
                               -- before the queue, or before the room; or heard to the end
  alone_since     timestamptz, -- the agent's leg left without a command: the customer is alone in the room
  -- with a guest: whom the agent talks to, as ordered; the room is brought there step by step
  focus           text check (focus in ('customer', 'guest', 'all', 'nobody')),
  reminded_at     timestamptz, -- the agent was told that everybody has been on hold for long
  checked_at      timestamptz
) with (fillfactor = 70);
create index voice_calls_live on voice_calls (state) where state <> 'closed';

create table voice_legs (
  id             uuid primary key,
  contact_id     uuid not null references contacts on delete cascade,
  -- customer; agent (who has the contact or takes it over); guest (a consulted agent or number, a transfer's target);
  -- supervisor (listens, whispers or joins)
  kind           text not null check (kind in ('customer', 'agent', 'guest', 'supervisor')),
  offer_id       uuid references offers,
  agent_id       uuid references agents,
  address        text,   -- what is dialled when it is no browser phone: E.164 or sip:…
  digits         text,   -- keys to dial once a number outside has answered, e.g. an extension
  mode           text,   -- supervisor: listen, whisper, barge; guest: consult, transfer, conference
  room           text,   -- the conference it was called into
  is_muted       boolean not null default false,
  is_held        boolean not null default false,
  flag_sequence  integer not null default -1, -- of the newest hold or mute the room has told of it
  call_sid       text unique,
  status         text not null default 'new' check (status in
                   ('new', 'queued', 'initiated', 'ringing', 'in-progress', 'completed', 'busy', 'failed',
                    'no-answer', 'canceled')),
  dial           integer, -- of a callback's customer: the number of the dialling
  is_in_room     boolean not null default false,
  room_sequence  integer not null default -1,
  created_at     timestamptz not null default switchboard_now(),
  joined_at      timestamptz,
  left_at        timestamptz,
  ended_at       timestamptz,
  end_reason     text
) with (fillfactor = 70);
create index voice_legs_contact on voice_legs (contact_id);
create index voice_legs_offer on voice_legs (offer_id) where offer_id is not null;
create index voice_legs_agent on voice_legs (agent_id) where agent_id is not null;

create table voice_commands (
  id         uuid primary key,
  contact_id uuid not null references contacts on delete cascade,
  leg_id     uuid references voice_legs,
  kind       text not null, -- CommandKind of app/channels/voice/commands.py
  args       jsonb not null default '{}',
  state      text not null default 'pending' check (state in
               ('pending', 'sending', 'done', 'failed', 'dropped')),
  attempts   integer not null default 0,
  error      text,
  created_at timestamptz not null default switchboard_now(),
  sent_at    timestamptz,
  done_at    timestamptz
) with (fillfactor = 70);
create index voice_commands_contact on voice_commands (contact_id);
create index voice_commands_leg on voice_commands (leg_id);
create index voice_commands_open on voice_commands (created_at) where state in ('pending', 'sending');
