-- The table is not used any more: the server keeps the windows in memory.
alter table rate_windows add column granted integer not null default 0;
