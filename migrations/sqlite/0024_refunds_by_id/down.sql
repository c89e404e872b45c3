alter table payments drop column refunds;
alter table payments drop column currency;
alter table payments drop column charged;
