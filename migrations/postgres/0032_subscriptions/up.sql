-- Recurring key types. A subscription is the row in which its sale, its invoices and its state at Stripe
-- meet; what Stripe reported is JSON. A license has a copy of its subscription for readers, and the
-- instant from which an unpaid invoice or a pause freezes it.

create table subscriptions (
    id text collate "C" not null,
    account text collate "C" not null,
    order_id text collate "C",
    grace_days bigint not null,
    news text collate "C" not null,
    created_at bigint not null,
    version bigint not null,
    primary key (id, account)
);

alter table key_types add column recurrence text collate "C";
alter table orders add column recurrence text collate "C";
alter table price_links add column billing text collate "C";
alter table payments add column subscription text collate "C";
alter table payments add column invoice text collate "C";
alter table licenses add column subscription text collate "C";
alter table licenses add column frozen_from bigint;
alter table licenses add column frozen_by text collate "C";
