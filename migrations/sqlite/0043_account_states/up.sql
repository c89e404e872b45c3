-- What Stripe last said of connected accounts, and the newest payouts; and when an event of an account was
-- last received, which is written often and counts no version.

create table account_states (
    account text not null,
    mode text not null,
    facts text,
    checked_at integer not null,
    payouts text not null,
    version integer not null,
    primary key (account, mode)
) strict;
alter table account_links add column last_event_at integer;
