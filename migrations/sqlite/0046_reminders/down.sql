alter table licenses drop column reminded_end;
alter table key_types drop column reminder_days;
