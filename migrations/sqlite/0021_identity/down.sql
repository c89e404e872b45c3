alter table audit_entries drop column request_id;
alter table audit_entries drop column address;
alter table tenants drop column status;
alter table oauth_rounds drop column browser;
alter table oauth_rounds drop column begun_by;
drop table master_keys;
