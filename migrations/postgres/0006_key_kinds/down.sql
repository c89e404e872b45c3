-- A publishable key cannot be told without it, and no earlier version knows such keys.

delete from api_keys where signature_version is null;
alter table api_keys drop column signature_version;
