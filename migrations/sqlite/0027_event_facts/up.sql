-- What events say about their license beside their body: their number among its events, and its
-- customer, whom only the commit knows that queues the event.

alter table licenses add column event_sequence integer not null default 0;
alter table deliveries add column sequence integer not null default 0;
alter table deliveries add column customer text;
alter table deliveries add column external_id text;
