-- A known text, sealed under each master key, which proves the key.

create table master_keys (
    id text not null primary key,
    sealed_canary blob not null
) strict;

-- An OAuth round names the token that began it, and the browser in which it was completed.
alter table oauth_rounds add column begun_by text;
alter table oauth_rounds add column browser blob;

-- A tenant is active, suspended or erased.
alter table tenants add column status text not null default 'active';

-- An entry of the audit trail names the client and the request.
alter table audit_entries add column address text;
alter table audit_entries add column request_id text;
