-- The devices of licenses. How many of a license are active is a counter: `activations:<license>`.

create table activations (
    license text not null,
    fingerprint text not null,
    id text not null,
    tenant text not null,
    mode text not null,
    hostname text,
    os text,
    metadata text not null,
    first_seen integer not null,
    last_seen integer not null,
    released_at integer,
    version integer not null,
    primary key (license, fingerprint)
) strict;
create unique index activations_id on activations (id);
create index activations_newest on activations (license, first_seen, id);
