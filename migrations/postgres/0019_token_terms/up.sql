-- Management tokens have a name, an end, and the time of their last use.

alter table management_tokens add column name text collate "C";
alter table management_tokens add column expires_at bigint;
alter table management_tokens add column last_used_at bigint;
