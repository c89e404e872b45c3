-- What sellers set about Stripe accounts that are not connected by OAuth. The endpoint that a seller added
-- at Stripe by hand has a signing secret, and one before it for some time; a secret without bytes is
-- erased.

create table manual_endpoints (
    tenant text collate "C" not null,
    mode text collate "C" not null,
    sealed_secret bytea not null,
    hint text collate "C" not null,
    sealed_old_secret bytea not null,
    old_secret_until bigint,
    set_at bigint not null,
    version bigint not null,
    primary key (tenant, mode)
);

-- What the seller's own prices and payment links sell, as JSON.
create table sale_mappings (
    tenant text collate "C" not null,
    mode text collate "C" not null,
    items text collate "C" not null,
    version bigint not null,
    primary key (tenant, mode)
);

-- The Stripe key with which checkouts of a product are opened.
create table product_stripe_keys (
    tenant text collate "C" not null,
    product text collate "C" not null,
    mode text collate "C" not null,
    sealed_key bytea not null,
    hint text collate "C" not null,
    set_at bigint not null,
    version bigint not null,
    primary key (tenant, product)
);

-- What a session that a seller made says about itself, as JSON.
alter table orders add column claim text collate "C";
