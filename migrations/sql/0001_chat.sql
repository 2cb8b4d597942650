-- Web chat: sites, their visitors, and what belongs to a conversation by chat beside its messages.

-- A site whose visitors may write to us. The key is public: it names the site and proves nothing.
create table widget_keys (
  key        text primary key check (key ~ '^pk_[A-Za-z0-9_-]{22}$'),
  name       text not null check (name <> ''),
  origins    text[] not null default '{}', -- exact origins the widget may be used from
  locales    text[] not null default '{zh-Hant,zh-Hans,en}' check (locales <@ '{en,zh-Hant,zh-Hans}' and locales <> '{}'),
  locale     text not null default 'zh-Hant' check (locale = any(locales)),
  flow_id    uuid references flows, -- serves first; none: the queue at once
  queue_id   uuid not null references queues,
  skills     jsonb not null default '{}', -- {"locales": {"en": ["english"]}, "topics": {"orders": ["orders"]}}
  appearance jsonb not null default '{}',
  features   jsonb not null default '{}',
  is_enabled boolean not null default true,
  created_at timestamptz not null default switchboard_now()
);
create index widget_keys_flow on widget_keys (flow_id) where flow_id is not null;
create index widget_keys_queue on widget_keys (queue_id);

-- What the site signs its visitors' identities with. A shared secret is not stored: it is derived from the salt.
create table widget_identity_keys (
  widget_key text not null references widget_keys on delete cascade,
  kid        text not null check (kid ~ '^[A-Za-z0-9_.-]{1,64}$'),
  algorithm  text not null check (algorithm in ('HS256', 'ES256', 'RS256')),
  public_key text,
  salt       bytea not null,
  created_at timestamptz not null default switchboard_now(),
  primary key (widget_key, kid),
  check ((algorithm = 'HS256') = (public_key is null))
);

-- Somebody who opened the widget. Known by the token alone until the site says who it is.
create table chat_visitors (
  id           uuid primary key,
  widget_key   text not null references widget_keys,
  token_hash   bytea not null unique,
  locale       text not null check (locale in ('en', 'zh-Hant', 'zh-Hans')),
  subject      text, -- the site's own id of the person, once proven; never changed
  customer_id  uuid references customers,
  person       jsonb not null default '{}', -- what the site said: {"name", "email", "phone"}, proven ones only
  details      jsonb not null default '{}', -- what the visitor said: {"name", "email", "phone"}
  page         jsonb,
  address      text not null, -- network address, an IPv6 one as its /64
  created_at   timestamptz not null default switchboard_now(),
  last_used_at timestamptz not null default switchboard_now()
) with (fillfactor = 80);
create index chat_visitors_customer on chat_visitors (customer_id) where customer_id is not null;
create index chat_visitors_widget_key on chat_visitors (widget_key);
create index chat_visitors_last_used on chat_visitors (last_used_at);

create table chat_tickets (
  ticket_hash bytea primary key,
  visitor_id  uuid not null references chat_visitors on delete cascade,
  expires_at  timestamptz not null,
  used_at     timestamptz
);
create index chat_tickets_visitor on chat_tickets (visitor_id);
create index chat_tickets_expires on chat_tickets (expires_at);

-- What a conversation by chat has beside its messages: how far the visitor is, and whether they are there.
create table chats (
  conversation_id uuid primary key references conversations on delete cascade,
  widget_key      text not null references widget_keys,
  visitor_id      uuid references chat_visitors on delete set null, -- who wrote last
  delivered_seq   bigint not null default 0,
  read_seq        bigint not null default 0 check (read_seq <= delivered_seq),
  seen_at         timestamptz not null default switchboard_now(), -- a connection of theirs was alive
  away_since      timestamptz
) with (fillfactor = 70);
create index chats_visitor on chats (visitor_id);
create index chats_widget_key on chats (widget_key);

-- Files that were sent before the message that names them.
create table chat_uploads (
  id           uuid primary key,
  visitor_id   uuid not null references chat_visitors on delete cascade,
  object_id    uuid not null references stored_objects,
  name         text not null,
  content_type text not null,
  size_bytes   bigint not null,
  created_at   timestamptz not null default switchboard_now(),
  is_used      boolean not null default false
);
create index chat_uploads_visitor on chat_uploads (visitor_id);
create index chat_uploads_object on chat_uploads (object_id);
create index chat_uploads_unused on chat_uploads (created_at) where not is_used;

-- Who may not write to us by chat.
create table chat_blocks (
  id         uuid primary key,
  kind       text not null check (kind in ('visitor', 'person', 'address')),
  value      text not null,
  reason     text not null,
  blocked_by uuid references agents,
  blocked_at timestamptz not null default switchboard_now(),
  until      timestamptz,
  unique (kind, value)
);
create index chat_blocks_by on chat_blocks (blocked_by);

-- Messages a visitor did not read, for the channel that can bring them after the visitor.
create table chat_follow_ups (
  contact_id      uuid primary key references contacts on delete cascade,
  conversation_id uuid not null references conversations on delete cascade,
  email           text not null,
  from_seq        bigint not null,
  to_seq          bigint not null,
  created_at      timestamptz not null default switchboard_now(),
  sent_at         timestamptz,
  check (from_seq <= to_seq)
);
create index chat_follow_ups_conversation on chat_follow_ups (conversation_id);
create index chat_follow_ups_unsent on chat_follow_ups (created_at) where sent_at is null;

-- How often something was done of late, as token buckets. Losing them in a crash costs nothing.
create unlogged table rate_buckets (
  key    text primary key,
  tokens double precision not null,
  at     timestamptz not null,
  is_granted boolean not null -- whether the last one who asked got one
);
create index rate_buckets_at on rate_buckets (at);

-- Texts agents send often, by locale, with variables such as {customer.name}.
create table canned_replies (
  id         uuid primary key,
  shortcut   text not null unique check (shortcut ~ '^[a-z0-9][a-z0-9_-]{0,39}$'),
  title      text not null,
  texts      jsonb not null,
  channels   text[] not null default '{chat,messaging}',
  is_active  boolean not null default true,
  changed_by uuid references agents,
  changed_at timestamptz not null default switchboard_now()
);
create index canned_replies_changed_by on canned_replies (changed_by);
