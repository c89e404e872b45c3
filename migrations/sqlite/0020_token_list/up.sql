-- The tokens of a tenant, newest first.
drop index if exists management_tokens_newest;
create index management_tokens_newest on management_tokens (tenant, created_at, id);
