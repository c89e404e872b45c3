-- What Stripe reported about the refunds of a payment, as JSON, and what was charged. Rows without
-- reports have the totals of `refunded` and `fully_refunded`, which old nodes read and write.

alter table payments add column charged integer;
alter table payments add column currency text;
alter table payments add column refunds text;
