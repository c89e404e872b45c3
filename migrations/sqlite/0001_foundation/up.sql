-- Times are microseconds since the Unix epoch, money is minor units beside its currency, lists and
-- metadata are JSON text. The twin of the other database says the same; a test compares the two.

create table tenants (
    id text not null primary key,
    email text not null,
    plan text not null,
    created_at integer not null,
    version integer not null
) strict;
create index tenants_newest on tenants (created_at, id);

create table management_tokens (
    id text not null primary key,
    tenant text not null,
    hash blob not null,
    scopes text not null,
    created_at integer not null,
    revoked_at integer,
    version integer not null
) strict;
create unique index management_tokens_hash on management_tokens (hash);

create table products (
    tenant text not null,
    id text not null,
    display_name text not null,
    key_prefix text not null,
    key_format text not null,
    key_secret blob not null,
    created_at integer not null,
    primary key (tenant, id)
) strict;
create index products_newest on products (tenant, created_at, id);

create table key_types (
    tenant text not null,
    product text not null,
    id text not null,
    display_name text not null,
    term text not null,
    activation_limit integer not null,
    entitlements text not null,
    price integer,
    price_currency text,
    created_at integer not null,
    primary key (tenant, product, id)
) strict;
create index key_types_newest on key_types (tenant, created_at, product, id);

create table price_links (
    tenant text not null,
    product text not null,
    key_type text not null,
    account text not null,
    stripe_product text not null,
    stripe_price text not null,
    amount integer not null,
    amount_currency text not null,
    primary key (tenant, product, key_type, account)
) strict;
create index price_links_account on price_links (tenant, account);

create table connections (
    tenant text not null primary key,
    mode text,
    account text,
    checkout_key blob,
    retiring text not null,
    version integer not null
) strict;
create index connections_retiring on connections (tenant) where retiring <> '[]';

create table account_links (
    account text not null,
    mode text not null,
    tenant text not null,
    active integer not null check (active in (0, 1)),
    linked_at integer not null,
    version integer not null,
    primary key (account, mode)
) strict;

create table oauth_rounds (
    state blob not null primary key,
    tenant text not null,
    mode text not null,
    expires_at integer not null,
    used integer not null check (used in (0, 1)),
    version integer not null
) strict;
create index oauth_rounds_expiry on oauth_rounds (expires_at);

create table stripe_events (
    id text not null,
    endpoint text not null,
    kind text not null,
    account text,
    outcome text not null,
    reason text,
    payload blob,
    retry_at integer,
    received_at integer not null,
    version integer not null,
    primary key (id, endpoint)
) strict;
create index stripe_events_parked on stripe_events (retry_at) where outcome = 'parked';

create table customers (
    id text not null primary key,
    tenant text not null,
    mode text not null,
    email text not null,
    name text,
    external_id text,
    metadata text not null,
    created_at integer not null
) strict;
create unique index customers_identity on customers (email, tenant, mode);

create table orders (
    id text not null primary key,
    tenant text not null,
    mode text not null,
    account text not null,
    product text not null,
    key_type text not null,
    term text not null,
    activation_limit integer not null,
    entitlements text not null,
    price integer not null,
    price_currency text not null,
    fee integer,
    fee_currency text,
    buyer text,
    session text,
    status text not null,
    customer text,
    total integer,
    total_currency text,
    payment text,
    created_at integer not null,
    fulfilled_at integer,
    version integer not null
) strict;
create unique index orders_session on orders (session, account);
create index orders_newest on orders (tenant, created_at, id);
create index orders_opening on orders (created_at) where status = 'opening';

create table payments (
    intent text not null,
    account text not null,
    order_id text,
    refunded integer not null,
    fully_refunded integer not null check (fully_refunded in (0, 1)),
    created_at integer not null,
    version integer not null,
    primary key (intent, account)
) strict;

create table licenses (
    id text not null primary key,
    tenant text not null,
    mode text not null,
    product text not null,
    key_type text not null,
    customer text not null references customers (id),
    order_id text,
    line integer,
    unit integer,
    key_hash blob not null,
    masked_key text not null,
    sealed_key blob not null,
    activation_limit integer not null,
    entitlements text not null,
    expires_at integer,
    revocation text,
    revoked_at integer,
    holds text not null,
    held integer not null check (held in (0, 1)),
    created_at integer not null,
    version integer not null
) strict;
create unique index licenses_unit on licenses (order_id, line, unit);
create unique index licenses_key on licenses (key_hash, tenant, mode);
create index licenses_newest on licenses (tenant, created_at, id);
create index licenses_customer on licenses (customer);

create table api_keys (
    id text not null primary key,
    tenant text not null,
    product text not null,
    mode text not null,
    scope text not null,
    sealed_secret blob not null,
    created_at integer not null,
    revoked_at integer,
    version integer not null
) strict;

create table endpoints (
    tenant text not null primary key,
    url text,
    sealed_secret blob not null,
    gone_since integer,
    version integer not null
) strict;

create table deliveries (
    id text not null primary key,
    tenant text not null,
    event text not null,
    license text not null,
    sealed_body blob not null,
    status text not null,
    attempts integer not null,
    schedule_from integer not null,
    due_at integer not null,
    created_at integer not null,
    version integer not null
) strict;
create index deliveries_due on deliveries (tenant, due_at) where status in ('pending', 'leased');
create index deliveries_leased on deliveries (tenant, due_at) where status = 'leased';
create index deliveries_newest on deliveries (tenant, created_at, id);

create table attempts (
    delivery text not null,
    number integer not null,
    at integer not null,
    url text not null,
    status integer,
    snippet text not null,
    primary key (delivery, number)
) strict;

create table audit_entries (
    id text not null primary key,
    tenant text not null,
    at integer not null,
    actor text not null,
    action text not null,
    target text not null
) strict;
create index audit_entries_newest on audit_entries (tenant, at, id);

create table counters (
    name text not null primary key,
    value integer not null
) strict;

-- The id of each transaction's first changes, to be asked for after an uncertain COMMIT.
create table commits (
    id text not null primary key,
    committed_at integer not null
) strict;
create index commits_age on commits (committed_at);

create table rate_windows (
    key text not null primary key,
    bucket integer not null,
    current_takes integer not null,
    previous_takes integer not null,
    expires_at integer not null
) strict;
create index rate_windows_expiry on rate_windows (expires_at);
