-- Each serves a step of retention: the oldest rows of a kind that may go.
--
-- Processed events.
drop index concurrently if exists stripe_events_settled;
create index concurrently stripe_events_settled on stripe_events (received_at) where outcome <> 'parked';

-- Attempts to deliver.
drop index concurrently if exists attempts_age;
create index concurrently attempts_age on attempts (at);

-- Deliveries, and those that still have a body.
drop index concurrently if exists deliveries_settled;
create index concurrently deliveries_settled on deliveries (created_at) where status in ('delivered', 'failed');

drop index concurrently if exists deliveries_bodies;
create index concurrently deliveries_bodies on deliveries (created_at)
    where status in ('delivered', 'failed') and length(sealed_body) > 0;

-- Mails.
drop index concurrently if exists mails_settled;
create index concurrently mails_settled on mails (created_at) where status in ('sent', 'failed', 'cancelled');

-- Released activations.
drop index concurrently if exists activations_released;
create index concurrently activations_released on activations (released_at) where released_at is not null;

-- Abandoned orders.
drop index concurrently if exists orders_abandoned;
create index concurrently orders_abandoned on orders (created_at) where status = 'abandoned';
