-- Times are microseconds since the Unix epoch, money is minor units beside its currency, lists and
-- metadata are JSON text. The twin of the other database says the same; a test compares the two.
-- All text compares by its bytes, as SQLite does it, whatever the database's own collation.

create table tenants (
    id text collate "C" not null primary key,
    email text collate "C" not null,
    plan text collate "C" not null,
    created_at bigint not null,
    version bigint not null
);
create index tenants_newest on tenants (created_at, id);

create table management_tokens (
    id text collate "C" not null primary key,
    tenant text collate "C" not null,
    hash bytea not null,
    scopes text collate "C" not null,
    created_at bigint not null,
    revoked_at bigint,
    version bigint not null
);
create unique index management_tokens_hash on management_tokens (hash);

create table products (
    tenant text collate "C" not null,
    id text collate "C" not null,
    display_name text collate "C" not null,
    key_prefix text collate "C" not null,
    key_format text collate "C" not null,
    key_secret bytea not null,
    created_at bigint not null,
    primary key (tenant, id)
);
create index products_newest on products (tenant, created_at, id);

create table key_types (
    tenant text collate "C" not null,
    product text collate "C" not null,
    id text collate "C" not null,
    display_name text collate "C" not null,
    term text collate "C" not null,
    activation_limit bigint not null,
    entitlements text collate "C" not null,
    price bigint,
    price_currency text collate "C",
    created_at bigint not null,
    primary key (tenant, product, id)
);
create index key_types_newest on key_types (tenant, created_at, product, id);

create table price_links (
    tenant text collate "C" not null,
    product text collate "C" not null,
    key_type text collate "C" not null,
    account text collate "C" not null,
    stripe_product text collate "C" not null,
    stripe_price text collate "C" not null,
    amount bigint not null,
    amount_currency text collate "C" not null,
    primary key (tenant, product, key_type, account)
);
create index price_links_account on price_links (tenant, account);

create table connections (
    tenant text collate "C" not null primary key,
    mode text collate "C",
    account text collate "C",
    checkout_key bytea,
    retiring text collate "C" not null,
    version bigint not null
);
create index connections_retiring on connections (tenant) where retiring <> '[]';

create table account_links (
    account text collate "C" not null,
    mode text collate "C" not null,
    tenant text collate "C" not null,
    active boolean not null,
    linked_at bigint not null,
    version bigint not null,
    primary key (account, mode)
);

create table oauth_rounds (
    state bytea not null primary key,
    tenant text collate "C" not null,
    mode text collate "C" not null,
    expires_at bigint not null,
    used boolean not null,
    version bigint not null
);
create index oauth_rounds_expiry on oauth_rounds (expires_at);

create table stripe_events (
    id text collate "C" not null,
    endpoint text collate "C" not null,
    kind text collate "C" not null,
    account text collate "C",
    outcome text collate "C" not null,
    reason text collate "C",
    payload bytea,
    retry_at bigint,
    received_at bigint not null,
    version bigint not null,
    primary key (id, endpoint)
);
create index stripe_events_parked on stripe_events (retry_at) where outcome = 'parked';

create table customers (
    id text collate "C" not null primary key,
    tenant text collate "C" not null,
    mode text collate "C" not null,
    email text collate "C" not null,
    name text collate "C",
    external_id text collate "C",
    metadata text collate "C" not null,
    created_at bigint not null
);
create unique index customers_identity on customers (email, tenant, mode);

create table orders (
    id text collate "C" not null primary key,
    tenant text collate "C" not null,
    mode text collate "C" not null,
    account text collate "C" not null,
    product text collate "C" not null,
    key_type text collate "C" not null,
    term text collate "C" not null,
    activation_limit bigint not null,
    entitlements text collate "C" not null,
    price bigint not null,
    price_currency text collate "C" not null,
    fee bigint,
    fee_currency text collate "C",
    buyer text collate "C",
    session text collate "C",
    status text collate "C" not null,
    customer text collate "C",
    total bigint,
    total_currency text collate "C",
    payment text collate "C",
    created_at bigint not null,
    fulfilled_at bigint,
    version bigint not null
);
create unique index orders_session on orders (session, account);
create index orders_newest on orders (tenant, created_at, id);
create index orders_opening on orders (created_at) where status = 'opening';

