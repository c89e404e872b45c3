-- The sales ledger: an entry for each balance transaction of Stripe, and for the discount of an order. The
-- amounts are in minor units, costs positive.
create table ledger_entries (
    id text not null,
    account text not null,
    mode text not null,
    tenant text not null,
    kind text not null,
    stripe_type text not null,
    currency text not null,
    sales integer not null,
    gross integer not null,
    discount integer not null,
    refunds integer not null,
    disputes integer not null,
    stripe_fees integer not null,
    platform_fees integer not null,
    other integer not null,
    payouts integer not null,
    net integer not null,
    source text,
    intent text,
    order_id text,
    code text,
    campaign text,
    created_at integer not null,
    version integer not null,
    primary key (id, account, mode, tenant)
) strict;

-- The entries of a time, in their order.
create index ledger_entries_time on ledger_entries (tenant, mode, created_at, id);

-- How far the balance transactions of an account have been read.
create table ledger_books (
    account text not null,
    mode text not null,
    tenant text not null,
    read_until integer not null,
    checked_at integer,
    pass text,
    drift text not null,
    due_at integer not null,
    leased_until integer,
    failures integer not null,
    version integer not null,
    primary key (account, mode, tenant)
) strict;
