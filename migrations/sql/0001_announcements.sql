-- What callers hear besides the flow: announcements as words or as sounds, where they are used, emergencies.

create table announcements (
  id         uuid primary key,
  name       text not null unique check (length(name) between 1 and 100),
  texts      jsonb not null default '{}', -- locale → words, spoken where there is no sound
  created_at timestamptz not null default switchboard_now()
);

-- One upload. A newer one of the same language replaces it when it is ready, not before.
create table announcement_files (
  id              uuid primary key,
  announcement_id uuid not null references announcements on delete cascade,
  locale          text check (locale in ('en', 'zh-Hant', 'zh-Hans')), -- none: for every language
  version         integer not null check (version > 0),
  state           text not null default 'waiting' check (state in ('waiting', 'running', 'ready', 'failed')),
  progress        smallint not null default 0 check (progress between 0 and 100), -- percent
  reason          text, -- why it failed, as a word the console knows
  is_current      boolean not null default false,
  token           text not null unique, -- its address; nobody guesses it
  source_id       uuid references stored_objects, -- as uploaded, until it is transcoded
  object_id       uuid references stored_objects, -- what is played
  seconds         double precision,
  uploaded_by     uuid references agents,
  uploaded_at     timestamptz not null default switchboard_now(),
  finished_at     timestamptz,
  replaced_at     timestamptz,
  unique nulls not distinct (announcement_id, locale, version),
  check (not is_current or state = 'ready')
);
create unique index announcement_files_current on announcement_files (announcement_id, locale) nulls not distinct
  where is_current;
create index announcement_files_source on announcement_files (source_id) where source_id is not null;
create index announcement_files_object on announcement_files (object_id) where object_id is not null;
create index announcement_files_uploaded_by on announcement_files (uploaded_by) where uploaded_by is not null;
create index announcement_files_replaced on announcement_files (replaced_at) where object_id is not null;

-- When an announcement is heard instead of the product's own words or music.
create table announcement_uses (
  occasion        text not null check (occasion in ('music', 'welcome', 'closed', 'consent', 'blocked')),
  queue_id        uuid references queues on delete cascade, -- none: of every queue without one of its own
  announcement_id uuid not null references announcements,
  unique nulls not distinct (occasion, queue_id),
  check (occasion <> 'blocked' or queue_id is null) -- who is turned away comes to no queue
);
create index announcement_uses_queue on announcement_uses (queue_id) where queue_id is not null;
create index announcement_uses_announcement on announcement_uses (announcement_id);

-- What everybody hears once who waits in a queue, from now until it is over.
create table emergencies (
  id              uuid primary key, -- a new one each time it is set: calls remember which they have heard
  queue_id        uuid not null unique references queues on delete cascade,
  announcement_id uuid references announcements,
  texts           jsonb not null default '{}',
  begun_at        timestamptz not null default switchboard_now(),
  begun_by        uuid references agents,
  until           timestamptz,
  check (announcement_id is not null or texts <> '{}')
);
create index emergencies_announcement on emergencies (announcement_id) where announcement_id is not null;
create index emergencies_begun_by on emergencies (begun_by) where begun_by is not null;
alter table voice_calls add column emergency_id uuid; -- the emergency this caller has heard
