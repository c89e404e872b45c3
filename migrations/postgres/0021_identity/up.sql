-- A known text, sealed under each master key, which proves the key.

create table master_keys (
    id text collate "C" not null primary key,
    sealed_canary bytea not null
);

-- An OAuth round names the token that began it, and the browser in which it was completed.
alter table oauth_rounds add column begun_by text collate "C";
alter table oauth_rounds add column browser bytea;

-- A tenant is active, suspended or erased.
alter table tenants add column status text collate "C" not null default 'active';

-- An entry of the audit trail names the client and the request.
alter table audit_entries add column address text collate "C";
alter table audit_entries add column request_id text collate "C";
