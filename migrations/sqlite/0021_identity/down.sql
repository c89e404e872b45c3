alter table tenants drop column status;
alter table oauth_rounds drop column browser;
alter table oauth_rounds drop column begun_by;
drop table master_keys;
