-- Keys on their way to their buyers, and each tenant's switch for that.

alter table tenants
    add column mails boolean not null default true;

create table mails (
    id text collate "C" not null primary key,
    tenant text collate "C" not null,
    license text collate "C" not null,
    recipient text collate "C" not null,
    status text collate "C" not null,
    reason text collate "C",
    attempts bigint not null,
    due_at bigint not null,
    created_at bigint not null,
    version bigint not null
);
create index mails_due on mails (due_at, id) where status in ('pending', 'leased');
create index mails_newest on mails (license, created_at, id);
