-- The tokens of a tenant, newest first.
drop index concurrently if exists management_tokens_newest;
create index concurrently management_tokens_newest on management_tokens (tenant, created_at, id);
