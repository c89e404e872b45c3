-- What the signed issue call keeps.

alter table licenses add column notes text collate "C";
alter table licenses add column metadata text collate "C" not null default '{}';

-- The texts of a license's metadata by which it is found.
create table license_metadata (
    license text collate "C" not null,
    key text collate "C" not null,
    tenant text collate "C" not null,
    value text collate "C" not null,
    primary key (license, key)
);
create index license_metadata_searched on license_metadata (tenant, key, value, license);

create table idempotency_records (
    key text collate "C" not null,
    tenant text collate "C" not null,
    product text collate "C" not null,
    mode text collate "C" not null,
    body bytea not null,
    license text collate "C" not null,
    api_key text collate "C" not null,
    expires_at bigint not null,
    version bigint not null,
    primary key (key, tenant, product, mode)
);
create index idempotency_records_expiry on idempotency_records (expires_at);

-- What was minted before was not counted.
insert into counters (name, value)
    select 'licenses:' || tenant || ':' || mode, count(*) from licenses
    where revocation is null
    group by tenant, mode;
