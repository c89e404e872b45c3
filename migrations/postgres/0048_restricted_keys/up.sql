-- Restricted keys of tenants, one for each mode, and the coupons that prove one of their permissions. The id of
-- a key is `tenant/mode`. A secret that there is none of has no bytes.

create table restricted_keys (
    id text collate "C" not null primary key,
    account text collate "C",
    sealed_key bytea not null,
    hint text collate "C" not null,
    endpoint_state text collate "C" not null,
    endpoint text collate "C",
    sealed_webhook_secret bytea not null,
    excess text collate "C" not null,
    unhealthy_since bigint,
    missing text collate "C" not null,
    refused boolean not null,
    checked_at bigint not null,
    connected_at bigint not null,
    sealed_former_key bytea not null,
    former_endpoint text collate "C",
    former_until bigint,
    due_at bigint,
    version bigint not null
);
create index restricted_keys_due on restricted_keys (due_at, id) where due_at is not null;
create index restricted_keys_unhealthy on restricted_keys (id) where unhealthy_since is not null;

create table probe_coupons (
    id text collate "C" not null primary key,
    tenant text collate "C" not null,
    mode text collate "C" not null,
    sealed_key bytea not null,
    orphan boolean not null,
    created_at bigint not null,
    retry_at bigint not null,
    version bigint not null
);
create index probe_coupons_due on probe_coupons (retry_at, id);
create index probe_coupons_orphans on probe_coupons (tenant, mode, id) where orphan;

alter table account_links add column by_key boolean not null default false;
