-- Several webhook endpoints of a tenant. The key of a row, in the column `tenant`, is the tenant for the
-- first endpoint, which a tenant has had before, and the id of the endpoint for all others, whose tenant is
-- the `owner`. The lanes have the same keys. A delivery without an `endpoint` is one to the first
-- endpoint, and `waits_in` is the mode of an event that had no endpoint when it was queued.

alter table endpoints add column owner text;
alter table endpoints add column mode text;
alter table endpoints add column description text;
alter table endpoints add column events text;
alter table endpoints add column disabled integer not null default 0 check (disabled in (0, 1));
alter table endpoints add column created_at integer;
alter table endpoints add column sealed_old_secret blob;
alter table endpoints add column old_secret_until integer;
alter table deliveries add column endpoint text;
alter table deliveries add column waits_in text;
