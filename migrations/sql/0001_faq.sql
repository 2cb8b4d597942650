-- FAQ: articles and their versions, the search index over what is published, and the log of searches and uses.

create table articles (
    id uuid primary key,
    topic text not null check (topic ~ '^[a-z][a-z0-9_]{0,39}$'),
    audience text not null check (audience in ('public', 'agents', 'both')),
    status text not null check (status in ('draft', 'in_review', 'published', 'archived')),
    auto_answer boolean not null default true,
    valid_from timestamptz,
    valid_to timestamptz,
    tags text[] not null default '{}', -- with owner and review date: of the latest version, published or not
    owner_id uuid, -- agents.id
    review_on date,
    publish_at timestamptz, -- a version that waits for its instant
    publish_version integer check (publish_version between 1 and latest_version),
    publish_by uuid, -- agents.id
    latest_version integer not null check (latest_version >= 1),
    published_version integer check (published_version between 1 and latest_version),
    published_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    updated_by uuid, -- agents.id
    check (valid_to > valid_from),
    check ((status = 'published') = (published_version is not null)),
    check ((published_version is null) = (published_at is null)),
    check ((publish_version is null) = (publish_at is null))
);
create index articles_publish_at on articles (publish_at) where publish_at is not null;
create index articles_review_on on articles (review_on) where review_on is not null;
create index articles_tags on articles using gin (tags);
create index articles_status on articles (status, updated_at desc, id);
create index articles_topic on articles (topic);

-- Every saved state of an article. Rows are never changed.
create table article_versions (
    article_id uuid not null references articles (id) on delete cascade,
    version integer not null check (version >= 1),
    entry jsonb not null,
    saved_at timestamptz not null,
    saved_by uuid, -- agents.id
    why text not null default '',
    primary key (article_id, version)
);

-- The published state, one row per language; `document` is its number in the search index.
create table article_contents (
    article_id uuid not null references articles (id) on delete cascade,
    language text not null check (language in ('en', 'zh-Hant', 'zh-Hans')),
    document integer generated always as identity unique,
    category text not null,
    question text not null check (question <> ''),
    answer text not null check (answer <> ''),
    answer_short text not null,
    spoken_steps jsonb not null check (jsonb_typeof(spoken_steps) = 'array'),
    primary key (article_id, language)
);

create table article_phrases (
    id uuid primary key,
    article_id uuid not null,
    language text not null,
    kind text not null check (kind in ('question', 'alt', 'learned')),
    text text not null check (text <> ''),
    key text not null, -- equal for equal wordings, whatever their script, width or case
    created_at timestamptz not null,
    confirmed_by uuid, -- agents.id
    foreign key (article_id, language) references article_contents (article_id, language) on delete cascade,
    check (kind = 'learned' or confirmed_by is null)
);
create index article_phrases_article on article_phrases (article_id, language);

-- Words, characters, and sounds (which begin with `~`).
create table search_terms (
    id integer generated always as identity primary key,
    term text collate "C" not null unique,
    articles integer not null check (articles >= 0)
);

-- English words as written, for spelling repair; found by their beginning or by their end.
create table search_words (
    word text collate "C" primary key,
    term_id integer not null references search_terms (id) on delete cascade
);
create index search_words_term on search_words (term_id);
create index search_words_reverse on search_words (reverse(word) collate "C");

-- No foreign keys here: the rows are derived, may be millions, and are written by app/faq/index.py alone.
create table search_postings (
    term_id integer not null, -- search_terms.id
    document integer not null, -- article_contents.document
    frequency double precision not null check (frequency > 0),
    length double precision not null check (length > 0),
    primary key (term_id, document) include (frequency, length)
);
create index search_postings_document on search_postings (document);

-- What the index holds of each document. Removed documents keep their row, so that processes that hold vectors in
-- memory learn of it: they read the rows whose version is newer than theirs.
create table search_documents (
    document integer primary key, -- article_contents.document
    length double precision not null check (length > 0),
    sound_length double precision not null check (sound_length >= 0),
    index_version bigint not null,
    is_removed boolean not null default false,
    encoder text, -- what made the vectors; null: they are still to be made
    vectors bytea, -- 512 half floats for each wording
    check ((encoder is null) = (vectors is null)),
    check (not is_removed or vectors is null)
);
create index search_documents_version on search_documents (index_version);

create table search_stats (
    id smallint primary key default 1 check (id = 1),
    index_id uuid not null default gen_random_uuid(),
    articles integer not null default 0 check (articles >= 0),
    documents integer not null default 0 check (documents >= 0),
    total_length double precision not null default 0,
    sound_documents integer not null default 0 check (sound_documents >= 0),
    total_sound_length double precision not null default 0,
    index_version bigint not null default 0,
    changed_by xid8, -- the transaction of the last change
    tokeniser_version integer not null default 0
);
insert into search_stats default values;

-- Whether the machine may answer by itself: never, once calibrated, or from the shipped threshold on.
create table faq_answering (
    id smallint primary key default 1 check (id = 1),
    mode text not null default 'calibrated' check (mode in ('off', 'calibrated', 'on')),
    changed_at timestamptz
);
insert into faq_answering default values;

