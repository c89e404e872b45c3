delete from counters where name like 'licenses:%';
drop table idempotency_records;
drop table license_metadata;
alter table licenses drop column metadata;
alter table licenses drop column notes;
