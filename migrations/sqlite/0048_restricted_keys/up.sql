-- Restricted keys of tenants, one for each mode, and the coupons that prove one of their permissions. The id of
-- a key is `tenant/mode`. A secret that there is none of has no bytes.

create table restricted_keys (
    id text not null primary key,
    account text,
    sealed_key blob not null,
    hint text not null,
    endpoint_state text not null,
    endpoint text,
    sealed_webhook_secret blob not null,
    excess text not null,
    unhealthy_since integer,
    missing text not null,
    refused integer not null check (refused in (0, 1)),
    checked_at integer not null,
    connected_at integer not null,
    sealed_former_key blob not null,
    former_endpoint text,
    former_until integer,
    due_at integer,
    version integer not null
) strict;
create index restricted_keys_due on restricted_keys (due_at, id) where due_at is not null;
create index restricted_keys_unhealthy on restricted_keys (id) where unhealthy_since is not null;

create table probe_coupons (
    id text not null primary key,
    tenant text not null,
    mode text not null,
    sealed_key blob not null,
    orphan integer not null check (orphan in (0, 1)),
    created_at integer not null,
    retry_at integer not null,
    version integer not null
) strict;
create index probe_coupons_due on probe_coupons (retry_at, id);
create index probe_coupons_orphans on probe_coupons (tenant, mode, id) where orphan;

alter table account_links add column by_key integer not null default 0 check (by_key in (0, 1));
