alter table licenses drop column pending_term;
alter table licenses drop column updates_until;
