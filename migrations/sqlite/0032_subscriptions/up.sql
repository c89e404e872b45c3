-- Recurring key types. A subscription is the row in which its sale, its invoices and its state at Stripe
-- meet; what Stripe reported is JSON. A license has a copy of its subscription for readers, and the
-- instant from which an unpaid invoice or a pause freezes it.

create table subscriptions (
    id text not null,
    account text not null,
    order_id text,
    grace_days integer not null,
    news text not null,
    created_at integer not null,
    version integer not null,
    primary key (id, account)
) strict;

alter table key_types add column recurrence text;
alter table orders add column recurrence text;
alter table price_links add column billing text;
alter table payments add column subscription text;
alter table payments add column invoice text;
alter table licenses add column subscription text;
alter table licenses add column frozen_from integer;
alter table licenses add column frozen_by text;
