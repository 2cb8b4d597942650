-- Messages of every channel of text: what was said, in order, and how far it got.

-- One exchange with one address of a customer. It outlives its contacts: each handling of it is one contact.
create table conversations (
  id          uuid primary key,
  channel     text not null check (channel in ('messaging', 'chat')),
  address     text not null, -- the customer's, as the channel writes it: +886…, whatsapp:+886…
  our_address text not null,
  contact_id  uuid references contacts on delete set null, -- the newest handling
  is_current  boolean not null default true, -- what the next message from this address belongs to
  last_seq    bigint not null default 0 check (last_seq >= 0),
  agent_read  bigint not null default 0, -- how far agents have read
  last_at     timestamptz not null default switchboard_now(),
  opened_at   timestamptz not null default switchboard_now()
) with (fillfactor = 70);
create unique index conversations_current on conversations (channel, address, our_address) where is_current;
create index conversations_address on conversations (address, our_address);
create index conversations_contact on conversations (contact_id);

create table conversation_contacts (
  contact_id      uuid primary key references contacts on delete cascade,
  conversation_id uuid not null references conversations on delete cascade
);
create index conversation_contacts_conversation on conversation_contacts (conversation_id);

create table messages (
  id              uuid primary key,
  conversation_id uuid not null references conversations on delete cascade,
  seq             bigint not null check (seq > 0), -- gap-free in its conversation
  contact_id      uuid not null references contacts on delete cascade,
  direction       text not null check (direction in ('inbound', 'outbound')),
  sender          text not null check (sender ~ '^(customer|system|agent:.+)$'),
  client_id       text not null, -- the sender's own id: a repeated message is the same message
  agent_id        uuid references agents,
  body            text not null,
  status          text not null check (status in
                    ('received', 'pending', 'queued', 'sent', 'delivered', 'read', 'undelivered', 'failed')),
  status_reason   text, -- why it did not arrive, as a word the console knows
  provider_sid    text unique, -- the carrier's id of what we sent
  created_at      timestamptz not null default switchboard_now(),
  status_at       timestamptz not null default switchboard_now(),
  -- sending: claimed by one job at a time, never repeated without having been looked for
  attempts        integer not null default 0,
  sent_at         timestamptz, -- handed to the carrier, outcome unknown until provider_sid
  unique (conversation_id, seq),
  unique (conversation_id, sender, client_id),
  check ((direction = 'inbound') = (status = 'received'))
) with (fillfactor = 80);
create index messages_contact on messages (contact_id);
create index messages_agent on messages (agent_id) where agent_id is not null;
create index messages_unsent on messages (created_at) where status = 'pending';

create table message_attachments (
  id           uuid primary key,
  message_id   uuid not null references messages on delete cascade,
  position     smallint not null check (position >= 0),
  name         text, -- as the customer called it; null where the channel has no names
  content_type text not null,
  size_bytes   bigint,
  source_url   text, -- where the carrier keeps it
  state        text not null default 'pending' check (state in ('pending', 'stored', 'refused', 'failed')),
  reason       text, -- why it was not taken, as a word the console knows
  tries        smallint not null default 0,
  object_id    uuid references stored_objects,
  unique (message_id, position),
  check ((state = 'stored') = (object_id is not null))
);
create index message_attachments_object on message_attachments (object_id) where object_id is not null;
create index message_attachments_pending on message_attachments (message_id) where state = 'pending';

-- Nothing more is sent to an address that has said so, from this address of ours.
create table message_opt_outs (
  address      text not null,
  our_address  text not null,
  word         text not null, -- what the customer wrote
  opted_out_at timestamptz not null default switchboard_now(),
  primary key (address, our_address)
);

-- Which queue answers which of our addresses for messages.
create table messaging_addresses (
  address  text primary key check (address ~ '^(whatsapp:)?\+[1-9][0-9]{6,14}$'),
  label    text not null,
  queue_id uuid not null references queues,
  locale   text not null default 'zh-Hant' check (locale in ('en', 'zh-Hant', 'zh-Hans'))
);
create index messaging_addresses_queue on messaging_addresses (queue_id);
