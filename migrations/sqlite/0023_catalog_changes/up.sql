-- Products and key types change and are archived. Their versions guard the changes.

alter table products add column archived_at integer;
alter table products add column version integer not null default 1;
alter table key_types add column archived_at integer;
alter table key_types add column version integer not null default 1;
