alter table licenses drop column noticed_end;
