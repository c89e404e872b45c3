-- Keys on their way to their buyers, and each tenant's switch for that.

alter table tenants
    add column mails integer not null default 1 check (mails in (0, 1));

create table mails (
    id text not null primary key,
    tenant text not null,
    license text not null,
    recipient text not null,
    status text not null,
    reason text,
    attempts integer not null,
    due_at integer not null,
    created_at integer not null,
    version integer not null
) strict;
create index mails_due on mails (due_at, id) where status in ('pending', 'leased');
create index mails_newest on mails (license, created_at, id);
