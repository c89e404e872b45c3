-- One statement takes from many rates, and reads in this column what each take was granted.
alter table rate_windows add column granted bigint not null default 0;
-- After a crash of the database all windows are empty, and takes write no log.
alter table rate_windows set unlogged;
