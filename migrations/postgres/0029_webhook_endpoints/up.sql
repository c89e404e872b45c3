-- Several webhook endpoints of a tenant. The key of a row, in the column `tenant`, is the tenant for the
-- first endpoint, which a tenant has had before, and the id of the endpoint for all others, whose tenant is
-- the `owner`. The lanes have the same keys. A delivery without an `endpoint` is one to the first
-- endpoint, and `waits_in` is the mode of an event that had no endpoint when it was queued.

alter table endpoints add column owner text collate "C";
alter table endpoints add column mode text collate "C";
alter table endpoints add column description text collate "C";
alter table endpoints add column events text collate "C";
alter table endpoints add column disabled boolean not null default false;
alter table endpoints add column created_at bigint;
alter table endpoints add column sealed_old_secret bytea;
alter table endpoints add column old_secret_until bigint;
alter table deliveries add column endpoint text collate "C";
alter table deliveries add column waits_in text collate "C";
