alter table license_metadata drop column created_at;
alter table licenses drop column state;
