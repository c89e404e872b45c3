-- Products beyond the cap of a plan are deactivated.

alter table products add column deactivated_at integer;
