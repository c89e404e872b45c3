-- Promotion codes, each with the coupon behind it at Stripe.
create table promotion_codes (
    id text collate "C" not null primary key,
    tenant text collate "C" not null,
    account text collate "C" not null,
    mode text collate "C" not null,
    product text collate "C",
    code text collate "C" not null,
    percent_off bigint,
    amount_off bigint,
    amount_currency text collate "C",
    duration text collate "C" not null,
    months bigint,
    max_redemptions bigint,
    expires_at bigint,
    first_time_only boolean not null,
    campaign text collate "C",
    active boolean not null,
    state text collate "C" not null,
    stripe_id text collate "C",
    created_at bigint not null,
    version bigint not null
);

-- The codes of a tenant, newest first.
create index promotion_codes_list on promotion_codes (tenant, created_at, id);

-- The code that a buyer typed.
create index promotion_codes_stripe_id on promotion_codes (stripe_id, account);

-- Codes whose creation was interrupted.
create index promotion_codes_unfinished on promotion_codes (created_at)
    where state in ('creating', 'removing');
