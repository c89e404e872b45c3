-- Parked events belong to the tenant that sold, and wait longer after each attempt.

alter table stripe_events add column tenant text;
alter table stripe_events add column attempts integer not null default 0;
