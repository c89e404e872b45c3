-- What a key that signs signs; null for a publishable key, which signs nothing. Its scope is
-- PUBLISHABLE and its secret is empty: the column may not be null for nodes of the version before.

alter table api_keys add column signature_version bigint default 1;
