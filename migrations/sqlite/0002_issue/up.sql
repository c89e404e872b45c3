-- What the signed issue call keeps.

alter table licenses add column notes text;
alter table licenses add column metadata text not null default '{}';

-- The texts of a license's metadata by which it is found.
create table license_metadata (
    license text not null,
    key text not null,
    tenant text not null,
    value text not null,
    primary key (license, key)
) strict;
create index license_metadata_searched on license_metadata (tenant, key, value, license);

create table idempotency_records (
    key text not null,
    tenant text not null,
    product text not null,
    mode text not null,
    body blob not null,
    license text not null,
    api_key text not null,
    expires_at integer not null,
    version integer not null,
    primary key (key, tenant, product, mode)
) strict;
create index idempotency_records_expiry on idempotency_records (expires_at);

-- What was minted before was not counted.
insert into counters (name, value)
    select 'licenses:' || tenant || ':' || mode, count(*) from licenses
    where revocation is null
    group by tenant, mode;

-- PostgreSQL has it from the first migration on. Here it holds the signatures of changing calls;
-- those of validations are kept in memory.
create table nonces (
    key text not null,
    signature blob not null,
    expires_at integer not null,
    primary key (key, signature)
) strict;
create index nonces_expiry on nonces (expires_at);
