-- A known text, sealed under each master key, which proves the key.

create table master_keys (
    id text not null primary key,
    sealed_canary blob not null
) strict;
