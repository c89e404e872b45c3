alter table licenses drop column frozen_by;
alter table licenses drop column frozen_from;
alter table licenses drop column subscription;
alter table payments drop column invoice;
alter table payments drop column subscription;
alter table price_links drop column billing;
alter table orders drop column recurrence;
alter table key_types drop column recurrence;
drop table subscriptions;
