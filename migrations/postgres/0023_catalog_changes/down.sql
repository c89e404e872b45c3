alter table key_types drop column version;
alter table key_types drop column archived_at;
alter table products drop column version;
alter table products drop column archived_at;
