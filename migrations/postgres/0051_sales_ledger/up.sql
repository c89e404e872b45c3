-- The sales ledger: an entry for each balance transaction of Stripe, and for the discount of an order. The
-- amounts are in minor units, costs positive.
create table ledger_entries (
    id text collate "C" not null,
    account text collate "C" not null,
    mode text collate "C" not null,
    tenant text collate "C" not null,
    kind text collate "C" not null,
    stripe_type text collate "C" not null,
    currency text collate "C" not null,
    sales bigint not null,
    gross bigint not null,
    discount bigint not null,
    refunds bigint not null,
    disputes bigint not null,
    stripe_fees bigint not null,
    platform_fees bigint not null,
    other bigint not null,
    payouts bigint not null,
    net bigint not null,
    source text collate "C",
    intent text collate "C",
    order_id text collate "C",
    code text collate "C",
    campaign text collate "C",
    created_at bigint not null,
    version bigint not null,
    primary key (id, account, mode, tenant)
);

-- The entries of a time, in their order.
create index ledger_entries_time on ledger_entries (tenant, mode, created_at, id);

-- How far the balance transactions of an account have been read.
create table ledger_books (
    account text collate "C" not null,
    mode text collate "C" not null,
    tenant text collate "C" not null,
    read_until bigint not null,
    checked_at bigint,
    pass text collate "C",
    drift text collate "C" not null,
    due_at bigint not null,
    leased_until bigint,
    failures bigint not null,
    version bigint not null,
    primary key (account, mode, tenant)
);
