-- Parked events belong to the tenant that sold, and wait longer after each attempt.

alter table stripe_events add column tenant text collate "C";
alter table stripe_events add column attempts bigint not null default 0;