create table payments (
    intent text collate "C" not null,
    account text collate "C" not null,
    order_id text collate "C",
    refunded bigint not null,
    fully_refunded boolean not null,
    created_at bigint not null,
    version bigint not null,
    primary key (intent, account)
);

create table licenses (
    id text collate "C" not null primary key,
    tenant text collate "C" not null,
    mode text collate "C" not null,
    product text collate "C" not null,
    key_type text collate "C" not null,
    customer text collate "C" not null references customers (id),
    order_id text collate "C",
    line bigint,
    unit bigint,
    key_hash bytea not null,
    masked_key text collate "C" not null,
    sealed_key bytea not null,
    activation_limit bigint not null,
    entitlements text collate "C" not null,
    expires_at bigint,
    revocation text collate "C",
    revoked_at bigint,
    holds text collate "C" not null,
    held boolean not null,
    created_at bigint not null,
    version bigint not null
);
create unique index licenses_unit on licenses (order_id, line, unit);
create unique index licenses_key on licenses (key_hash, tenant, mode);
create index licenses_newest on licenses (tenant, created_at, id);
create index licenses_customer on licenses (customer);

create table api_keys (
    id text collate "C" not null primary key,
    tenant text collate "C" not null,
    product text collate "C" not null,
    mode text collate "C" not null,
    scope text collate "C" not null,
    sealed_secret bytea not null,
    created_at bigint not null,
    revoked_at bigint,
    version bigint not null
);

create table endpoints (
    tenant text collate "C" not null primary key,
    url text collate "C",
    sealed_secret bytea not null,
    gone_since bigint,
    version bigint not null
);

create table deliveries (
    id text collate "C" not null primary key,
    tenant text collate "C" not null,
    event text collate "C" not null,
    license text collate "C" not null,
    sealed_body bytea not null,
    status text collate "C" not null,
    attempts bigint not null,
    schedule_from bigint not null,
    due_at bigint not null,
    created_at bigint not null,
    version bigint not null
);
create index deliveries_due on deliveries (tenant, due_at) where status in ('pending', 'leased');
create index deliveries_leased on deliveries (tenant, due_at) where status = 'leased';
create index deliveries_newest on deliveries (tenant, created_at, id);

create table attempts (
    delivery text collate "C" not null,
    number bigint not null,
    at bigint not null,
    url text collate "C" not null,
    status bigint,
    snippet text collate "C" not null,
    primary key (delivery, number)
);

create table audit_entries (
    id text collate "C" not null primary key,
    tenant text collate "C" not null,
    at bigint not null,
    actor text collate "C" not null,
    action text collate "C" not null,
    target text collate "C" not null
);
create index audit_entries_newest on audit_entries (tenant, at, id);

create table counters (
    name text collate "C" not null primary key,
    value bigint not null
);

-- The id of each transaction's first changes, to be asked for after an uncertain COMMIT.
create table commits (
    id text collate "C" not null primary key,
    committed_at bigint not null
);
create index commits_age on commits (committed_at);

create table rate_windows (
    key text collate "C" not null primary key,
    bucket bigint not null,
    current_takes bigint not null,
    previous_takes bigint not null,
    expires_at bigint not null
);
create index rate_windows_expiry on rate_windows (expires_at);

-- Only here: SQLite has one process, which keeps nonces in memory.
create table nonces (
    key text collate "C" not null,
    signature bytea not null,
    expires_at bigint not null,
    primary key (key, signature)
);
create index nonces_expiry on nonces (expires_at);
