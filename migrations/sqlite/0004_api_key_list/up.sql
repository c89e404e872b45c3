-- A tenant's API keys, newest first.

create index api_keys_newest on api_keys (tenant, created_at, id);
