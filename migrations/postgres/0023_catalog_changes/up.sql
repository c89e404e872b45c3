-- Products and key types change and are archived. Their versions guard the changes.

alter table products add column archived_at bigint;
alter table products add column version bigint not null default 1;
alter table key_types add column archived_at bigint;
alter table key_types add column version bigint not null default 1;
