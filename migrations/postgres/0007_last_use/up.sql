-- When API keys were last used. Apart from the keys: it is written often, and counts no version.

create table api_key_uses (
    key text collate "C" not null primary key,
    last_used_at bigint not null
);
