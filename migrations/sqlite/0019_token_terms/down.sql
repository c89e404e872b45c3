alter table management_tokens drop column last_used_at;
alter table management_tokens drop column expires_at;
alter table management_tokens drop column name;
