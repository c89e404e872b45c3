-- Until when a license includes updates, and the days of a term that starts at the first activation.

alter table licenses add column updates_until integer;
alter table licenses add column pending_term integer;