-- What was fitted to judged questions, for each encoder and for the search without one ('none').
create table faq_calibrations (
    encoder text primary key,
    coefficients double precision[] not null check (cardinality(coefficients) >= 5),
    threshold double precision not null check (threshold > 0 and threshold <= 1),
    judged integer not null check (judged > 0),
    precision_at double precision not null check (precision_at between 0 and 1),
    coverage double precision not null check (coverage between 0 and 1),
    fitted_at timestamptz not null
);

-- Trials of a calibration: a job asks the judged questions, a page follows `done` and shows what was found.
create table faq_calibration_runs (
    id uuid primary key,
    target double precision not null check (target > 0 and target < 1),
    source text not null check (source in ('file', 'log')),
    questions jsonb, -- [{text, article_ids}]; gone once it is finished
    state text not null default 'waiting' check (state in ('waiting', 'running', 'finished')),
    total integer not null check (total > 0),
    done integer not null default 0 check (done >= 0),
    results jsonb not null default '[]' check (jsonb_typeof(results) = 'array'), -- one for each kind of search
    requested_at timestamptz not null,
    requested_by uuid, -- agents.id
    finished_at timestamptz,
    check ((finished_at is null) = (state <> 'finished')),
    check ((questions is null) = (finished_at is not null))
);
create index faq_calibration_runs_requested_at on faq_calibration_runs (requested_at desc);

create table synonyms (
    id uuid primary key,
    term text not null check (term <> ''),
    replacement text not null check (replacement <> ''),
    term_normal text not null check (term_normal <> ''),
    weight double precision not null default 0.5 check (weight > 0 and weight <= 1),
    created_at timestamptz not null,
    created_by uuid, -- agents.id
    unique (term_normal, replacement)
);

-- The log of searches. Questions are masked before they come here.
create table faq_searches (
    id uuid primary key,
    at timestamptz not null,
    channel text not null,
    contact_id uuid, -- contacts.id
    agent_id uuid, -- agents.id
    language text not null check (language in ('en', 'zh-Hant', 'zh-Hans')),
    question_masked text not null,
    wording_key text not null default '', -- equal for equal questions, as article_phrases.key; '' for one without words
    results jsonb not null check (jsonb_typeof(results) = 'array'),
    probability double precision not null check (probability between 0 and 1),
    action text not null check (action in ('answered', 'suggested', 'none')),
    chosen_article_id uuid references articles (id) on delete set null,
    outcome text check (outcome in ('helped', 'not_helped', 'escalated', 're_asked', 'abandoned')),
    outcome_at timestamptz,
    index_version bigint not null,
    latency_ms double precision not null check (latency_ms >= 0),
    check ((outcome is null) = (outcome_at is null))
);
create index faq_searches_at on faq_searches (at desc);
create index faq_searches_wording on faq_searches (wording_key, at desc);
create index faq_searches_contact on faq_searches (contact_id) where contact_id is not null;
create index faq_searches_agent on faq_searches (agent_id) where agent_id is not null;
create index faq_searches_chosen on faq_searches (chosen_article_id) where chosen_article_id is not null;

create table faq_uses (
    id uuid primary key,
    at timestamptz not null,
    article_id uuid not null references articles (id) on delete cascade,
    search_id uuid references faq_searches (id) on delete set null,
    contact_id uuid, -- contacts.id
    agent_id uuid, -- agents.id
    channel text not null,
    language text check (language in ('en', 'zh-Hant', 'zh-Hans')),
    action text not null
        check (action in ('shown', 'inserted', 'read_aloud', 'copied', 'played', 'opened', 'helped', 'not_helped'))
);
create index faq_uses_article on faq_uses (article_id, at desc);
create index faq_uses_at on faq_uses (at desc);
create index faq_uses_contact on faq_uses (contact_id) where contact_id is not null;
create index faq_uses_agent on faq_uses (agent_id) where agent_id is not null;
-- A repeated report of the same use (a retried request) is one use.
create unique index faq_uses_once on faq_uses (search_id, article_id, action) where search_id is not null;

-- Files of articles that are checked or taken in as a whole, by a job; the page that asked follows `done`.
create table article_imports (
    id uuid primary key,
    format text not null check (format in ('csv', 'jsonl')),
    is_dry_run boolean not null,
    content bytea, -- the file; gone once it is finished
    state text not null default 'waiting' check (state in ('waiting', 'running', 'finished', 'refused')),
    rows integer not null default 0 check (rows >= 0),
    done integer not null default 0 check (done >= 0),
    created integer not null default 0 check (created >= 0),
    changed integer not null default 0 check (changed >= 0),
    unchanged integer not null default 0 check (unchanged >= 0),
    wrong integer not null default 0 check (wrong >= 0), -- faults found; `faults` holds the first ones
    faults jsonb not null default '[]' check (jsonb_typeof(faults) = 'array'),
    requested_at timestamptz not null,
    requested_by uuid, -- agents.id
    finished_at timestamptz,
    check ((finished_at is null) = (state in ('waiting', 'running'))),
    check ((content is null) = (finished_at is not null))
);

-- What a supervisor did about a question nobody answered; asked again later, it is a gap again.
create table faq_gap_decisions (
    wording_key text primary key,
    action text not null check (action in ('wording', 'draft', 'dismissed')),
    article_id uuid references articles (id) on delete set null,
    decided_at timestamptz not null,
    decided_by uuid -- agents.id
);
