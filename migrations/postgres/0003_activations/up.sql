-- The devices of licenses. How many of a license are active is a counter: `activations:<license>`.

create table activations (
    license text collate "C" not null,
    fingerprint text collate "C" not null,
    id text collate "C" not null,
    tenant text collate "C" not null,
    mode text collate "C" not null,
    hostname text collate "C",
    os text collate "C",
    metadata text collate "C" not null,
    first_seen bigint not null,
    last_seen bigint not null,
    released_at bigint,
    version bigint not null,
    primary key (license, fingerprint)
);
create unique index activations_id on activations (id);
create index activations_newest on activations (license, first_seen, id);
