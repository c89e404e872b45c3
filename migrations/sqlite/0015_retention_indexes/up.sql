-- Each serves a step of retention: the oldest rows of a kind that may go.
--
-- Processed events.
drop index if exists stripe_events_settled;
create index stripe_events_settled on stripe_events (received_at) where outcome <> 'parked';

-- Attempts to deliver.
drop index if exists attempts_age;
create index attempts_age on attempts (at);

-- Deliveries, and those that still have a body.
drop index if exists deliveries_settled;
create index deliveries_settled on deliveries (created_at) where status in ('delivered', 'failed');

drop index if exists deliveries_bodies;
create index deliveries_bodies on deliveries (created_at)
    where status in ('delivered', 'failed') and length(sealed_body) > 0;

-- Mails.
drop index if exists mails_settled;
create index mails_settled on mails (created_at) where status in ('sent', 'failed', 'cancelled');

-- Released activations.
drop index if exists activations_released;
create index activations_released on activations (released_at) where released_at is not null;

-- Abandoned orders.
drop index if exists orders_abandoned;
create index orders_abandoned on orders (created_at) where status = 'abandoned';
