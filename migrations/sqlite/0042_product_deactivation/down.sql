alter table products drop column deactivated_at;
