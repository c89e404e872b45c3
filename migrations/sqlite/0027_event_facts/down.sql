alter table deliveries drop column external_id;
alter table deliveries drop column customer;
alter table deliveries drop column sequence;
alter table licenses drop column event_sequence;
