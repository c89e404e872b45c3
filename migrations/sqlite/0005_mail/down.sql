drop table mails;
alter table tenants drop column mails;
