-- A known text, sealed under each master key, which proves the key.

create table master_keys (
    id text collate "C" not null primary key,
    sealed_canary bytea not null
);
