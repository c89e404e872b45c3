-- What Stripe last said of connected accounts, and the newest payouts; and when an event of an account was
-- last received, which is written often and counts no version.

create table account_states (
    account text collate "C" not null,
    mode text collate "C" not null,
    facts text collate "C",
    checked_at bigint not null,
    payouts text collate "C" not null,
    version bigint not null,
    primary key (account, mode)
);
alter table account_links add column last_event_at bigint;
