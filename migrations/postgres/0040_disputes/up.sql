-- What Stripe reported about the disputes of a payment, as JSON.

alter table payments add column disputes text collate "C";
