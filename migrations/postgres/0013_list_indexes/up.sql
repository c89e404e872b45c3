-- Each serves a list, newest first, by one range for each combination of the columns that the filter
-- leaves open.
--
-- Licenses of a tenant: all, of a mode, in a state.
drop index concurrently if exists licenses_state;
create index concurrently licenses_state on licenses (tenant, mode, state, created_at, id);

-- Licenses of a product: all, of a mode, in a state.
drop index concurrently if exists licenses_product;
create index concurrently licenses_product on licenses (tenant, product, mode, state, created_at, id);

-- Licenses of a customer: all, in a state.
drop index concurrently if exists licenses_buyer;
create index concurrently licenses_buyer on licenses (tenant, customer, state, created_at, id);

-- Licenses whose term has ended and that housekeeping has not marked yet, and those that it marks.
drop index concurrently if exists licenses_ending;
create index concurrently licenses_ending on licenses (expires_at)
    where state in ('active', 'frozen') and expires_at is not null;

-- Licenses with a text in their metadata.
drop index concurrently if exists license_metadata_newest;
create index concurrently license_metadata_newest on license_metadata (tenant, key, value, created_at, license);

-- Customers of a tenant: all, of a mode.
drop index concurrently if exists customers_mode;
create index concurrently customers_mode on customers (tenant, mode, created_at, id);

-- Customers whose address begins with a text, sorted by address.
drop index concurrently if exists customers_address;
create index concurrently customers_address on customers (tenant, mode, email);

-- Audit entries of an actor.
drop index concurrently if exists audit_entries_actor;
create index concurrently audit_entries_actor on audit_entries (tenant, actor, at, id);

-- API keys of a product.
drop index concurrently if exists api_keys_product;
create index concurrently api_keys_product on api_keys (tenant, product, created_at, id);

-- Key types of a product.
drop index concurrently if exists key_types_product;
create index concurrently key_types_product on key_types (tenant, product, created_at, id);

-- Events that wait for a license of a tenant: those that name it, and those about its accounts.
drop index concurrently if exists account_links_tenant;
create index concurrently account_links_tenant on account_links (tenant);

drop index concurrently if exists stripe_events_waiting_tenant;
create index concurrently stripe_events_waiting_tenant on stripe_events (tenant, received_at, endpoint, id)
    where outcome in ('parked', 'given-up');

drop index concurrently if exists stripe_events_waiting_account;
create index concurrently stripe_events_waiting_account on stripe_events (account, endpoint, received_at, id)
    where outcome in ('parked', 'given-up') and tenant is null;
