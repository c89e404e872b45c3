-- What sellers set about Stripe accounts that are not connected by OAuth. The endpoint that a seller added
-- at Stripe by hand has a signing secret, and one before it for some time; a secret without bytes is
-- erased.

create table manual_endpoints (
    tenant text not null,
    mode text not null,
    sealed_secret blob not null,
    hint text not null,
    sealed_old_secret blob not null,
    old_secret_until integer,
    set_at integer not null,
    version integer not null,
    primary key (tenant, mode)
) strict;

-- What the seller's own prices and payment links sell, as JSON.
create table sale_mappings (
    tenant text not null,
    mode text not null,
    items text not null,
    version integer not null,
    primary key (tenant, mode)
) strict;

-- The Stripe key with which checkouts of a product are opened.
create table product_stripe_keys (
    tenant text not null,
    product text not null,
    mode text not null,
    sealed_key blob not null,
    hint text not null,
    set_at integer not null,
    version integer not null,
    primary key (tenant, product)
) strict;

-- What a session that a seller made says about itself, as JSON.
alter table orders add column claim text;
