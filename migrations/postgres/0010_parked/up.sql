-- Parked events belong to the tenant that sold, and wait longer after each attempt.

alter table stripe_events add column tenant text collate "C";
alter table stripe_events add column attempts bigint not null default 0;
create index stripe_events_waiting on stripe_events (received_at, endpoint, id)
    where outcome in ('parked', 'given-up');
