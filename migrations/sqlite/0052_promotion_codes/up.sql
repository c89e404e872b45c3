-- Promotion codes, each with the coupon behind it at Stripe.
create table promotion_codes (
    id text not null primary key,
    tenant text not null,
    account text not null,
    mode text not null,
    product text,
    code text not null,
    percent_off integer,
    amount_off integer,
    amount_currency text,
    duration text not null,
    months integer,
    max_redemptions integer,
    expires_at integer,
    first_time_only integer not null check (first_time_only in (0, 1)),
    campaign text,
    active integer not null check (active in (0, 1)),
    state text not null,
    stripe_id text,
    created_at integer not null,
    version integer not null
) strict;

-- The codes of a tenant, newest first.
create index promotion_codes_list on promotion_codes (tenant, created_at, id);

-- The code that a buyer typed.
create index promotion_codes_stripe_id on promotion_codes (stripe_id, account);

-- Codes whose creation was interrupted.
create index promotion_codes_unfinished on promotion_codes (created_at)
    where state in ('creating', 'removing');
